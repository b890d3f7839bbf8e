import Tensors

/// Pictures from bytes: `input.pixels` `[N, C, H, W]` of integers below 256, `input.transforms` `[N, 3]` (dy, dx, flip).
enum PrepareImagesOperation: ParityOperation {
    static let name = "prepare_images"

    static func run<B: Backend>(_ operands: inout CaseOperands, into results: inout CaseResults<B>) throws {
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
            pixels: try backend.upload(pack(bytes.compactMap(\.self))),
            transforms: try backend.upload(moves.compactMap(\.self).map(UInt32.init(bitPattern:))),
            shape: shape,
            mean: try operands.numbers("mean").map { Float($0) },
            deviation: try operands.numbers("deviation").map { Float($0) }
        )
        try results.add("output.y", output)
    }

    /// Four bytes to a word, the first in the lowest bits.
    private static func pack(_ bytes: [UInt8]) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: (bytes.count + 3) / 4)
        for (index, byte) in bytes.enumerated() { words[index / 4] |= UInt32(byte) << UInt32(8 * (index % 4)) }
        return words
    }
}
