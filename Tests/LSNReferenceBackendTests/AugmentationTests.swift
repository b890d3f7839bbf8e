import LSNReferenceBackend
import LSNTensors
import Testing

/// Bytes four to a word, the first in the lowest bits.
private func pack(_ bytes: [UInt8]) -> [UInt32] {
    stride(from: 0, to: bytes.count, by: 4).map { start in
        bytes[start..<min(start + 4, bytes.count)].enumerated().reduce(0) {
            $0 | UInt32($1.element) << UInt32(8 * $1.offset)
        }
    }
}

private func prepare(_ bytes: [UInt8], _ shape: ImageShape, moves: [Int32], mean: [Float], deviation: [Float]) throws
    -> [Float]
{
    let result = try reference.prepareImages(
        pixels: try reference.upload(pack(bytes)),
        transforms: try reference.upload(moves.map(UInt32.init(bitPattern:))),
        shape: shape,
        mean: mean,
        deviation: deviation
    )
    #expect(try sparesAreZero(result))
    return try reference.values(result)
}

@Test func bytesAreScaledAndNormalised() throws {
    let shape = ImageShape(images: 1, height: 1, width: 2, channels: 3)
    let values = try prepare(
        [0, 255, 51, 102, 153, 204],
        shape,
        moves: [0, 0, 0],
        mean: [0.5, 0, 0.6],
        deviation: [0.25, 1, 0.5]
    )
    #expect(relativeError(values, [-2, 2, 0.2, 0.4, 0, 0.4]) < 1e-6)
}

@Test func picturesAreShiftedAndFlipped() throws {
    // 1 2 3      of one channel, unscaled below: mean 0, deviation 1/255.
    // 4 5 6
    let shape = ImageShape(images: 1, height: 2, width: 3, channels: 1)
    func moved(_ dy: Int32, _ dx: Int32, _ flip: Int32) throws -> [Float] {
        try prepare([1, 2, 3, 4, 5, 6], shape, moves: [dy, dx, flip], mean: [0], deviation: [1 / 255]).map {
            $0.rounded()
        }
    }
    #expect(try moved(0, 0, 0) == [1, 2, 3, 4, 5, 6])
    #expect(try moved(1, 0, 0) == [4, 5, 6, 0, 0, 0])
    #expect(try moved(-1, 1, 0) == [0, 0, 0, 2, 3, 0])
    #expect(try moved(0, 0, 1) == [3, 2, 1, 6, 5, 4])
    // x[w] = byte[2 − w + 1]: outside for w = 0.
    #expect(try moved(0, 1, 1) == [0, 3, 2, 0, 6, 5])
    #expect(try moved(7, -9, 0) == [0, 0, 0, 0, 0, 0])
}

@Test func everyImageHasATransformOfItsOwn() throws {
    let shape = ImageShape(images: 2, height: 1, width: 3, channels: 1)
    let values = try prepare([1, 2, 3, 4, 5, 6], shape, moves: [0, 0, 1, 0, 1, 0], mean: [0], deviation: [1 / 255])
    #expect(values.map { $0.rounded() } == [3, 2, 1, 5, 6, 0])
}
