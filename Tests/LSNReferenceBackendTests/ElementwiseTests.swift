import LSNReferenceBackend
import LSNTensors
import Testing

private let shape = ImageShape(images: 1, height: 1, width: 2, channels: 2)

@Test func spikesCountAsNumbersInASum() throws {
    let spikes = Activation.spikes(try reference.spikeTensor([1, 0, 1, 0], shape: shape))
    let real = Activation.real(try reference.realTensor([0.5, 1, -2, 3], shape: shape))
    #expect(try reference.values(reference.sum(spikes, real)) == [1.5, 1, -1, 3])
    #expect(try reference.values(reference.sum(spikes, spikes)) == [2, 0, 2, 0])
    #expect(try reference.values(reference.sum(real, real)) == [1, 2, -4, 6])
    #expect(try sparesAreZero(reference.sum(spikes, real)))
}

@Test func copiesAreIndependent() throws {
    let tensor = try reference.realTensor([1, 2, 3, 4], shape: shape)
    let copy = try reference.copy(tensor)
    try reference.accumulate(try reference.realTensor([10, 20, 30, 40], shape: shape), into: tensor)
    #expect(try reference.values(tensor) == [11, 22, 33, 44])
    #expect(try reference.values(copy) == [1, 2, 3, 4])
}

@Test func aCopyMayStandInAnotherTensorAndIsScaledInPlace() throws {
    let tensor = try reference.realTensor([1, -2, 3, 4], shape: shape)
    let target = try reference.realTensor([9, 9, 9, 9], shape: shape)
    try reference.copy(tensor, into: target)
    try reference.scale(target, by: 0.5)
    #expect(try reference.values(target) == [0.5, -1, 1.5, 2])
    #expect(try sparesAreZero(target))
    #expect(try reference.values(tensor) == [1, -2, 3, 4])
}

@Test func aPictureIsRepeatedWithTimeOutermostAndSummedBack() throws {
    let shape = ImageShape(images: 2, height: 1, width: 2, channels: 3)
    let values = (0..<shape.count).map(Float.init)
    let repeated = try reference.repeatOverTime(try reference.realTensor(values, shape: shape), steps: 3)
    #expect(repeated.shape == shape.with(images: 6))
    #expect(try reference.values(repeated) == values + values + values)
    #expect(try sparesAreZero(repeated))
    let sums = try reference.sumOverTime(repeated, steps: 3)
    #expect(sums.shape == shape)
    #expect(try reference.values(sums) == values.map { 3 * $0 })
    #expect(try sparesAreZero(sums))
}

@Test func aReLUKeepsWhatIsAboveZero() throws {
    let input = try reference.realTensor([-2, 0, 3, .nan], shape: shape)
    let output = try reference.values(reference.relu(input))
    #expect(output.prefix(3) == [0, 0, 3])
    #expect(output[3].isNaN)
    let gradient = try reference.realTensor([5, 6, 7, 8], shape: shape)
    #expect(try reference.values(reference.reluBackward(gradient, input: input)) == [0, 0, 7, 0])
}
