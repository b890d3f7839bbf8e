/// How the pixels of a tensor are cut into runs, one for each work-item (of every channel chunk). It depends on shapes
/// alone, so sums over runs, added in the order of the runs, are the same on every device and every time.
struct PixelRuns: Hashable, Sendable {
    /// Pixels of a run; the last may be shorter.
    let length: Int
    /// How many runs there are.
    let count: Int

    /// - Parameters:
    ///   - pixels: all of them.
    ///   - bytes: what one work-item moves for a pixel. A run is as long as some 64 KiB take: several microseconds,
    ///     against which the cost of starting an item is small, and short enough to keep every core busy.
    ///   - limit: the most runs; reductions set it, because what is left over is added by few items.
    init(pixels: Int, bytes: Int, limit: Int = .max) {
        let wanted = max(1, 65536 / max(bytes, 1))
        let least = limit == .max ? 1 : (pixels + limit - 1) / limit
        length = max(wanted, least)
        count = (pixels + length - 1) / length
    }
}
