public import LSNOpenCLRuntime
import LSNTensors

/// How kernels share their work out among work-items.
///
/// | | an item owns | a work-group is | convolutions |
/// |---|---|---|---|
/// | SIMD | 8 or 16 channels of a long run of pixels | one item | sparse, look-up table, dense, Winograd |
/// | SIMT | 4 channels of a few pixels | up to 256 items that lie side by side | implicit GEMM |
///
/// Results are the same bits; with `fast` numerics, but for the gradients of convolutions.
public enum WorkMapping: String, Codable, CaseIterable, Hashable, Sendable {
    /// For CPUs, whose items own wide vector registers.
    case simd
    /// For GPUs, whose items are lanes.
    case simt

    /// What suits a device: SIMT needs work-groups of 256 items, which OpenCL does not promise.
    public init(for kind: DeviceKind, maxWorkGroupSize: Int) {
        self = kind == .cpu || maxWorkGroupSize < Self.mostWorkGroupItems ? .simd : .simt
    }

    /// Bytes that an item moves: on a CPU several microseconds of work, against which the cost of starting an item is
    /// small, and little enough to keep every core busy; on a GPU some pixels, over which it reads a channel's constants
    /// once, and little enough to fill tens of thousands of lanes.
    var itemBytes: Int {
        switch self {
        case .simd: 65536
        case .simt: 1024
        }
    }

    /// The most partial sums of a reduction over pixels that an item finishes, level by level: of more, many items merge a
    /// level first.
    var mostFinishedRuns: Int {
        switch self {
        case .simd: SumOrder.fanIn * SumOrder.fanIn
        case .simt: SumOrder.fanIn
        }
    }

    /// MERGING_ROWS of reduction/sums.cl, for kernels whose work-groups merge what is left of a reduction: as many items as merge
    /// two levels at once.
    var mergingRows: Int {
        switch self {
        case .simd: 1
        case .simt: SumOrder.fanIn
        }
    }

    /// Runs of a sum over flat words that an item merges, 1 or a whole level.
    var mergedWordRuns: Int {
        switch self {
        case .simd: SumOrder.fanIn
        case .simt: 1
        }
    }

    /// The most runs of a count over flat words, which one item adds up.
    var mostCountedRuns: Int {
        switch self {
        case .simd: 256
        case .simt: 8192
        }
    }

    /// Words of a vector of kernels on flat runs.
    var wordWidth: Int {
        switch self {
        case .simd: 16
        case .simt: 4
        }
    }

    /// The channels of an item of this shape.
    func lanes(of shape: ImageShape) -> ChannelLanes {
        switch self {
        case .simd: ChannelLanes(width: shape.vectorWidth, mostChunks: 16, stride: shape.channelStride)
        case .simt: ChannelLanes(width: 4, mostChunks: 1, stride: shape.channelStride)
        }
    }

    /// The channels of an item that keeps a vector for each pixel of a run: half as many on a GPU, so that its registers suffice.
    func lanesOfRuns(of shape: ImageShape) -> ChannelLanes {
        switch self {
        case .simd: lanes(of: shape)
        case .simt: ChannelLanes(width: 2, mostChunks: 1, stride: shape.channelStride)
        }
    }

    /// The work-group for a range: one item, or as many as divide it, side by side in the first dimension, then in the
    /// second.
    ///
    /// - Parameters:
    ///   - global: the range.
    ///   - most: items that the kernel, with the registers it takes, allows a work-group.
    func workGroup(for global: [Int], most: Int = mostWorkGroupItems) -> [Int] {
        switch self {
        case .simd: return [Int](repeating: 1, count: global.count)
        case .simt:
            var room = min(Self.mostWorkGroupItems, most)
            return global.map { extent in
                let items = (1...max(1, min(extent, room))).last { extent % $0 == 0 } ?? 1
                room /= items
                return items
            }
        }
    }

    /// The items of a large work-group, and of every one of convolutions.
    static let mostWorkGroupItems = 256
}

/// How a kernel cuts the channels of a pixel: see common/layout.cl.
struct ChannelLanes: Hashable, Sendable {
    /// Channels of a vector.
    let width: Int
    /// Vectors of a pixel.
    let chunks: Int
    /// Items that share a pixel.
    let items: Int
    /// Chunks of an item; the last may have fewer.
    let itemChunks: Int
    private let mostChunks: Int

    init(width: Int, mostChunks: Int, stride: Int) {
        self.width = width
        chunks = stride / width
        items = (chunks + mostChunks - 1) / mostChunks
        itemChunks = (chunks + items - 1) / items
        self.mostChunks = chunks == 1 ? 1 : mostChunks
    }

    /// Channels of an item.
    var itemWidth: Int { itemChunks * width }

    /// WIDTH.
    var option: KernelOption { .define("WIDTH", width) }

    /// MOST_CHUNKS.
    var itemOption: KernelOption { .define("MOST_CHUNKS", mostChunks) }

    /// WIDTH and MOST_CHUNKS.
    var itemOptions: [KernelOption] { [option, itemOption] }
}

extension OpenCLBackend {
    /// How this backend's kernels share their work out.
    var mapping: WorkMapping { choices.mapping }

    /// How kernels cut the channels of a pixel of this shape.
    func lanes(of shape: ImageShape) -> ChannelLanes { mapping.lanes(of: shape) }

    /// WIDTH of kernels on flat runs of words, where it is not what common/layout.cl takes by itself.
    var wordOptions: [KernelOption] { mapping == .simt ? [.define("WIDTH", mapping.wordWidth)] : [] }

    /// The same where nothing is kept from pixel to pixel: a CPU's items take all channels of theirs.
    func wholePixelLanes(of shape: ImageShape) -> ChannelLanes {
        switch mapping {
        case .simd:
            ChannelLanes(width: shape.vectorWidth, mostChunks: shape.chunks, stride: shape.channelStride)
        case .simt: lanes(of: shape)
        }
    }

    /// How `pixels` are cut into runs, where one work-item moves so many bytes for a pixel.
    ///
    /// - Parameter keepsNothing: whether an item has nothing that it reads once for all its pixels: on a GPU it takes one, so that
    ///   neighbouring lanes take what lies side by side.
    func pixelRuns(_ pixels: Int, bytes: Int, keepsNothing: Bool = false) -> PixelRuns {
        if mapping == .simt, keepsNothing { return PixelRuns(single: pixels) }
        return PixelRuns(pixels: pixels, bytes: bytes, mapping: mapping)
    }

    /// How `words` in a row are cut into runs.
    ///
    /// - Parameters:
    ///   - words: all of them, below 2³².
    ///   - bytes: what one work-item moves for a word.
    ///   - isCounted: whether one item adds up what the runs leave.
    func wordRuns(_ words: Int, bytes: Int, isCounted: Bool = false) -> WordRuns {
        WordRuns(words, bytes: bytes, mapping: mapping, isCounted: isCounted)
    }
}
