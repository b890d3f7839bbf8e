import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

struct PictureCase: OperationCase {
    var shape: ImageShape

    var size: Int { shape.realWords }
    var testDescription: String { "\(shape)" }
    /// The host's table has every value.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
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
        arguments: affordable(
            [
                ImageShape(images: 50, height: 28, width: 28, channels: 1),
                ImageShape(images: 9, height: 32, width: 32, channels: 3),
                ImageShape(images: 3, height: 5, width: 7, channels: 3),
                ImageShape(images: 1, height: 1, width: 3, channels: 1),
                ImageShape(images: 2, height: 130, width: 120, channels: 10),
            ].map { PictureCase(shape: $0) }
        )
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

struct ResizeCase: OperationCase {
    /// Rows and columns of the result.
    var extent: Int
    /// Heights and widths of the pictures.
    var pictures: [[Int]]
    var channels = 3

    var size: Int { pictures.reduce(0) { $0 + $1[0] * $1[1] * channels } + extent * extent * 8 * pictures.count }
    var testDescription: String { "\(pictures) to \(extent), \(channels) channels" }
    /// The same operations in the same order.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        var words: [UInt32] = []
        var crops: [PictureCrop] = []
        for (index, extents) in pictures.enumerated() {
            let (height, width) = (extents[0], extents[1])
            // Resized to more than is wanted; the part lies somewhere inside.
            let (resizedHeight, resizedWidth) = (extent + 3 * index, extent + 2 * index)
            crops.append(
                PictureCrop(
                    [
                        words.count, height, width, resizedHeight, resizedWidth, 2 * index, index, index % 2,
                    ].map { UInt32($0) }[...]
                )
            )
            words += numbers.words((height * width * channels + 3) / 4, below: Int(UInt32.max))
        }
        let shape = ImageShape(images: pictures.count, height: extent, width: extent, channels: channels)
        let result = try backend.resizeImages(
            pixels: try backend.upload(words),
            crops: crops,
            shape: shape,
            mean: numbers.normal(channels, mean: 0.5, deviation: 0.1),
            deviation: numbers.normal(channels, mean: 0.3, deviation: 0.02)
        )
        return [Output("pictures", result)]
    }
}

struct FrameCase: OperationCase {
    var shape: ImageShape
    var timeSteps: Int

    var size: Int { shape.realWords }
    var testDescription: String { "\(shape), \(timeSteps) time steps" }
    /// Exact.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let samples = shape.images / timeSteps
        let moves = numbers.words(3 * samples, below: 200).enumerated().map { index, value in
            index % 3 == 2 ? value % 2 : UInt32(bitPattern: Int32(value) - 100)
        }
        let frames = try backend.prepareFrames(
            counts: try backend.upload(numbers.words((shape.count + 1) / 2, below: Int(UInt32.max))),
            transforms: try backend.upload(moves),
            shape: shape,
            timeSteps: timeSteps
        )
        return [Output("frames", frames)]
    }
}

/// A strip that is resized to many more places than the part has which is cut from its middle.
struct StripCase: OperationCase {
    var height: Int
    var width: Int

    var size: Int { 3 * height * width + 224 * 224 * 8 }
    var testDescription: String { "\(height)×\(width)" }
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let (rows, columns) = height < width ? (256, 256 * width / height) : (256 * height / width, 256)
        let integers = [0, height, width, rows, columns, (rows - 224) / 2, (columns - 224) / 2, 1]
        let result = try backend.resizeImages(
            pixels: try backend.upload(numbers.words((3 * height * width + 3) / 4, below: Int(UInt32.max))),
            crops: [PictureCrop(integers.map { UInt32($0) }[...])],
            shape: ImageShape(images: 1, height: 224, width: 224, channels: 3),
            mean: [0.5, 0.4, 0.6],
            deviation: [0.3, 0.2, 0.25]
        )
        return [Output("pictures", result)]
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct FolderSampleTests {
    @Test(
        "The middle of a strip is resized as by the reference",
        arguments: affordable([
            StripCase(height: 1, width: 300), StripCase(height: 65_500, width: 1), StripCase(height: 3, width: 65_500),
        ])
    )
    func strips(_ operation: StripCase) throws {
        try check(operation)
    }

    @Test(
        "Pictures of any size are resized as by the reference",
        arguments: affordable([
            ResizeCase(extent: 32, pictures: [[32, 32], [1, 1], [5, 400], [33, 31], [97, 3]]),
            ResizeCase(extent: 224, pictures: [[375, 500], [224, 224]]),
            ResizeCase(extent: 1, pictures: [[7, 9], [1, 2]]),
            ResizeCase(extent: 13, pictures: [[2000, 3], [3, 3001]], channels: 1),
            ResizeCase(extent: 8, pictures: [[9, 17]], channels: 10),
        ])
    )
    func resizing(_ operation: ResizeCase) throws {
        try check(operation)
    }

    @Test(
        "Frames are rolled as by the reference",
        arguments: affordable([
            FrameCase(shape: ImageShape(images: 40, height: 48, width: 48, channels: 2), timeSteps: 10),
            FrameCase(shape: ImageShape(images: 3, height: 5, width: 7, channels: 3), timeSteps: 1),
            FrameCase(shape: ImageShape(images: 4, height: 128, width: 128, channels: 2), timeSteps: 4),
        ])
    )
    func frames(_ operation: FrameCase) throws {
        try check(operation)
    }
}
