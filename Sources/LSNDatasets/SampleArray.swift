import LSNFileFormats

/// An array of samples: pictures `[N, H, W]` or `[N, C, H, W]`, or sequences of them `[N, T, C, H, W]`, read sample by sample from
/// a file. Samples that another program has in memory are ``MemorySamples``.
struct SampleArray: Sendable {
    private let array: StoredArray
    /// N.
    let count: Int
    /// T; nil of pictures.
    let timeSteps: Int?
    let channels: Int
    let height: Int
    let width: Int

    /// Larger extents are refused.
    static let largestExtent = 1 << 16

    /// - Throws: `FileFormatError` for arrays of another number of axes, or without a value.
    init(_ array: StoredArray) throws(FileFormatError) {
        let shape = array.shape
        guard (3...5).contains(shape.count) else {
            throw array.error(
                "has shape \(shape), and samples are [N, H, W], [N, C, H, W] or [N, T, C, H, W]",
                advice: "reshape it, of a vector of F features a sample to [N, 1, 1, F]"
            )
        }
        guard shape.allSatisfy({ $0 > 0 }) else {
            throw array.error("has shape \(shape), and holds no value", advice: "save an array with samples")
        }
        guard shape.dropFirst().allSatisfy({ $0 <= Self.largestExtent }) else {
            throw array.error(
                "has shape \(shape), and extents up to \(Self.largestExtent) are taken",
                advice: "use smaller samples"
            )
        }
        self.array = array
        count = shape[0]
        timeSteps = shape.count == 5 ? shape[1] : nil
        channels = shape.count == 3 ? 1 : shape[shape.count - 3]
        height = shape[shape.count - 2]
        width = shape[shape.count - 1]
    }

    /// T, of pictures 1.
    var steps: Int { timeSteps ?? 1 }
    /// Values of a sample.
    var valueCount: Int { array.itemCount }
    /// Whether values are levels from 0 to 255.
    var isBytes: Bool { array.type == .uint8 }
    /// Its shape, for people.
    var shape: [Int] { array.shape }
    var name: String { array.name }
    /// What the values are.
    var type: ElementType { array.type }

    /// Whether its samples and another's are alike.
    func isLike(_ other: SampleArray) -> Bool {
        array.shape.dropFirst() == other.array.shape.dropFirst() && array.type == other.array.type
    }

    /// For people: where the last axis seems to be that of channels; nil where it does not.
    var warning: String? {
        guard timeSteps == nil, array.shape.count == 4, [1, 3, 4].contains(width), channels > 4 else { return nil }
        return "\(name) has shape \(shape), which is taken as [N, C, H, W]; if it is [N, H, W, C], save "
            + "numpy.ascontiguousarray(numpy.moveaxis(\(name), -1, 1))"
    }

    /// The stored bytes of a sample, below ``count``.
    func bytes(_ sample: Int) throws(FileFormatError) -> [UInt8] {
        try array.bytes(sample * valueCount..<(sample + 1) * valueCount)
    }

    /// The values of a sample, below ``count``, `[T][C][H][W]`, as they are stored.
    ///
    /// - Throws: `FileFormatError` where the file cannot be read, or a value is not finite.
    func floats(_ sample: Int) throws(FileFormatError) -> [Float] {
        let values = try array.floats(sample * valueCount..<(sample + 1) * valueCount)
        if let place = values.firstIndex(where: { !$0.isFinite }) {
            throw array.error(
                "has \(values[place]) in sample \(sample)",
                at: sample * valueCount + place,
                advice: "write it again with numbers that are finite (numpy.nan_to_num)"
            )
        }
        return values
    }

    /// Compares the checksum of what is not compressed.
    func verify() throws(FileFormatError) { try array.verify() }

    /// An error about this array.
    func error(_ problem: String, advice: String) -> FileFormatError { array.error(problem, advice: advice) }
}
