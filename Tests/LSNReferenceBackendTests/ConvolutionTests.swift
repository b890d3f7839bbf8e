import LSNReferenceBackend
import LSNTensors
import Testing

@Test func aConvolutionDoneByHand() throws {
    // 1 2 3      window 1 2, no padding: 1·1 + 2·2 + 3·4 + 4·5 = 37 …
    // 4 5 6             3 4
    // 7 8 9
    let shape = ImageShape(images: 1, height: 3, width: 3, channels: 1)
    let input = try reference.realTensor([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: shape)
    let filter = try reference.filter([1, 2, 3, 4], shape: FilterShape(outputs: 1, inputs: 1, height: 2, width: 2))
    let plain = try reference.convolve(.real(input), filter: filter, geometry: WindowGeometry())
    #expect(try reference.values(plain) == [37, 47, 67, 77])
    // With a border of zeros and every other window: corners of the picture meet one weight each.
    let strided = try reference.convolve(
        .real(input),
        filter: filter,
        geometry: WindowGeometry(stride: 2, padding: 1)
    )
    // 1·4, 2·3 + 3·4, 4·2 + 7·4, and the last window whole.
    #expect(try reference.values(strided) == [4, 18, 36, 77])
}

struct ConvolutionCase: Sendable, CustomTestStringConvertible {
    var input: ImageShape
    var filter: FilterShape
    var geometry: WindowGeometry

    var testDescription: String { "\(input) by \(filter), stride \(geometry.stride), padding \(geometry.padding)" }

    static let all = [
        ConvolutionCase(
            input: ImageShape(images: 2, height: 4, width: 5, channels: 3),
            filter: FilterShape(outputs: 2, inputs: 3, height: 3, width: 3),
            geometry: WindowGeometry(padding: 1)
        ),
        ConvolutionCase(
            input: ImageShape(images: 1, height: 5, width: 4, channels: 2),
            filter: FilterShape(outputs: 9, inputs: 2, height: 3, width: 3),
            geometry: WindowGeometry(stride: 2, padding: 1)
        ),
        ConvolutionCase(
            input: ImageShape(images: 2, height: 5, width: 5, channels: 9),
            filter: FilterShape(outputs: 3, inputs: 9, height: 1, width: 1),
            geometry: WindowGeometry(stride: 2)
        ),
        ConvolutionCase(
            input: ImageShape(images: 1, height: 9, width: 8, channels: 1),
            filter: FilterShape(outputs: 2, inputs: 1, height: 7, width: 7),
            geometry: WindowGeometry(stride: 2, padding: 3)
        ),
        ConvolutionCase(
            input: ImageShape(images: 1, height: 7, width: 6, channels: 2),
            filter: FilterShape(outputs: 2, inputs: 2, height: 2, width: 3),
            geometry: WindowGeometry(stride: 3)
        ),
        ConvolutionCase(
            input: ImageShape(images: 3, height: 1, width: 1, channels: 5),
            filter: FilterShape(outputs: 4, inputs: 5, height: 1, width: 1),
            geometry: WindowGeometry()
        ),
    ]
}

@Test(arguments: ConvolutionCase.all, [false, true])
func convolutionGradientsAreThoseOfFiniteDifferences(of item: ConvolutionCase, onSpikes: Bool) throws {
    let (inShape, filterShape, geometry) = (item.input, item.filter, item.geometry)
    let x = onSpikes ? randomSpikes(inShape.count, seed: 1) : randomValues(inShape.count, seed: 1)
    let weights = randomValues(filterShape.count, seed: 2)
    let outShape = geometry.output(of: inShape, filter: filterShape)
    let cotangent = randomValues(outShape.count, seed: 3)
    func activation(_ x: [Float]) throws -> Activation {
        onSpikes && x.allSatisfy { $0 == 0 || $0 == 1 }
            ? .spikes(try reference.spikeTensor(x, shape: inShape))
            : .real(try reference.realTensor(x, shape: inShape))
    }
    func loss(_ x: [Float], _ weights: [Float]) throws -> Double {
        let y = try reference.convolve(
            activation(x),
            filter: reference.filter(weights, shape: filterShape),
            geometry: geometry
        )
        #expect(try sparesAreZero(y))
        return dot(try reference.values(y), cotangent)
    }

    let gradient = try reference.realTensor(cotangent, shape: outShape)
    let filter = try reference.filter(weights, shape: filterShape)
    let byInput = try reference.convolveBackwardData(
        gradient,
        filter: filter,
        geometry: geometry,
        inputShape: inShape,
        accumulator: nil
    )
    #expect(try sparesAreZero(byInput))
    // Linear in each: any step will do.
    try expectGradient(reference.values(byInput), at: x, step: 1, tolerance: 1e-5) { try loss($0, weights) }

    let byFilter = Filter(
        shape: filterShape,
        storage: try reference.allocate(words: filterShape.words)
    )
    try reference.convolveBackwardFilter(
        input: activation(x),
        gradient: gradient,
        geometry: geometry,
        result: byFilter
    )
    try expectGradient(reference.values(byFilter), at: weights, step: 1, tolerance: 1e-5) { try loss(x, $0) }
    let words = try reference.readFloats(byFilter.storage, count: filterShape.words)
    #expect(words.filter { $0 != 0 }.count <= filterShape.count, "spare outputs are not zero")
}

@Test func gradientsOfInputsAccumulate() throws {
    let shape = ImageShape(images: 1, height: 3, width: 3, channels: 2)
    let filter = try reference.filter(
        randomValues(18, seed: 1),
        shape: FilterShape(outputs: 1, inputs: 2, height: 3, width: 3)
    )
    let gradient = try reference.realTensor(
        randomValues(9, seed: 2),
        shape: ImageShape(images: 1, height: 3, width: 3, channels: 1)
    )
    let geometry = WindowGeometry(padding: 1)
    let alone = try reference.values(
        reference.convolveBackwardData(
            gradient,
            filter: filter,
            geometry: geometry,
            inputShape: shape,
            accumulator: nil
        )
    )
    let base = randomValues(18, seed: 3)
    let together = try reference.convolveBackwardData(
        gradient,
        filter: filter,
        geometry: geometry,
        inputShape: shape,
        accumulator: try reference.realTensor(base, shape: shape)
    )
    #expect(relativeError(try reference.values(together), zip(alone, base).map { $0 + $1 }) < 1e-6)
}
