import LSNTensors
import Testing

private let shapes = [1, 7, 8, 9, 31, 32, 33, 65].map {
    ImageShape(images: 2, height: 3, width: 2, channels: $0)
}

@Test(arguments: shapes)
func realValuesSurviveARoundTrip(shape: ImageShape) {
    let values = (0..<shape.count).map { Float($0 + 1) }
    let words = HostLayout.realWords(values, shape: shape)
    #expect(words.count == shape.realWords)
    #expect(HostLayout.realValues(words, shape: shape) == values)
    // Every value is there once, and zeros beside it.
    #expect(words.filter { $0 != 0 }.count == shape.count)
}

@Test(arguments: shapes)
func spikesSurviveARoundTrip(shape: ImageShape) {
    var generator = Philox(seed: 1, purpose: .conformance)
    let values = (0..<shape.count).map { _ in Float(generator.integer(below: 2)) }
    let words = HostLayout.spikeWords(values, shape: shape)
    #expect(words.count == shape.spikeWords)
    #expect(HostLayout.spikeValues(words, shape: shape) == values)
    #expect(words.reduce(0) { $0 + $1.nonzeroBitCount } == values.filter { $0 == 1 }.count)
}

@Test(arguments: [1, 7, 8, 9, 33])
func weightsSurviveARoundTrip(outputs: Int) {
    let shape = FilterShape(outputs: outputs, inputs: 3, height: 2, width: 5)
    let values = (0..<shape.count).map { Float($0 + 1) }
    let words = HostLayout.filterWords(values, shape: shape)
    #expect(words.count == shape.words)
    #expect(HostLayout.filterValues(words, shape: shape) == values)
    #expect(words.filter { $0 != 0 }.count == shape.count)
}

@Test(arguments: [1, 4, 7, 64, 1000])
func weightsInPiecesAreThoseOfTheWhole(pieceCount: Int) {
    let shape = FilterShape(outputs: 9, inputs: 3, height: 2, width: 5)
    let values = (0..<shape.count).map { Float($0 + 1) }
    let words = HostLayout.filterWords(values, shape: shape).map(\.bitPattern)
    var placed = [UInt32](repeating: 0, count: shape.words)
    for start in stride(from: 0, to: shape.count, by: pieceCount) {
        let range = start..<min(start + pieceCount, shape.count)
        let piece = HostLayout.filterBits(words, shape: shape, in: range)
        #expect(piece == values[range].map(\.bitPattern))
        HostLayout.place(piece, from: start, shape: shape, in: &placed)
    }
    #expect(placed == words)
}

@Test func realValuesStandPixelByPixel() {
    // Two channels of one row of three pixels.
    let shape = ImageShape(images: 1, height: 1, width: 3, channels: 2)
    let words = HostLayout.realWords([1, 2, 3, 10, 20, 30], shape: shape)
    #expect(words == [1, 10, 0, 0, 0, 0, 0, 0] + [2, 20, 0, 0, 0, 0, 0, 0] + [3, 30, 0, 0, 0, 0, 0, 0])
}

@Test func channelsStandInBitsOfTheirWord() {
    let shape = ImageShape(images: 1, height: 1, width: 1, channels: 34)
    var values = [Float](repeating: 0, count: 34)
    values[0] = 1
    values[5] = 1
    values[31] = 1
    values[33] = 1
    #expect(HostLayout.spikeWords(values, shape: shape) == [0x8000_0021, 0x2])
}

@Test func weightsStandTapByTapAndInputByInput() {
    // weight[o, i, 0, b] = 100·o + 10·i + b
    let shape = FilterShape(outputs: 2, inputs: 2, height: 1, width: 2)
    let words = HostLayout.filterWords([0, 1, 10, 11, 100, 101, 110, 111], shape: shape)
    let rows = stride(from: 0, to: words.count, by: 8).map { Array(words[$0..<$0 + 2]) }
    #expect(rows == [[0, 100], [10, 110], [1, 101], [11, 111]])
}

@Test func channelVectorsArePaddedWithZeros() {
    #expect(HostLayout.channelWords([1, 2, 3]) == [1, 2, 3, 0, 0, 0, 0, 0])
    #expect(HostLayout.channelWords([Float](repeating: 4, count: 8)) == [Float](repeating: 4, count: 8))
}
