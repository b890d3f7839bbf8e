import LSNReferenceBackend
import LSNTensors
import Testing

@Test func theMaximumOfSpikesIsTheirOrAndItsGradientGoesToTheFirst() throws {
    // 0 0 0 0      3×3 windows, stride 2, a border of 1: rows −1…1 and 1…3, columns likewise.
    // 0 0 0 1
    // 0 0 1 0
    let shape = ImageShape(images: 1, height: 3, width: 4, channels: 1)
    let input = try reference.spikeTensor([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0], shape: shape)
    let geometry = WindowGeometry(stride: 2, padding: 1)
    let output = try reference.maxPool(input, window: 3, geometry: geometry)
    #expect(try reference.values(output) == [0, 1, 0, 1])
    let gradient = try reference.maxPoolBackward(
        try reference.realTensor([1, 2, 4, 8], shape: output.shape),
        input: input,
        window: 3,
        geometry: geometry
    )
    // Silent windows: first pixel inside. The others: the spike at (1, 3) comes before that at (2, 2).
    #expect(try reference.values(gradient) == [1, 0, 0, 0, 4, 0, 0, 10, 0, 0, 0, 0])
}

@Test func everyChannelIsPooledAlone() throws {
    let shape = ImageShape(images: 2, height: 5, width: 4, channels: 35)
    let x = randomSpikes(shape.count, seed: 1, rate: 0.2)
    let geometry = WindowGeometry(stride: 2, padding: 1)
    let input = try reference.spikeTensor(x, shape: shape)
    let output = try reference.maxPool(input, window: 3, geometry: geometry)
    #expect(try sparesAreZero(output))
    let g = randomValues(output.shape.count, seed: 2)
    let gradient = try reference.maxPoolBackward(
        try reference.realTensor(g, shape: output.shape),
        input: input,
        window: 3,
        geometry: geometry
    )
    #expect(try sparesAreZero(gradient))

    // Plane by plane, on the host's order of values.
    var (expected, expectedGradient) = ([Float](), [Float](repeating: 0, count: shape.count))
    for plane in 0..<70 {
        for row in 0..<output.shape.height {
            for column in 0..<output.shape.width {
                let window = (0..<9).compactMap { tap -> Int? in
                    let (r, q) = (2 * row - 1 + tap / 3, 2 * column - 1 + tap % 3)
                    return r >= 0 && r < 5 && q >= 0 && q < 4 ? plane * 20 + r * 4 + q : nil
                }
                let winner = try #require(window.first { x[$0] == 1 } ?? window.first)
                expectedGradient[winner] += g[expected.count]
                expected.append(x[winner])
            }
        }
    }
    #expect(try reference.values(output) == expected)
    #expect(relativeError(try reference.values(gradient), expectedGradient) < 1e-6)
}

@Test(arguments: [false, true])
func averagesAndTheirGradients(onSpikes: Bool) throws {
    let shape = ImageShape(images: 2, height: 5, width: 4, channels: 9)
    let x = onSpikes ? randomSpikes(shape.count, seed: 1) : randomValues(shape.count, seed: 1)
    func activation(_ x: [Float]) throws -> Activation {
        onSpikes && x.allSatisfy { $0 == 0 || $0 == 1 }
            ? .spikes(try reference.spikeTensor(x, shape: shape))
            : .real(try reference.realTensor(x, shape: shape))
    }

    let pooled = try reference.averagePool(activation(x), window: 2)
    #expect(pooled.shape == ImageShape(images: 2, height: 2, width: 2, channels: 9))
    let firstWindow = (x[0] + x[1] + x[4] + x[5]) / 4
    #expect(abs(try reference.values(pooled)[0] - firstWindow) < 1e-6)
    let g = randomValues(pooled.shape.count, seed: 2)
    let gradient = try reference.averagePoolBackward(
        try reference.realTensor(g, shape: pooled.shape),
        inputShape: shape,
        window: 2
    )
    try expectGradient(reference.values(gradient), at: x, step: 1, tolerance: 1e-5) {
        dot(try reference.values(reference.averagePool(activation($0), window: 2)), g)
    }

    let means = try reference.globalAveragePool(activation(x))
    #expect(means.shape == ImageShape(images: 2, height: 1, width: 1, channels: 9))
    #expect(abs(try reference.values(means)[0] - x[..<20].reduce(0, +) / 20) < 1e-6)
    let h = randomValues(18, seed: 3)
    let globalGradient = try reference.globalAveragePoolBackward(
        try reference.realTensor(h, shape: means.shape),
        inputShape: shape
    )
    try expectGradient(reference.values(globalGradient), at: x, step: 1, tolerance: 1e-5) {
        dot(try reference.values(reference.globalAveragePool(activation($0))), h)
    }
    #expect(
        try sparesAreZero(pooled) && sparesAreZero(gradient) && sparesAreZero(means) && sparesAreZero(globalGradient)
    )
}

@Test func theMaximumOfRealValuesAndItsGradientGoToTheFirst() throws {
    // −3 −1 −1      2×2 windows side by side, and a border of 1 that does not count although 0 would be the largest.
    // −1 −2 −4
    let shape = ImageShape(images: 1, height: 2, width: 3, channels: 1)
    let input = try reference.realTensor([-3, -1, -1, -1, -2, -4], shape: shape)
    let geometry = WindowGeometry(stride: 2, padding: 1)
    let output = try reference.maxPool(input, window: 2, geometry: geometry)
    #expect(output.shape == ImageShape(images: 1, height: 2, width: 2, channels: 1))
    #expect(try reference.values(output) == [-3, -1, -1, -2])
    let whole = try reference.maxPool(input, window: 2, geometry: WindowGeometry())
    #expect(try reference.values(whole) == [-1, -1])
    let gradient = try reference.maxPoolBackward(
        try reference.realTensor([1, 2], shape: whole.shape),
        input: input,
        window: 2,
        geometry: WindowGeometry()
    )
    // Both windows hold (0, 1) before their other −1.
    #expect(try reference.values(gradient) == [0, 3, 0, 0, 0, 0])
    let undefined = try reference.realTensor([5, .nan, 6, .infinity, 1, 2], shape: shape)
    let found = try reference.values(reference.maxPool(undefined, window: 2, geometry: WindowGeometry()))
    #expect(found.allSatisfy { $0.isNaN })
}

@Test func theMaximumOfZerosAndOnesIsThatOfSpikes() throws {
    let shape = ImageShape(images: 2, height: 7, width: 6, channels: 11)
    let x = randomSpikes(shape.count, seed: 4, rate: 0.3)
    let geometry = WindowGeometry(stride: 2, padding: 1)
    let (spikes, values) = (try reference.spikeTensor(x, shape: shape), try reference.realTensor(x, shape: shape))
    let ofSpikes = try reference.maxPool(spikes, window: 3, geometry: geometry)
    let ofValues = try reference.maxPool(values, window: 3, geometry: geometry)
    #expect(try reference.values(ofSpikes) == reference.values(ofValues))
    let g = try reference.realTensor(randomValues(ofValues.shape.count, seed: 5), shape: ofValues.shape)
    let bySpikes = try reference.maxPoolBackward(g, input: spikes, window: 3, geometry: geometry)
    let byValues = try reference.maxPoolBackward(g, input: values, window: 3, geometry: geometry)
    #expect(try reference.values(bySpikes) == reference.values(byValues))
}
