/// Numbers by which convolutions choose between kernels of equal results but for rounding. Which are best depends on the
/// device; `KernelTuner` measures them. A run keeps to those that it began with, so that it can be continued to the same
/// bits.
public struct KernelChoices: Codable, Hashable, Sendable {
    /// Up to this firing rate, in thousandths, the forward pass takes spikes one by one; above it, by tables.
    public var largestEventRate: Int
    /// From so many channels, of the narrower of input and output, the gradient of a 3×3 convolution's input is Winograd's.
    public var winogradChannels: Int
    /// From so many channels, of the narrower of input and output, the gradient of a 1×1 convolution's weights takes spikes
    /// one by one.
    public var eventFilterChannels: Int
    /// How work is shared out, which no file of measured numbers says. With `groups` the other numbers do not count.
    public var mapping = WorkMapping.vectors

    /// Measured on two cores with vectors of 16 lanes, under PoCL 3.1. Spikes and tables cross at a rate of 0.28 to 0.33 with
    /// 48, 96 and 192 channels, higher with 384, whose tables fill no second-level cache.
    public static let standard = KernelChoices(largestEventRate: 300, winogradChannels: 8, eventFilterChannels: 48)

    /// More channels than any convolution has.
    public static let never = Int(Int32.max)

    /// Names in files of measured numbers.
    public enum CodingKeys: String, CodingKey {
        case largestEventRate = "largest_event_rate"
        case winogradChannels = "winograd_channels"
        case eventFilterChannels = "event_filter_channels"
    }

    /// Gathers what belongs together.
    public init(largestEventRate: Int, winogradChannels: Int, eventFilterChannels: Int) {
        self.largestEventRate = largestEventRate
        self.winogradChannels = winogradChannels
        self.eventFilterChannels = eventFilterChannels
    }

    /// By the names in files; nil where one is missing or beyond what it counts: thousandths, channels.
    public init?(_ numbers: [String: Int]) {
        guard
            let rate = numbers[CodingKeys.largestEventRate.rawValue], 0...1000 ~= rate,
            let winograd = numbers[CodingKeys.winogradChannels.rawValue], 0...Self.never ~= winograd,
            let filter = numbers[CodingKeys.eventFilterChannels.rawValue], 0...Self.never ~= filter
        else { return nil }
        self.init(largestEventRate: rate, winogradChannels: winograd, eventFilterChannels: filter)
        // Runs of before there was a choice have none, and were by vectors.
        mapping = numbers[Self.groupsKey] == 1 ? .groups : .vectors
    }

    /// Reads what a file says, within the same bounds.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let choices = KernelChoices(try container.decode([String: Int].self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "numbers are missing or out of bounds"
            )
        }
        self = choices
    }

    private static let groupsKey = "work_groups"

    /// By the names in files.
    public var numbers: [String: Int] {
        let numbers = [
            CodingKeys.largestEventRate.rawValue: largestEventRate,
            CodingKeys.winogradChannels.rawValue: winogradChannels,
            CodingKeys.eventFilterChannels.rawValue: eventFilterChannels,
        ]
        return mapping == .groups ? numbers.merging([Self.groupsKey: 1]) { $1 } : numbers
    }
}
