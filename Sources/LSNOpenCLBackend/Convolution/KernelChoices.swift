public import LSNTensors

/// Numbers by which convolutions choose between kernels of equal results. Which are best depends on the device; `KernelTuner`
/// measures them. With `fast` numerics some round otherwise, so that a run keeps to those that it began with; with `portable`
/// none changes a bit.
public struct KernelChoices: Codable, Hashable, Sendable {
    /// Up to this firing rate, in thousandths, the forward pass is sparse, spike by spike; above it, by look-up table.
    public var largestSparseRate: Int
    /// From so many channels, of the narrower of input and output, the gradient of a 3×3 convolution's input is Winograd's.
    public var winogradChannels: Int
    /// From so many channels, of the narrower of input and output, the gradient of a 1×1 convolution's weights is sparse,
    /// spike by spike; below, by look-up table.
    public var sparseFilterChannels: Int
    /// How work is shared out, which no file of measured numbers says. With `simt` the other numbers do not count.
    public var mapping = WorkMapping.simd
    /// How gradients are summed, which no file says either. With `portable`, ``winogradChannels`` does not count.
    public var numerics = Numerics.fast
    /// How finely convolutions of spikes round their weights, which no file says either.
    public var precision = Precision.highest
    /// What multiplies in the SIMT mapping, which the device decides. With `fast` numerics gradients are rounded by it.
    public var matrixUnits = MatrixUnits.off

    /// Measured on two cores with vectors of 16 lanes, under PoCL 3.1. Spikes and tables cross at a rate of 0.28 to 0.33 with
    /// 48, 96 and 192 channels, higher with 384, whose tables fill no second-level cache.
    public static let standard = KernelChoices(largestSparseRate: 300, winogradChannels: 8, sparseFilterChannels: 48)

    /// More channels than any convolution has.
    public static let never = Int(Int32.max)

    /// Names in files of measured numbers and in records of runs.
    public enum CodingKeys: String, CodingKey {
        case largestSparseRate = "largest_sparse_rate"
        case winogradChannels = "winograd_channels"
        case sparseFilterChannels = "sparse_filter_channels"
    }

    /// Gathers what belongs together.
    public init(largestSparseRate: Int, winogradChannels: Int, sparseFilterChannels: Int) {
        self.largestSparseRate = largestSparseRate
        self.winogradChannels = winogradChannels
        self.sparseFilterChannels = sparseFilterChannels
    }

    /// By the names in files, of this version or of earlier ones; nil where one is missing or beyond what it counts:
    /// thousandths, channels.
    public init?(_ numbers: [String: Int]) {
        func number(_ name: String) -> Int? { numbers[name] ?? Self.earlierNames[name].flatMap { numbers[$0] } }
        guard
            let rate = number(CodingKeys.largestSparseRate.rawValue), 0...1000 ~= rate,
            let winograd = number(CodingKeys.winogradChannels.rawValue), 0...Self.never ~= winograd,
            let filter = number(CodingKeys.sparseFilterChannels.rawValue), 0...Self.never ~= filter
        else { return nil }
        self.init(largestSparseRate: rate, winogradChannels: winograd, sparseFilterChannels: filter)
        // Runs of before there was a choice have none, and were SIMD.
        mapping = number(Self.simtKey) == 1 ? .simt : .simd
        matrixUnits = number(Self.matrixUnitsKey).flatMap { Self.matrixUnitsNumbers[$0] } ?? .off
    }

    /// What earlier versions called a number, by its name now.
    private static let earlierNames = [
        CodingKeys.largestSparseRate.rawValue: "largest_event_rate",
        CodingKeys.sparseFilterChannels.rawValue: "event_filter_channels",
        simtKey: "work_groups",
    ]

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

    private static let simtKey = "simt"
    private static let matrixUnitsKey = "matrix_units"
    private static let matrixUnitsNumbers: [Int: MatrixUnits] = [1: .native, 2: .emulated]

    /// By the names in files.
    public var numbers: [String: Int] {
        var numbers = [
            CodingKeys.largestSparseRate.rawValue: largestSparseRate,
            CodingKeys.winogradChannels.rawValue: winogradChannels,
            CodingKeys.sparseFilterChannels.rawValue: sparseFilterChannels,
        ]
        if mapping == .simt { numbers[Self.simtKey] = 1 }
        numbers[Self.matrixUnitsKey] = Self.matrixUnitsNumbers.first { $0.value == matrixUnits }?.key
        return numbers
    }
}
