import LSNReferenceBackend
import LSNTensors
import Testing

/// Levels of a grey picture, resized, without normalisation.
private func resize(
    _ rows: [[UInt8]],
    to extents: (Int, Int),
    part: (top: Int, left: Int, height: Int, width: Int)? = nil,
    flipped: Bool = false
) throws -> [Float] {
    let part = part ?? (0, 0, extents.0, extents.1)
    let bytes = rows.flatMap { $0 }
    var words = [UInt32](repeating: 0, count: (bytes.count + 3) / 4)
    for (index, byte) in bytes.enumerated() { words[index / 4] |= UInt32(byte) << UInt32(8 * (index % 4)) }
    let crop = [0, rows.count, rows[0].count, extents.0, extents.1, part.top, part.left, flipped ? 1 : 0]
    let result = try reference.resizeImages(
        pixels: try reference.upload(words),
        crops: [PictureCrop(crop.map { UInt32($0) }[...])],
        shape: ImageShape(images: 1, height: part.height, width: part.width, channels: 1),
        mean: [0],
        deviation: [1 / 255]
    )
    #expect(try sparesAreZero(result))
    return try reference.values(result)
}

@Test func picturesKeepTheirSizeExactly() throws {
    let rows: [[UInt8]] = [[0, 10, 200], [30, 255, 7]]
    #expect(relativeError(try resize(rows, to: (2, 3)), [0, 10, 200, 30, 255, 7]) < 1e-6)
    #expect(relativeError(try resize(rows, to: (2, 3), flipped: true), [200, 10, 0, 7, 255, 30]) < 1e-6)
}

@Test func picturesAreEnlargedByInterpolation() throws {
    // Twice as wide: centres at -1/4, 1/4, 3/4, 5/4 of the old ones; outside nothing weighs.
    #expect(relativeError(try resize([[0, 100]], to: (1, 4)), [0, 25, 75, 100]) < 1e-6)
    #expect(relativeError(try resize([[0], [100]], to: (4, 1)), [0, 25, 75, 100]) < 1e-6)
}

@Test func everyPixelCountsWherePicturesShrink() throws {
    let shrunk = try resize([[18, 9, 18, 40, 40, 40, 40, 40, 40]], to: (1, 3))
    // A third: the filter's centre is at 1.5, and it reaches three pixels: 1 − |j + ½ − 1.5| / 3 for j = 0…3.
    let first: Float = (2 * 18 + 3 * 9 + 2 * 18 + 1 * 40) / 8
    #expect(abs(shrunk[0] - first) < 1e-4)
    #expect(abs(shrunk[2] - 40) < 1e-4)
}

/// Pillow's `Image.resize((5, 4), BILINEAR)` of a grey ramp of 7 rows and 9 columns, (11·row + 23·column) % 256.
@Test func picturesAreResizedAsPillowDoes() throws {
    let rows: [[UInt8]] = (0..<7).map { (row: Int) in
        (0..<9).map { (column: Int) in UInt8((11 * row + 23 * column) % 256) }
    }
    let expected: [Float] = [
        19, 55, 98, 141, 177,
        36, 72, 115, 158, 194,
        56, 92, 135, 178, 214,
        73, 109, 152, 195, 231,
    ]
    let values = try resize(rows, to: (4, 5))
    for (value, pillow) in zip(values, expected) { #expect(abs(value - pillow) <= 1) }
}

@Test func partsAreCutFromTheResizedPicture() throws {
    let rows: [[UInt8]] = (0..<6).map { (row: Int) in (0..<8).map { (column: Int) in UInt8(20 * row + 3 * column) } }
    let whole = try resize(rows, to: (9, 12))
    let part = try resize(rows, to: (9, 12), part: (2, 5, 3, 4), flipped: true)
    let expected = (0..<3).flatMap { (row: Int) -> [Float] in
        let last = (row + 2) * 12 + 8
        return (0..<4).map { (column: Int) -> Float in whole[last - column] }
    }
    #expect(part == expected)
}

@Test func framesAreRolledFlippedAndOrderedByTime() throws {
    // Two samples of two steps, one channel, 1×3 pixels: 1 2 3 | 4 5 6 and 7 8 9 | 10 11 12.
    let counts: [UInt32] = [1 | 2 << 16, 3 | 4 << 16, 5 | 6 << 16, 7 | 8 << 16, 9 | 10 << 16, 11 | 65_535 << 16]
    let shape = ImageShape(images: 4, height: 1, width: 3, channels: 1)
    let moves: [Int32] = [0, 1, 0, 5, -4, 1]
    let frames = try reference.prepareFrames(
        counts: try reference.upload(counts),
        transforms: try reference.upload(moves.map(UInt32.init(bitPattern:))),
        shape: shape,
        timeSteps: 2
    )
    #expect(try sparesAreZero(frames))
    // Sample 1 flipped: place w takes 2 − w − 4 modulo 3.
    #expect(try reference.values(frames) == [2, 3, 1, 8, 7, 9, 5, 6, 4, 11, 10, 65_535])
}
