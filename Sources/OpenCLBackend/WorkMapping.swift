public import OpenCLRuntime
import Tensors

/// How kernels share their work out among work-items.
///
/// | | an item owns | a work-group is | convolutions |
/// |---|---|---|---|
/// | `vectors` | 8 or 16 channels of a long run of pixels | one item | by spike, by table, Winograd |
/// | `groups` | 4 channels of a few pixels | up to 256 items that lie side by side | tiles in local memory |
///
/// The results are equal but for rounding: sums are cut elsewhere.
public enum WorkMapping: String, Codable, CaseIterable, Hashable, Sendable {
    /// For CPUs, whose items own wide vector registers.
    case vectors
    /// For GPUs, whose items are lanes.
    case groups

    /// What suits a device: groups need work-groups of 256 items, which OpenCL does not promise.
    public init(for kind: DeviceKind, maxWorkGroupSize: Int) {
        self = kind == .cpu || maxWorkGroupSize < Self.mostGroupItems ? .vectors : .groups
    }

    /// Bytes that an item moves: on a CPU several microseconds of work, against which the cost of starting an item is
    /// small, and little enough to keep every core busy; on a GPU some pixels, over which it reads a channel's constants
    /// once, and little enough to fill tens of thousands of lanes.
    var itemBytes: Int {
        switch self {
        case .vectors: 65536
        case .groups: 1024
        }
    }

    /// The most runs of a reduction over pixels, and with `groups` over flat words too, whose runs have one length with
    /// `vectors`. Few items add what the runs of a CPU leave; those of a GPU are merged first.
    var mostReducedRuns: Int {
        switch self {
        case .vectors: 256
        case .groups: 8192
        }
    }

    /// Words of a vector of kernels on flat runs.
    var wordWidth: Int {
        switch self {
        case .vectors: 16
        case .groups: 4
        }
    }

    /// The channels of an item of this shape.
    func lanes(of shape: ImageShape) -> ChannelLanes {
        switch self {
        case .vectors: ChannelLanes(width: shape.vectorWidth, mostGroupChunks: 16, stride: shape.channelStride)
        case .groups: ChannelLanes(width: 4, mostGroupChunks: 1, stride: shape.channelStride)
        }
    }

    /// The work-group for a range: one item, or as many as divide it, side by side in the first dimension, then in the
    /// second.
    ///
    /// - Parameters:
    ///   - global: the range.
    ///   - most: items that the kernel, with the registers it takes, allows a group.
    func workGroup(for global: [Int], most: Int = mostGroupItems) -> [Int] {
        switch self {
        case .vectors: return [Int](repeating: 1, count: global.count)
        case .groups:
            var room = min(Self.mostGroupItems, most)
            return global.map { extent in
                let items = (1...max(1, min(extent, room))).last { extent % $0 == 0 } ?? 1
                room /= items
                return items
            }
        }
    }

    /// The items of a large work-group, and of every one of convolutions.
    static let mostGroupItems = 256
}

/// How a kernel cuts the channels of a pixel: see common/layout.cl.
struct ChannelLanes: Hashable, Sendable {
    /// Channels of a vector.
    let width: Int
    /// Vectors of a pixel.
    let chunks: Int
    /// Groups of chunks that kernels divide a pixel into.
    let groups: Int
    /// Chunks of a group; the last may have fewer.
    let groupChunks: Int
    private let mostGroupChunks: Int

    init(width: Int, mostGroupChunks: Int, stride: Int) {
        self.width = width
        chunks = stride / width
        groups = (chunks + mostGroupChunks - 1) / mostGroupChunks
        groupChunks = (chunks + groups - 1) / groups
        self.mostGroupChunks = chunks == 1 ? 1 : mostGroupChunks
    }

    /// Channels of a group.
    var groupWidth: Int { groupChunks * width }

    /// WIDTH.
    var option: KernelOption { .define("WIDTH", width) }

    /// GROUP.
    var groupOption: KernelOption { .define("GROUP", mostGroupChunks) }

    /// WIDTH and GROUP.
    var groupOptions: [KernelOption] { [option, groupOption] }
}

extension OpenCLBackend {
    /// How this backend's kernels share their work out.
    var mapping: WorkMapping { choices.mapping }

    /// How kernels cut the channels of a pixel of this shape.
    func lanes(of shape: ImageShape) -> ChannelLanes { mapping.lanes(of: shape) }

    /// WIDTH of kernels on flat runs of words, where it is not what common/layout.cl takes by itself.
    var wordOptions: [KernelOption] { mapping == .groups ? [.define("WIDTH", mapping.wordWidth)] : [] }

    /// How `pixels` are cut into runs.
    ///
    /// - Parameters:
    ///   - bytes: what one work-item moves for a pixel.
    ///   - isReduced: whether what the runs leave is added up.
    func pixelRuns(_ pixels: Int, bytes: Int, isReduced: Bool = false) -> PixelRuns {
        PixelRuns(pixels: pixels, bytes: bytes, mapping: mapping, isReduced: isReduced)
    }

    /// How `words` in a row are cut into runs.
    ///
    /// - Parameters:
    ///   - words: all of them, below 2³².
    ///   - bytes: what one work-item moves for a word.
    ///   - isReduced: whether what the runs leave is added up.
    func wordRuns(_ words: Int, bytes: Int, isReduced: Bool = false) -> WordRuns {
        WordRuns(words, bytes: bytes, mapping: mapping, isReduced: isReduced)
    }
}
