import Foundation
import LSNDatasets
import LSNFileFormats
public import LSNNetworks
public import LSNTensors

/// What `config.json` holds: everything needed to repeat a run, and the machine and the data it met.
///
/// The file is also an option file for `--config`, and a network's description for `--model`.
public struct RunRecord: Codable, Hashable, Sendable {
    /// How the run goes; its network leaves nothing out.
    public var configuration: TrainingConfiguration
    /// Of the program that started the run.
    public var version: String
    /// Where the run started.
    public var machine: MachineRecord
    /// The processes that shared the run's first part, by rank; nil where it was one.
    public var ranks: [RankRecord]?
    /// What was built, in numbers.
    public var size: NetworkSize
    /// What was read.
    public var dataSet: DataRecord
    /// Each time the run was continued.
    public var continued: [ContinuationRecord]

    /// Gathers what belongs together.
    public init(
        configuration: TrainingConfiguration,
        machine: MachineRecord,
        size: NetworkSize,
        dataSet: DataRecord
    ) {
        self.configuration = configuration
        version = ProgramVersion.current
        self.machine = machine
        self.size = size
        self.dataSet = dataSet
        continued = []
    }

    /// Names of what stands beside the configuration.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case version
        case machine
        case ranks
        case size
        case dataSet = "data_set"
        case continued
    }

    /// Reads the configuration's keys and those beside it.
    public init(from decoder: any Decoder) throws {
        configuration = try TrainingConfiguration(from: decoder)
        try Self.requireRanges(of: configuration.data, decoder)
        let beside = try decoder.container(keyedBy: CodingKeys.self)
        version = try beside.decode(String.self, forKey: .version)
        machine = try beside.decode(MachineRecord.self, forKey: .machine)
        ranks = try beside.decodeIfPresent([RankRecord].self, forKey: .ranks)
        size = try beside.decode(NetworkSize.self, forKey: .size)
        dataSet = try beside.decode(DataRecord.self, forKey: .dataSet)
        continued = try beside.decode([ContinuationRecord].self, forKey: .continued)
    }

    /// What is made of these may count on its ranges.
    private static func requireRanges(of data: DataConfiguration, _ decoder: any Decoder) throws {
        let pixels = 0...AugmentationPolicy.maximumShift
        guard pixels ~= data.shift, pixels ~= data.cutout ?? 0, 0...1 ~= data.randomErasing ?? 0 else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "shift and cutout are from 0 to \(pixels.upperBound), random_erasing from 0 to 1"
                )
            )
        }
    }

    /// Writes the configuration's keys and those beside it.
    public func encode(to encoder: any Encoder) throws {
        try configuration.encode(to: encoder)
        var beside = encoder.container(keyedBy: CodingKeys.self)
        try beside.encode(version, forKey: .version)
        try beside.encode(machine, forKey: .machine)
        try beside.encodeIfPresent(ranks, forKey: .ranks)
        try beside.encode(size, forKey: .size)
        try beside.encode(dataSet, forKey: .dataSet)
        try beside.encode(continued, forKey: .continued)
    }

    /// The text of `config.json`, keys sorted.
    public func encoded() throws -> [UInt8] {
        return Array(try JSONEncoder.sorted(isIndented: true).encode(self)) + [0x0A]
    }
}

/// The device of a run, as text.
public struct MachineRecord: Codable, Hashable, Sendable {
    /// What to give `--device` to get it: `opencl:0:0` or `reference`.
    public var device: String
    /// Its name.
    public var name: String
    /// Platform, OpenCL version and driver; kernels, and so the last bits of a result, depend on them.
    public var driver: String
    /// Numbers by which kernels are chosen: with `fast` numerics the last bits depend on them, too. nil where there is no choice,
    /// and in runs of earlier versions that took the program's own.
    public var kernelChoices: [String: Int]?
    /// How gradients are summed; nil in runs of earlier versions, which are `fast`.
    public var numerics: Numerics?
    /// How finely weights that spikes select are rounded; nil in runs of earlier versions, which are `highest`.
    public var precision: Precision?
    /// Which arithmetic its results' bits follow from, ``currentArithmetic`` now: of 1, which runs of earlier versions do not
    /// record, sums are rounded in an order that kernels choose; of 2 those of spikes are exact (`WeightGrid`); of 3 all others
    /// but gradients of convolutions have one order (`SumOrder`).
    public var arithmetic: Int?

    /// What this program computes with.
    public static let currentArithmetic = 3

    /// Names in files.
    public enum CodingKeys: String, CodingKey {
        case device
        case name
        case driver
        case kernelChoices = "kernel_choices"
        case numerics
        case precision
        case arithmetic
    }

    /// A machine that this program computes on.
    public init(
        device: String,
        name: String,
        driver: String,
        kernelChoices: [String: Int]? = nil,
        numerics: Numerics = .fast,
        precision: Precision = .highest
    ) {
        self.device = device
        self.name = name
        self.driver = driver
        self.kernelChoices = kernelChoices
        self.numerics = numerics
        self.precision = precision
        arithmetic = Self.currentArithmetic
    }
}

/// A network in numbers.
public struct NetworkSize: Codable, Hashable, Sendable {
    /// Layers with weights.
    public var layers: Int
    /// Blocks.
    public var blocks: Int
    /// Trained values.
    public var parameters: Int

    /// The numbers of a network.
    public init(_ network: NetworkDescription) {
        self.init(layers: network.layers, blocks: network.blockCount, parameters: network.parameterCount)
    }

    /// Gathers what belongs together.
    public init(layers: Int, blocks: Int, parameters: Int) {
        self.layers = layers
        self.blocks = blocks
        self.parameters = parameters
    }
}

/// A data set in numbers.
public struct DataRecord: Codable, Hashable, Sendable {
    /// Where it came from.
    public var source: String
    /// Which samples train and which test: see `SplitRule`; `standard` for sets that come divided.
    public var split: String
    /// What a sample is: see `SampleForm`.
    public var form: String
    /// Samples trained on.
    public var trainSamples: Int
    /// Samples of the training split that choose the best epoch, and do not train; nil: none.
    public var valSamples: Int?
    /// Samples of the test split.
    public var testSamples: Int
    /// Tells data sets apart, see `TrainingData`.
    public var fingerprint: String
    /// Taken from each channel.
    public var mean: [Float]
    /// Each channel is divided by it.
    public var deviation: [Float]
    /// Names of the classes, by label; nil in runs of earlier versions.
    public var classNames: [String]?

    /// Names in the file.
    public enum CodingKeys: String, CodingKey {
        case source
        case split
        case form
        case trainSamples = "train_samples"
        case valSamples = "val_samples"
        case testSamples = "test_samples"
        case fingerprint
        case mean
        case deviation
        case classNames = "class_names"
    }
}

/// A time at which a run was continued.
public struct ContinuationRecord: Codable, Hashable, Sendable {
    /// Steps done before.
    public var step: Int
    /// Of the program that continued.
    public var version: String
    /// Where; of several ranks the first's.
    public var machine: MachineRecord
    /// The processes that shared this part, by rank; nil where it was one.
    public var ranks: [RankRecord]?

    /// Now, with this program.
    public init(step: Int, machine: MachineRecord, ranks: [RankRecord]? = nil) {
        self.step = step
        version = ProgramVersion.current
        self.machine = machine
        self.ranks = ranks
    }
}

/// Where one of the processes ran that shared a part of a run.
public struct RankRecord: Codable, Hashable, Sendable {
    /// The machine's name.
    public var host: String
    /// As ``MachineRecord/device``.
    public var device: String
    /// The device's name.
    public var name: String

    /// Gathers what belongs together.
    public init(host: String, device: String, name: String) {
        self.host = host
        self.device = device
        self.name = name
    }
}
