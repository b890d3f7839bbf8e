import LSNReferenceBackend
import LSNTensors
import Testing

private let shape = ImageShape(images: 1, height: 1, width: 2, channels: 3)

@Test func spikesAreCountedAndCompared() throws {
    let first = try reference.spikeTensor([1, 0, 1, 1, 0, 1], shape: shape)
    let second = try reference.spikeTensor([1, 1, 0, 1, 0, 0], shape: shape)
    let record = try reference.upload([UInt32](repeating: 9, count: 5))
    try reference.countSpikes(first, differingFrom: nil, record: record, word: 0)
    try reference.countSpikes(first, differingFrom: second, record: record, word: 2)
    #expect(try reference.read(record, count: 5) == [4, 0, 3, 0, 9])
}

@Test func valuesAreCountedByWhetherTheyCouldBeSpikes() throws {
    let tensor = try reference.realTensor([0, 1, 2, -1, 0.5, .nan], shape: shape)
    let record = try reference.zeros(words: 5)
    try reference.countValues(tensor, record: record, word: 1)
    #expect(try reference.read(record, count: 5) == [0, 5, 0, 4, 0])
}

@Test(arguments: [1, 1e-30, 1e30, 0] as [Float])
func normsNeitherOverflowNorVanish(scale: Float) throws {
    let tensor = try reference.realTensor([3, 0, -4, 0, 0, 0].map { $0 * scale }, shape: shape)
    let record = try reference.zeros(words: 1)
    try reference.measureNorm(of: tensor, record: record, word: 0)
    let norm = try reference.readFloats(record, count: 1)[0]
    #expect(abs(norm - 5 * scale) <= 1e-6 * 5 * scale)
}

@Test(arguments: [Float.nan, .infinity, -.infinity])
func theNormOfWhatIsNotFiniteIsNot(value: Float) throws {
    let tensor = try reference.realTensor([1, value, 2, 0, 0, 0], shape: shape)
    let record = try reference.zeros(words: 1)
    try reference.measureNorm(of: tensor, record: record, word: 0)
    #expect(try !reference.readFloats(record, count: 1)[0].isFinite)
}
