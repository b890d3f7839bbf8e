import LSNOpenCLRuntime
import LSNTensors

/// How the runs of a reduction over pixels (``SumOrder``) are shared out. What the runs are follows from the shape alone; how
/// many of them an item owns suits the mapping and changes no bit.
struct SumRuns: Hashable, Sendable {
    /// Runs, of which each leaves a partial sum.
    let count: Int
    /// Runs of a work-item; the last may have fewer.
    let itemRuns: Int
    /// Work-items that share the runs.
    let items: Int

    /// - Parameters:
    ///   - pixels: all of them.
    ///   - bytes: what one work-item moves for a pixel.
    ///   - mapping: how much an item moves in all.
    init(pixels: Int, bytes: Int, mapping: WorkMapping) {
        count = SumOrder.runs(of: pixels)
        itemRuns = max(1, mapping.itemBytes / max(bytes * SumOrder.run, 1))
        items = (count + itemRuns - 1) / itemRuns
    }
}

// Kernels/reduction.
extension OpenCLBackend {
    private static let file = "reduction/merge.cl"

    /// How the runs of so many pixels are shared out, where an item moves so many bytes for a pixel.
    func sumRuns(_ pixels: Int, bytes: Int) -> SumRuns {
        SumRuns(pixels: pixels, bytes: bytes, mapping: mapping)
    }

    /// A range of `outer` parts of `inner` items each, which lie side by side. Lanes beyond the last have nothing to do.
    func range(_ inner: Int, by outer: Int) -> [Int] {
        let items = inner * outer
        return [mapping == .simt ? roundUp(items, toMultipleOf: WorkMapping.mostWorkGroupItems) : items]
    }

    /// How the items are launched that finish the reduction of each vector of a pixel of this shape: see ``MergingItems``.
    func mergingItems(of shape: ImageShape) -> MergingItems {
        MergingItems(vectors: lanes(of: shape).chunks, rows: mapping.mergingRows)
    }

    /// Merges partial sums of runs, until an item, or the items of a work-group together, can finish them.
    ///
    /// - Parameters:
    ///   - partials: `[runs][words]`. What is returned may be this storage itself.
    ///   - isFinishedByRows: whether ``MergingItems`` finish them.
    func mergeSums(
        _ partials: any Storage,
        words: Int,
        runs: Int,
        isFinishedByRows: Bool = false
    ) throws(BackendError) -> (partials: any Storage, runs: Int) {
        var (result, left) = (partials, runs)
        while left > (isFinishedByRows ? MergingItems.mostRuns : mapping.mostFinishedRuns) {
            let count = (left + SumOrder.fanIn - 1) / SumOrder.fanIn
            let merged = try allocate(words: count * words)
            try run(
                "merge_sums",
                Self.file,
                options: [.define("WIDTH", Self.sumWidth)],
                arguments: [.storage(result), .storage(merged), .int(words), .int(left)],
                global: range(words / Self.sumWidth, by: count)
            )
            (result, left) = (merged, count)
        }
        return (result, left)
    }

    /// Merges the moments of runs of pixels of `shape`, until ``MergingItems`` can finish them.
    func mergeMoments(_ moments: any Storage, of shape: ImageShape) throws(BackendError) -> MergedMoments {
        let lanes = lanes(of: shape)
        var result = MergedMoments(storage: moments, run: SumOrder.run, runs: SumOrder.runs(of: shape.pixels))
        while result.runs > MergingItems.mostRuns {
            let count = (result.runs + SumOrder.fanIn - 1) / SumOrder.fanIn
            let merged = try allocate(words: count * 2 * shape.channelStride)
            try run(
                "merge_moments",
                Self.file,
                options: [lanes.option],
                arguments: [
                    .storage(result.storage), .storage(merged), .int(shape.pixels), .int(shape.channelStride),
                    .int(result.run), .int(result.runs),
                ],
                global: range(lanes.chunks, by: count)
            )
            result = MergedMoments(storage: merged, run: result.run * SumOrder.fanIn, runs: count)
        }
        return result
    }

    /// A pixel's channels, of which partial sums have one or two vectors, are a multiple of it.
    private static let sumWidth = 8
}

/// Items that finish reductions, some for each vector of channels: MERGING_ROWS of reduction/sums.cl.
struct MergingItems {
    /// Vectors, each with a reduction of its own.
    let vectors: Int
    /// Items that share one.
    let rows: Int

    /// The most partial sums that they finish: two levels. (A single item merges more, level by level, but slowly.)
    static let mostRuns = SumOrder.fanIn * SumOrder.fanIn

    var option: KernelOption { .define("MERGING_ROWS", rows) }
    var global: [Int] { [vectors, rows] }
    /// Neighbouring vectors fill a sector of memory.
    var local: [Int] { [rows == 1 ? 1 : 2, rows] }
}

/// Moments that may have been merged: reduction/moments.cl.
struct MergedMoments {
    let storage: any Storage
    /// Pixels of a run.
    let run: Int
    let runs: Int
}
