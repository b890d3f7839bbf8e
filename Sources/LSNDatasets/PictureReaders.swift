import LSNFileFormats
import LSNHostSystem

/// Reads pictures that the device resizes and crops.
struct CropReader: SampleReader {
    let root: String
    let geometry: CropGeometry
    let alignsSamples = true

    func read(_ path: String, variation: SampleVariation?) throws(FileFormatError) -> FileSample {
        let picture = try PictureFile.read(HostPath.join(root, path))
        if let variation {
            let (box, flips) = geometry.randomCrop(
                height: picture.height,
                width: picture.width,
                variation: variation
            )
            // Only the rectangle travels.
            return FileSample(
                bytes: picture.part(box),
                transform: [
                    0, UInt32(box.height), UInt32(box.width), UInt32(geometry.size), UInt32(geometry.size), 0, 0,
                    flips ? 1 : 0,
                ]
            )
        }
        return FileSample(
            bytes: picture.pixels,
            transform: geometry.evaluationTransform(height: picture.height, width: picture.width)
        )
    }
}

extension CropGeometry {
    /// The integers that go with a picture of this size, whole, as evaluation takes it; `side` as
    /// ``centreCrop(height:width:side:)`` has it.
    func evaluationTransform(height: Int, width: Int, side: Int? = nil) -> [UInt32] {
        let crop = centreCrop(height: height, width: width, side: side)
        return [
            0, UInt32(height), UInt32(width), UInt32(crop.resizedHeight), UInt32(crop.resizedWidth), UInt32(crop.top),
            UInt32(crop.left), 0,
        ]
    }
}

/// Reads pictures that all have one size and keep it.
struct NativeReader: SampleReader {
    let root: String
    let height: Int
    let width: Int
    let alignsSamples = false

    func read(_ path: String, variation: SampleVariation?) throws(FileFormatError) -> FileSample {
        let picture = try PictureFile.read(HostPath.join(root, path))
        guard (picture.height, picture.width) == (height, width) else {
            throw FileFormatError(
                path: HostPath.join(root, path),
                problem: "has \(picture.height)×\(picture.width) pixels, the first picture has \(height)×\(width)",
                advice: "--image-size native takes pictures of one size; use --image-size N"
            )
        }
        let transform = variation.map { $0.policy.draw(seed: $0.seed, epoch: $0.epoch, sample: $0.sample) }
        return FileSample(bytes: picture.planes(), transform: transform ?? [0, 0, 0])
    }
}

/// Whole JPEG and PNG files.
enum PictureFile {
    /// Endings of names that count as pictures, in lower case.
    static let extensions: Set<String> = ["jpg", "jpeg", "jpe", "png"]
    /// No honest picture's file is larger.
    static let byteLimit = 1 << 28

    static func read(_ path: String) throws(FileFormatError) -> Picture {
        try Picture.decode(FileSystem.read(path, limit: byteLimit), path: path)
    }
}

extension Picture {
    /// The bytes `[height][width][3]` of a rectangle inside.
    func part(_ box: PixelBox) -> [UInt8] {
        if box.height == height && box.width == width { return pixels }
        var result: [UInt8] = []
        result.reserveCapacity(3 * box.height * box.width)
        for row in box.top..<box.top + box.height {
            let start = 3 * (row * width + box.left)
            result += pixels[start..<start + 3 * box.width]
        }
        return result
    }

    /// The bytes `[3][height][width]`.
    func planes() -> [UInt8] {
        let area = height * width
        var result = [UInt8](repeating: 0, count: 3 * area)
        for pixel in 0..<area {
            for channel in 0..<3 { result[channel * area + pixel] = pixels[3 * pixel + channel] }
        }
        return result
    }
}
