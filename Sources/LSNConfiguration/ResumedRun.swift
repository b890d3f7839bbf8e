import Foundation
import LSNFileFormats
import LSNNetworks
package import LSNTraining

extension RunRecord {
    /// Reads `config.json`, also of versions whose options stood at the top without a network's description.
    ///
    /// - Throws: `FileFormatError` where it is missing or is not what this program writes.
    package static func read(_ path: String) throws -> RunRecord {
        let bytes = try FileSystem.read(path)
        let decoder = JSONDecoder()
        do {
            let contents = try decoder.decode(JSONValue.self, from: Data(bytes))
            if contents["learning"] == nil, contents["model"]?.string != nil {
                return try RunRecord(decoder.decode(EarlierRecord.self, from: Data(bytes)), path: path)
            }
            return try decoder.decode(RunRecord.self, from: Data(bytes))
        } catch let error as FileFormatError {
            throw error
        } catch {
            throw FileFormatError(
                path: path,
                problem: "is not a run's configuration: \(DecodingProblem.text(error))",
                advice: "Start a new run with --output"
            )
        }
    }

    /// What the earlier record says, in today's form.
    private init(_ earlier: EarlierRecord, path: String) throws {
        let arguments = try OptionFile.arguments(path).filter { argument in
            !["--device=", "--numerics=", "--precision="].contains { argument.hasPrefix($0) }
        }
        var configuration = try TrainingOptions.parsed(arguments).configuration(device: earlier.device)
        let network = earlier.network
        guard network.imageSize.count == 2 else {
            throw FileFormatError(path: path, problem: "its network has an image_size of \(network.imageSize)")
        }
        configuration.network = try configuration.network.described(
            input: NetworkTemplate.Input(
                channels: network.inChannels,
                height: network.imageSize[0],
                width: network.imageSize[1]
            ),
            classes: network.classes
        ).template
        self.init(
            configuration: configuration,
            machine: earlier.machine,
            size: NetworkSize(layers: network.layers, blocks: network.blocks, parameters: network.parameters),
            dataSet: earlier.dataSet
        )
        version = earlier.version
        continued = earlier.continued
    }
}

/// What stood beside the options in `config.json` of earlier versions.
private struct EarlierRecord: Decodable {
    struct Network: Decodable {
        var layers: Int
        var blocks: Int
        var parameters: Int
        var inChannels: Int
        var imageSize: [Int]
        var classes: Int

        enum CodingKeys: String, CodingKey {
            case layers
            case blocks
            case parameters
            case inChannels = "in_channels"
            case imageSize = "image_size"
            case classes
        }
    }

    var version: String
    var device: String
    var machine: MachineRecord
    var network: Network
    var dataSet: DataRecord
    var continued: [ContinuationRecord]

    enum CodingKeys: String, CodingKey {
        case version
        case device
        case machine
        case network
        case dataSet = "data_set"
        case continued
    }
}

extension TrainingSession {
    /// The options that the run in `path` goes on with where nothing else is asked, as arguments: those that it was begun
    /// with, but for its network, its device and the steps that its process was limited to.
    ///
    /// - Throws: as ``RunRecord/read(_:)``.
    package static func recordedArguments(_ path: String) throws -> [String] {
        let folder = try RunFolder.open(path)
        var options = try OptionList(RunRecord.read(folder.configurationPath).configuration)
        for name in ["device", "max-steps"] { options[name] = nil }
        return options.arguments
    }

    /// Continues the run in `path`, whose folder stays locked as long as the session lives.
    ///
    /// - Parameters:
    ///   - path: its folder.
    ///   - options: ``recordedArguments(_:)``, then what is asked anew.
    ///   - output: a new folder, where the run in `path` should stay as it is.
    /// - Throws: ``ConfigurationError/contradiction(run:options:)`` and others.
    package init(resuming path: String, options: TrainingOptions, output: String?) throws {
        let folder = try RunFolder.open(path)
        let record = try RunRecord.read(folder.configurationPath)
        let recorded = record.configuration
        var renewed = try options.configuration(device: record.machine.device, model: recorded.network)
        renewed.width = recorded.width
        let contradictions =
            try Self.contradictions(options.network, to: recorded) + renewed.contradictions(to: recorded)
        guard contradictions.isEmpty else {
            throw ConfigurationError.contradiction(run: path, options: contradictions)
        }
        try self.init(resuming: Resumed(folder: folder, record: record), as: renewed, output: output)
    }

    /// A network that is named anew must be the run's; its widths are final.
    private static func contradictions(
        _ network: NetworkOptions,
        to recorded: TrainingConfiguration
    ) throws -> [ConfigurationError.Contradiction] {
        var contradictions: [ConfigurationError.Contradiction] = []
        if let model = network.model {
            let name = NetworkFile.isNamed(by: model) ? try NetworkFile(model).template.name : model
            if name != recorded.network.name {
                contradictions.append(.init(option: "--model", given: model, recorded: recorded.network.name))
            }
        }
        if let width = network.width, width != recorded.width {
            contradictions.append(.init(option: "--width", given: "\(width)", recorded: "\(recorded.width)"))
        }
        return contradictions
    }

    /// Continues the run in `path` with these options given anew.
    package init(resuming path: String, options: OptionList, output: String? = nil) throws {
        let arguments = try Self.recordedArguments(path) + options.arguments
        try self.init(resuming: path, options: TrainingOptions.parsed(arguments), output: output)
    }

    /// A new run of these options.
    package init(_ options: OptionList, output: String?) throws {
        self.init(try TrainingConfiguration(options), output: output)
    }
}
