import OpenCLRuntime
import Tensors

/// How the pixels of a tensor are cut into runs, one for each work-item (of every channel chunk). It depends on shapes
/// alone, so sums over runs, added in the order of the runs, are the same on every device and every time.
struct PixelRuns: Hashable, Sendable {
    /// Pixels of a run; the last may be shorter.
    let length: Int
    /// How many runs there are.
    let count: Int

    /// The most runs of a reduction, because few items add what the runs leave.
    static let reduction = 256

    /// - Parameters:
    ///   - pixels: all of them.
    ///   - bytes: what one work-item moves for a pixel. A run is as long as some 64 KiB take: several microseconds,
    ///     against which the cost of starting an item is small, and short enough to keep every core busy.
    ///   - limit: the most runs.
    init(pixels: Int, bytes: Int, limit: Int = .max) {
        let wanted = max(1, 65536 / max(bytes, 1))
        let least = limit == .max ? 1 : (pixels + limit - 1) / limit
        length = max(wanted, least)
        count = (pixels + length - 1) / length
    }
}

/// How a flat run of words is cut, one piece for each work-item.
struct WordRuns: Sendable {
    /// Words of a run, a multiple of 16; the last may be shorter.
    let length: Int
    /// How many runs there are.
    let count: Int
    /// What kernels on flat runs are told: the number of words, the length of a run.
    let arguments: [KernelArgument]

    /// - Parameters:
    ///   - words: all of them, below 2³².
    ///   - bytes: what one work-item moves for a word.
    ///   - operation: for the error.
    init(_ words: Int, bytes: Int, _ operation: String) throws(BackendError) {
        guard let total = UInt32(exactly: words) else {
            throw .mismatch(operation: operation, detail: "\(words) words do not fit 32 bits")
        }
        let runs = PixelRuns(pixels: (words + 15) / 16, bytes: 16 * bytes)
        length = 16 * runs.length
        count = runs.count
        arguments = [.uint32(total), .uint32(UInt32(length))]
    }
}
