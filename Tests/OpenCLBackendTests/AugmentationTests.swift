import OpenCLBackend
import ReferenceBackend
import Tensors
import Testing

struct PictureCase: OperationCase {
    var shape: ImageShape

    var testDescription: String { "\(shape)" }
    /// One rounding.
    var tolerance: Float { 1.2e-7 }

    func run<B: Backend>(on backend: B) throws -> [Output<B>] {
        var numbers = Numbers()
        let bytes = numbers.words((shape.count + 3) / 4, below: Int(UInt32.max))
        // dy, dx, flipped
        var transforms: [UInt32] = []
        let shifts = numbers.grid(2 * shape.images, step: 1, range: 4)
        let flips = numbers.words(shape.images, below: 2)
        for image in 0..<shape.images {
            transforms += shifts[2 * image..<2 * image + 2].map { UInt32(bitPattern: Int32($0)) }
            transforms.append(flips[image])
        }
        let means = numbers.normal(shape.channels, mean: 0.5, deviation: 0.1)
        let pictures = try backend.prepareImages(
            pixels: try backend.upload(bytes),
            transforms: try backend.upload(transforms),
            shape: shape,
            mean: means,
            deviation: numbers.normal(shape.channels, mean: 0.3, deviation: 0.02)
        )
        return [Output("pictures", pictures)]
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct AugmentationTests {
    @Test(
        arguments: [
            ImageShape(images: 50, height: 28, width: 28, channels: 1),
            ImageShape(images: 9, height: 32, width: 32, channels: 3),
            ImageShape(images: 3, height: 5, width: 7, channels: 3),
            ImageShape(images: 1, height: 1, width: 3, channels: 1),
            ImageShape(images: 2, height: 130, width: 120, channels: 10),
        ].map { PictureCase(shape: $0) }
    )
    func pictures(_ operation: PictureCase) throws {
        try check(operation)
    }

    @Test(
        "A shift by more than the picture leaves none of it",
        arguments: [
            [1000, 0], [0, -1000], [Int32.max, Int32.min],
        ] as [[Int32]]
    )
    func farAway(shift: [Int32]) throws {
        let backend = try TestDevice.backend()
        let shape = ImageShape(images: 1, height: 4, width: 4, channels: 1)
        let pictures = try backend.prepareImages(
            pixels: try backend.upload([UInt32](repeating: .max, count: 4)),
            transforms: try backend.upload(shift.map(UInt32.init(bitPattern:)) + [0]),
            shape: shape,
            mean: [0.5],
            deviation: [0.25]
        )
        let values = try backend.readFloats(pictures.storage, count: shape.realWords)
        #expect(HostLayout.realValues(values, shape: shape).allSatisfy { $0 == -2 })
    }
}
