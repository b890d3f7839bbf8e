import Foundation
public import LSNDatasets
import LSNFileFormats
public import LSNNetworks
public import LSNTensors

/// What a checkpoint says of its model, as strings in the safetensors metadata: enough to build the network again, here
/// or in another framework, and to evaluate it on the samples that were kept from it.
public struct ModelMetadata: Hashable, Sendable {
    /// The network itself.
    public var network: NetworkDescription
    /// Multiplier of the model's widths, which the network has already.
    public var width: Double
    /// What it was trained on, without folders of the machine that trained it; nil where another program wrote the file and
    /// does not say.
    public var data: DataConfiguration?
    /// What arrays it was trained on; nil: none.
    public var arrays: ArrayFormat?
    /// Names of the classes, by label; empty where they are not known.
    public var classNames: [String]
    /// Samples a step.
    public var batchSize: Int
    /// Into how many micro-batches they were cut.
    public var microBatches: Int
    /// How finely the weights that spikes select were rounded in training, and are in evaluation.
    public var precision: Precision

    /// Gathers what belongs together.
    public init(
        network: NetworkDescription,
        width: Double = 1,
        data: DataConfiguration? = nil,
        arrays: ArrayFormat? = nil,
        classNames: [String] = [],
        batchSize: Int,
        microBatches: Int = 1,
        precision: Precision = .highest
    ) {
        self.network = network
        self.width = width
        self.data = data
        self.arrays = arrays
        self.classNames = classNames
        self.batchSize = batchSize
        self.microBatches = microBatches
        self.precision = precision
    }

    /// Of a network that is trained so on these samples.
    public init(
        network: NetworkDescription,
        configuration: TrainingConfiguration,
        data samples: any TrainingData,
        precision: Precision
    ) {
        var data = configuration.data
        data.dataset = samples.name
        data.split = SplitRule(samples.splitName) ?? data.split
        data.normalize = samples.normalization ?? data.normalize
        (data.data, data.cache, data.maxBadFiles) = (nil, nil, nil)
        self.init(
            network: network,
            width: configuration.width,
            data: data,
            arrays: samples.arrayFormat,
            classNames: samples.classNames,
            batchSize: configuration.learning.batchSize,
            microBatches: configuration.learning.microBatches,
            precision: precision
        )
    }

    /// Samples that are evaluated at a time, so that sums have the order that they had in training.
    package var evaluationBatchSize: Int { MicroBatchCut(microBatches).largest(of: batchSize) }

    /// The name of the network.
    public var model: String { network.name }

    /// As metadata of a file: `network` is the whole description (JSON, docs/Networks.md), the keys beside it say the same
    /// for programs that know the model by its name. Images that are not square have an `image_size` of `HEIGHTxWIDTH`.
    public func strings() throws -> [String: String] {
        let neuron = network.neuron
        let isSquare = network.imageHeight == network.imageWidth
        var strings = [
            "format": CheckpointFile.format,
            "version": ProgramVersion.current,
            "network": try Self.json(network),
            "model": model,
            "width": "\(width)",
            "time_steps": "\(network.timeSteps)",
            "in_channels": "\(network.inChannels)",
            "image_size": isSquare ? "\(network.imageHeight)" : "\(network.imageHeight)x\(network.imageWidth)",
            "classes": "\(network.classes)",
            "head": network.head.rawValue,
            "stem": network.stem.rawValue,
            "neuron": NeuronModel(neuron).rawValue,
            "leak": "\(neuron.leak)",
            "threshold": "\(neuron.threshold)",
            "reset": neuron.reset.rawValue,
            "detach_reset": "\(neuron.detachReset)",
            "surrogate": neuron.surrogate.kind.rawValue,
            "surrogate_parameter": "\(neuron.surrogate.parameter)",
            "batch_size": "\(batchSize)",
            "micro_batches": "\(microBatches)",
            "precision": precision.rawValue,
        ]
        if let data {
            strings["dataset"] = data.dataset.rawValue
            strings["data"] = try Self.json(data)
        }
        strings["arrays"] = arrays?.description
        if !classNames.isEmpty { strings["class_names"] = try Self.json(classNames) }
        for family in network.families {
            switch family {
            case .sew(let function): strings["sew"] = function.rawValue
            case .residual(let order): strings["residual"] = order.rawValue
            case .lsn, .spikingResNet, .dsResNet: break
            }
        }
        return strings
    }

    private static func json(_ value: some Encodable) throws -> String {
        return String(decoding: try JSONEncoder.sorted(isIndented: false).encode(value), as: UTF8.self)
    }

    /// Reads a checkpoint's metadata. What a file lacks of the keys beside `network` is taken from it, and the other way
    /// round: files of earlier versions and of other programs name their model instead.
    ///
    /// - Throws: `FileFormatError` that names the key that is missing or means nothing, or a format of a later version;
    ///   `NetworkError` for a model that does not exist.
    public init(_ strings: [String: String], path: String) throws {
        let reader = MetadataReader(strings: strings, path: path)
        if let format = strings["format"], format != CheckpointFile.format {
            throw FileFormatError(
                path: path,
                problem: "its format is '\(format)', and this program (\(ProgramVersion.current)) reads "
                    + CheckpointFile.format,
                advice: "Use the version of the program that wrote it"
            )
        }
        network = try reader.json("network", as: NetworkDescription.self) ?? reader.namedNetwork()
        width = try reader.optional("width", MetadataReader.positive) ?? 1
        batchSize = try reader.optional("batch_size", MetadataReader.count) ?? 50
        microBatches = try reader.optional("micro_batches", MetadataReader.count) ?? 1
        precision = try reader.optional("precision", Precision.init(rawValue:)) ?? .highest
        classNames = try reader.json("class_names", as: [String].self) ?? []
        arrays = try reader.optional("arrays") { ArrayFormat($0) }
        data = try reader.json("data", as: DataConfiguration.self)
        if data == nil, let dataset = try reader.optional("dataset", DatasetName.init(rawValue:)) {
            data = DataConfiguration(dataset: dataset)
        }
    }
}

/// Reads strings of metadata.
private struct MetadataReader {
    let strings: [String: String]
    let path: String

    static func count(_ text: String) -> Int? {
        Int(text).flatMap { (1...NetworkTemplate.largestCount).contains($0) ? $0 : nil }
    }

    static func positive<Value: BinaryFloatingPoint & LosslessStringConvertible>(_ text: String) -> Value? {
        Value(text).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }

    func value<Value>(_ name: String, _ convert: (String) -> Value?) throws(FileFormatError) -> Value {
        guard let text = strings[name] else { throw unusable("its metadata have no '\(name)'") }
        guard let value = convert(text) else { throw unusable("its metadata's '\(name)' is '\(text)'") }
        return value
    }

    func optional<Value>(_ name: String, _ convert: (String) -> Value?) throws(FileFormatError) -> Value? {
        strings[name] == nil ? nil : try value(name, convert)
    }

    func json<Value: Decodable>(_ name: String, as type: Value.Type) throws(FileFormatError) -> Value? {
        guard let text = strings[name] else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw unusable("its metadata's '\(name)': \(DecodingProblem.text(error))")
        }
    }

    /// The network that files without a description name.
    func namedNetwork() throws -> NetworkDescription {
        let architecture = try Architecture.named(try value("model") { $0 })
        var overrides = NetworkOverrides()
        overrides.width = try value("width", Self.positive)
        overrides.timeSteps = try value("time_steps", Self.count)
        overrides.stem = try value("stem", Stem.init(rawValue:))
        overrides.head = try value("head", Head.init(rawValue:))
        overrides.sew = try optional("sew", SEWFunction.init(rawValue:))
        overrides.residual = try optional("residual", ResidualOrder.init(rawValue:))
        overrides.neuron = try neuron(architecture.family.standardNeuron)
        let size = try value("image_size") { text -> (height: Int, width: Int)? in
            let extents = text.split(separator: "x", omittingEmptySubsequences: false).map { Self.count(String($0)) }
            guard let height = extents.first ?? nil, let width = extents.last ?? nil, extents.count <= 2 else {
                return nil
            }
            return (height, width)
        }
        return try architecture.describe(
            overrides,
            classes: try value("classes", Self.count),
            inChannels: try value("in_channels", Self.count),
            imageHeight: size.height,
            imageWidth: size.width
        )
    }

    private func neuron(_ standard: Neuron) throws -> NeuronOptions {
        let model = try optional("neuron", NeuronModel.init(rawValue:))
        // Of a ReLU nothing else counts, though files say it.
        if model == .relu { return NeuronOptions(model: model) }
        return NeuronOptions(
            model: model,
            leak: try value("leak") { Float($0).flatMap { (0...1).contains($0) ? $0 : nil } },
            threshold: try value("threshold", Self.positive),
            reset: try value("reset", Reset.init(rawValue:)),
            detachReset: try optional("detach_reset") { Bool($0) },
            surrogate: try optional("surrogate", Surrogate.Kind.init(rawValue:)) ?? standard.surrogate.kind,
            surrogateParameter: try optional("surrogate_parameter", Self.positive)
        )
    }

    private func unusable(_ problem: String) -> FileFormatError {
        FileFormatError(path: path, problem: problem, advice: CheckpointFile.advice)
    }
}
