/// The order in which floats are added, the same on every device, in both mappings and on the reference, so that a sum has
/// the same bits everywhere: it follows from shapes alone.
///
/// **Runs.** The pixels of a tensor (of one time step, where a kernel goes through time by itself), in the order in which they
/// lie in memory, are cut into runs of ``run``; the last may be shorter. The terms of a run are added one after the other,
/// from 0 on. What a kernel does in one pass over a run leaves a partial sum.
///
/// **Merging.** ``fanIn`` neighbouring partial sums are added one after the other, from 0 on, and leave a partial sum of the
/// next level, until at most ``fanIn`` are left, which are added in the same way. A device may do so in many kernels or in
/// one.
///
/// **Lanes.** What has no pixels (words in a row, the channels of a pixel) is added by ``lanes`` sums that take turns, lane i
/// taking terms i, i + ``lanes``, …, and these as pairs: ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)). Words in a row are cut into
/// runs of ``wordRun``, whose lanes are merged each by itself and joined at the end.
public enum SumOrder {
    /// Pixels of a run: few enough to fill a GPU, and two rounds of eight lanes.
    public static let run = 16
    /// Partial sums that are merged at a time.
    public static let fanIn = 64
    /// Sums that take turns.
    public static let lanes = 8
    /// Words of a run where there are no pixels: few enough to fill a GPU.
    public static let wordRun = 256

    /// The number of runs of so many pixels.
    public static func runs(of pixels: Int) -> Int { (pixels + run - 1) / run }

    /// The sum of partial sums, merged.
    public static func merged(_ partials: [Float]) -> Float {
        var left = partials
        while left.count > fanIn {
            left = stride(from: 0, to: left.count, by: fanIn).map { first in
                left[first..<min(first + fanIn, left.count)].reduce(0, +)
            }
        }
        return left.reduce(0, +)
    }

    /// The sum of eight lanes, as pairs.
    public static func joined(_ lanes: SIMD8<Float>) -> Float {
        ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    }
}
