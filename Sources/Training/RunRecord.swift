public import FileFormats
import Foundation
public import Networks

/// What `config.json` holds: every option, and the machine, the network and the data they met.
///
/// The options stand at the top level under their names, so that the file is also an option file for `--config`.
public struct RunRecord: Codable, Hashable, Sendable {
    /// Every option, no default left open.
    public var options: TrainingOptions
    /// Of the program that started the run.
    public var version: String
    /// Where the run started.
    public var machine: MachineRecord
    /// What was built.
    public var network: NetworkRecord
    /// What was read.
    public var data: DataRecord
    /// Each time the run was continued.
    public var continued: [ContinuationRecord]

    /// Gathers what belongs together.
    public init(options: TrainingOptions, machine: MachineRecord, network: NetworkRecord, data: DataRecord) {
        self.options = options
        version = ProgramVersion.current
        self.machine = machine
        self.network = network
        self.data = data
        continued = []
    }

    /// Names of what stands beside the options.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case version
        case machine
        case network
        case data = "data_set"
        case continued
    }

    /// Reads the options and what stands beside them.
    public init(from decoder: any Decoder) throws {
        options = try TrainingOptions(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(String.self, forKey: .version)
        machine = try container.decode(MachineRecord.self, forKey: .machine)
        network = try container.decode(NetworkRecord.self, forKey: .network)
        data = try container.decode(DataRecord.self, forKey: .data)
        continued = try container.decode([ContinuationRecord].self, forKey: .continued)
    }

    /// Writes the options and what stands beside them.
    public func encode(to encoder: any Encoder) throws {
        try options.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(machine, forKey: .machine)
        try container.encode(network, forKey: .network)
        try container.encode(data, forKey: .data)
        try container.encode(continued, forKey: .continued)
    }

    /// Reads `config.json`.
    ///
    /// - Throws: `FileFormatError` where it is missing or is not what this program writes.
    public static func read(_ path: String) throws(FileFormatError) -> RunRecord {
        let bytes = try FileSystem.read(path)
        do {
            return try JSONDecoder().decode(RunRecord.self, from: Data(bytes))
        } catch {
            throw FileFormatError(
                path: path,
                problem: "is not a run's configuration: \(Self.reason(error))",
                advice: "Start a new run with --output"
            )
        }
    }

    /// The text of `config.json`, keys sorted.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }

    /// What a decoder found, in a line.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))': \(context.debugDescription)"
        case DecodingError.dataCorrupted(let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) \(context.debugDescription)"
        default: "\(error)"
        }
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
    /// Numbers by which kernels are chosen, where they are not the program's own: the last bits depend on them, too.
    public var kernelChoices: [String: Int]?

    /// Names in files.
    public enum CodingKeys: String, CodingKey {
        case device
        case name
        case driver
        case kernelChoices = "kernel_choices"
    }

    /// Gathers what belongs together.
    public init(device: String, name: String, driver: String, kernelChoices: [String: Int]? = nil) {
        self.device = device
        self.name = name
        self.driver = driver
        self.kernelChoices = kernelChoices
    }
}

/// A network in numbers.
public struct NetworkRecord: Codable, Hashable, Sendable {
    /// Layers with weights.
    public var layers: Int
    /// Blocks.
    public var blocks: Int
    /// Trained values.
    public var parameters: Int
    /// Channels of the stem.
    public var stemWidth: Int
    /// Channels of each stage.
    public var widths: [Int]
    /// The stem that was taken.
    public var stem: String
    /// Channels of an image.
    public var inChannels: Int
    /// Height and width of an image.
    public var imageSize: [Int]
    /// Classes.
    public var classes: Int

    /// The numbers of a network.
    public init(_ network: NetworkDescription, parameters: Int) {
        layers = network.layers
        blocks = network.blockCount
        self.parameters = parameters
        stemWidth = network.stemWidth
        widths = network.widths
        stem = network.stem.rawValue
        inChannels = network.inChannels
        imageSize = [network.imageHeight, network.imageWidth]
        classes = network.classes
    }

    /// Names in the file.
    public enum CodingKeys: String, CodingKey {
        case layers
        case blocks
        case parameters
        case stemWidth = "stem_width"
        case widths
        case stem
        case inChannels = "in_channels"
        case imageSize = "image_size"
        case classes
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
    /// Samples evaluated on.
    public var testSamples: Int
    /// Tells data sets apart, see `TrainingData`.
    public var fingerprint: String
    /// Taken from each channel.
    public var mean: [Float]
    /// Each channel is divided by it.
    public var deviation: [Float]

    /// Names in the file.
    public enum CodingKeys: String, CodingKey {
        case source
        case split
        case form
        case trainSamples = "train_samples"
        case testSamples = "test_samples"
        case fingerprint
        case mean
        case deviation
    }
}

/// A time at which a run was continued.
public struct ContinuationRecord: Codable, Hashable, Sendable {
    /// Steps done before.
    public var step: Int
    /// Of the program that continued.
    public var version: String
    /// Where.
    public var machine: MachineRecord

    /// Now, with this program.
    public init(step: Int, machine: MachineRecord) {
        self.step = step
        version = ProgramVersion.current
        self.machine = machine
    }
}
