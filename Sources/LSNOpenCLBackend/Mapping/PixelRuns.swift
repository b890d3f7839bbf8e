import LSNOpenCLRuntime
import LSNTensors

/// How the pixels of a tensor are cut into runs, one for each work-item (of every channel chunk). No result depends on it;
/// reductions have ``SumRuns``.
struct PixelRuns: Hashable, Sendable {
    /// Pixels of a run; the last may be shorter.
    let length: Int
    /// How many runs there are.
    let count: Int

    /// Runs of a pixel.
    init(single pixels: Int) {
        length = 1
        count = pixels
    }

    /// - Parameters:
    ///   - pixels: all of them.
    ///   - bytes: what one work-item moves for a pixel.
    ///   - mapping: how much an item moves in all.
    ///   - most: the most runs.
    init(pixels: Int, bytes: Int, mapping: WorkMapping, most: Int = .max) {
        let wanted = max(1, mapping.itemBytes / max(bytes, 1))
        let shortest = max(wanted, most == .max ? 1 : (pixels + most - 1) / most)
        func runs(of length: Int) -> Int { (pixels + length - 1) / length }
        switch mapping {
        case .simd:
            length = shortest
        case .simt:
            // A work-group divides the number of runs: the more powers of two are in it, the fuller it can be.
            func parts(_ length: Int) -> Int { min(runs(of: length).trailingZeroBitCount, 6) }
            length =
                (shortest...min(2 * shortest, shortest + 64)).max { (parts($0), -$0) < (parts($1), -$1) } ?? shortest
        }
        count = runs(of: length)
    }
}

/// How a flat run of words is cut, one piece for each work-item.
struct WordRuns: Sendable {
    /// Words of a run, a multiple of the kernels' vectors; the last may be shorter.
    let length: Int
    /// How many runs there are.
    let count: Int
    /// What kernels on flat runs are told: the number of words, the length of a run.
    let arguments: [KernelArgument]

    /// - Parameters:
    ///   - words: all of them, below 2³².
    ///   - bytes: what one work-item moves for a word.
    ///   - mapping: how much an item moves in all.
    ///   - isCounted: whether one item adds up what the runs leave.
    init(_ words: Int, bytes: Int, mapping: WorkMapping, isCounted: Bool) {
        let width = mapping.wordWidth
        let vectors = (words + width - 1) / width
        if mapping == .simt, !isCounted {
            // Neighbouring lanes take neighbouring vectors, one each; lanes beyond the last have nothing to do.
            length = width
            count = roundUp(vectors, toMultipleOf: WorkMapping.mostWorkGroupItems)
        } else {
            let runs = PixelRuns(
                pixels: vectors,
                bytes: width * bytes,
                mapping: mapping,
                most: isCounted ? mapping.mostCountedRuns : .max
            )
            length = width * runs.length
            count = runs.count
        }
        arguments = [.uint32(UInt32(clamping: words)), .uint32(UInt32(clamping: length))]
    }
}
