import LSNTensors

/// Pictures from bytes: `input.pixels` `[N, C, H, W]` of integers below 256, `input.transforms` `[N, 3]` (dy, dx, flip).
enum PrepareImagesOperation: ConformanceOperation {
    static let name = "prepare_images"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let pixels = try operands.tensor("input.pixels")
        let transforms = try operands.tensor("input.transforms")
        let shape = try operands.imageShape(pixels)
        let bytes = pixels.values.map { UInt8(exactly: $0) }
        let moves = transforms.values.map { Int32(exactly: $0) }
        guard !bytes.contains(nil) else { throw operands.refuse(pixels, "has values that are no bytes") }
        guard transforms.shape == [shape.images, 3], !moves.contains(nil) else {
            throw operands.refuse(transforms, "is not three integers for each of \(shape.images) images")
        }
        let output = try backend.prepareImages(
            pixels: try backend.upload(PackedWords.bytes(bytes.compactMap(\.self))),
            transforms: try backend.upload(moves.compactMap(\.self).map(UInt32.init(bitPattern:))),
            shape: shape,
            mean: try operands.numbers("mean").map { Float($0) },
            deviation: try operands.numbers("deviation").map { Float($0) }
        )
        try results.add("output.y", output)
    }
}

/// Pictures of any size, resized: `input.pixels` of bytes, one picture behind the other as `[H, W, C]`, each padded to a
/// multiple of four; `input.crops` `[N, 8]` as `PictureCrop` has them, offsets in words; `size` `[height, width]`.
enum ResizeImagesOperation: ConformanceOperation {
    static let name = "resize_images"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let pixels = try operands.tensor("input.pixels")
        let crops = try operands.tensor("input.crops")
        let size = try operands.integers("size")
        let mean = try operands.numbers("mean").map { Float($0) }
        let deviation = try operands.numbers("deviation").map { Float($0) }
        let bytes = pixels.values.map { UInt8(exactly: $0) }
        let places = crops.values.map { UInt32(exactly: $0) }
        guard !bytes.contains(nil) else { throw operands.refuse(pixels, "has values that are no bytes") }
        guard crops.shape.count == 2, crops.shape[1] == PictureCrop.words, !places.contains(nil), size.count == 2 else {
            throw operands.refuse(crops, "is not eight integers an image, or size not two")
        }
        let integers = places.compactMap(\.self)
        let output = try backend.resizeImages(
            pixels: try backend.upload(PackedWords.bytes(bytes.compactMap(\.self))),
            crops: stride(from: 0, to: integers.count, by: PictureCrop.words).map {
                PictureCrop(integers[$0..<$0 + PictureCrop.words])
            },
            shape: ImageShape(images: crops.shape[0], height: size[0], width: size[1], channels: mean.count),
            mean: mean,
            deviation: deviation
        )
        try results.add("output.y", output)
    }
}

/// Frames of events: `input.counts` `[N, T, C, H, W]` of integers below 65,536, `input.transforms` `[N, 3]` (dy, dx,
/// flip).
enum PrepareFramesOperation: ConformanceOperation {
    static let name = "prepare_frames"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let counts = try operands.tensor("input.counts")
        let transforms = try operands.tensor("input.transforms")
        let values = counts.values.map { UInt16(exactly: $0) }
        let moves = transforms.values.map { Int32(exactly: $0) }
        guard counts.shape.count == 5, !values.contains(nil) else {
            throw operands.refuse(counts, "is not [N, T, C, H, W] of integers below 65,536")
        }
        guard transforms.shape == [counts.shape[0], 3], !moves.contains(nil) else {
            throw operands.refuse(transforms, "is not three integers for each of \(counts.shape[0]) samples")
        }
        let output = try backend.prepareFrames(
            counts: try backend.upload(PackedWords.halves(values.compactMap(\.self))),
            transforms: try backend.upload(moves.compactMap(\.self).map(UInt32.init(bitPattern:))),
            shape: try operands.imageShape(counts),
            timeSteps: counts.shape[1]
        )
        try results.add("output.y", output)
    }
}

/// Small numbers in words, the first in the lowest bits.
private enum PackedWords {
    static func bytes(_ bytes: [UInt8]) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: (bytes.count + 3) / 4)
        for (index, byte) in bytes.enumerated() { words[index / 4] |= UInt32(byte) << UInt32(8 * (index % 4)) }
        return words
    }

    static func halves(_ values: [UInt16]) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: (values.count + 1) / 2)
        for (index, value) in values.enumerated() { words[index / 2] |= UInt32(value) << UInt32(16 * (index % 2)) }
        return words
    }
}
