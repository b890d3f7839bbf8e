import LSNOpenCLRuntime
import LSNTensors

// Kernels/normalization/merge.cl. Where runs are few, as those of a CPU, they stay as they are.
extension OpenCLBackend {
    /// Runs that one item merges, and the most that an item finishes where runs are many.
    static let mergedRuns = 64

    /// Adds up runs of `words` floats, ``mergedRuns`` at a time in their order, until few are left.
    ///
    /// - Parameter partials: `[runs][words]`. What is returned may be this storage itself.
    func mergeSums(
        _ partials: any Storage,
        words: Int,
        runs: Int
    ) throws(BackendError) -> (partials: any Storage, runs: Int) {
        var (result, left) = (partials, runs)
        while mapping == .simt, left > Self.mergedRuns {
            let count = (left + Self.mergedRuns - 1) / Self.mergedRuns
            let merged = try allocate(words: count * words)
            try run(
                "sum_runs",
                "normalization/merge.cl",
                options: wordOptions,
                arguments: [
                    .storage(result), .storage(merged), .int(words), .int(left), .int(Self.mergedRuns),
                ],
                global: [words / mapping.wordWidth, count]
            )
            (result, left) = (merged, count)
        }
        return (result, left)
    }

    /// Merges the moments of runs of pixels of `shape` in the same way.
    func mergeMoments(_ moments: RunMoments, of shape: ImageShape) throws(BackendError) -> RunMoments {
        let lanes = lanes(of: shape)
        var result = moments
        while mapping == .simt, result.count > Self.mergedRuns {
            let count = (result.count + Self.mergedRuns - 1) / Self.mergedRuns
            let merged = try allocate(words: count * 2 * shape.channelStride)
            try run(
                "merge_moments",
                "normalization/merge.cl",
                options: [lanes.option],
                arguments: [
                    .storage(result.storage), .storage(merged), .int(shape.pixels), .int(shape.channelStride),
                    .int(result.length), .int(result.count), .int(Self.mergedRuns),
                ],
                global: [lanes.chunks, count]
            )
            result = RunMoments(storage: merged, length: result.length * Self.mergedRuns, count: count)
        }
        return result
    }
}
