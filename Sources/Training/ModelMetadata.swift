public import Datasets
import FileFormats
public import Networks
import Tensors

/// What a checkpoint says of its model, as strings in the safetensors metadata: enough to build the network again, here
/// or in another framework.
public struct ModelMetadata: Hashable, Sendable {
    /// Name of the architecture, as `lsn models` lists it.
    public var model: String
    /// Multiplier of the standard widths.
    public var width: Double
    /// The network itself.
    public var network: NetworkDescription
    /// What it was trained on; nil where another program wrote the file and does not say.
    public var dataset: DatasetName?
    /// Samples a step, so that evaluation sums in the same order.
    public var batchSize: Int

    /// Gathers what belongs together.
    public init(model: String, width: Double, network: NetworkDescription, dataset: DatasetName?, batchSize: Int) {
        self.model = model
        self.width = width
        self.network = network
        self.dataset = dataset
        self.batchSize = batchSize
    }

    /// As metadata of a file. Images that are not square have an `image_size` of `HEIGHTxWIDTH`.
    public var strings: [String: String] {
        let neuron = network.neuron
        let isSquare = network.imageHeight == network.imageWidth
        var strings = [
            "format": CheckpointFile.format,
            "version": ProgramVersion.current,
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
        ]
        strings["dataset"] = dataset?.rawValue
        switch network.family {
        case .sew(let function): strings["sew"] = function.rawValue
        case .residual(let order): strings["residual"] = order.rawValue
        case .lsn, .spikingResNet, .dsResNet: break
        }
        return strings
    }

    /// Reads a checkpoint's metadata.
    ///
    /// - Throws: `FileFormatError` that names the key that is missing or means nothing; `NetworkError` for a model that
    ///   does not exist.
    public init(_ strings: [String: String], path: String) throws {
        func value<Value>(_ name: String, _ convert: (String) -> Value?) throws(FileFormatError) -> Value {
            guard let text = strings[name] else {
                throw FileFormatError(
                    path: path,
                    problem: "its metadata have no '\(name)'",
                    advice: CheckpointFile.advice
                )
            }
            guard let value = convert(text) else {
                throw FileFormatError(
                    path: path,
                    problem: "its metadata's '\(name)' is '\(text)'",
                    advice: CheckpointFile.advice
                )
            }
            return value
        }
        let count = { (text: String) in Int(text).flatMap { (1...TrainingOptions.largestCount).contains($0) ? $0 : nil }
        }
        let positive = { (text: String) in Float(text).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }
        let model = try value("model") { $0 }
        let width = try value("width") { Double($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }
        let size = try value("image_size") { text -> (height: Int, width: Int)? in
            let extents = text.split(separator: "x", omittingEmptySubsequences: false).map { count(String($0)) }
            guard let height = extents.first ?? nil, let width = extents.last ?? nil, extents.count <= 2 else {
                return nil
            }
            return (height, width)
        }
        func optional<Value>(_ name: String, _ convert: (String) -> Value?) throws(FileFormatError) -> Value? {
            strings[name] == nil ? nil : try value(name, convert)
        }
        let architecture = try Architecture.named(model)
        let neuron = try NeuronOptions(
            model: try optional("neuron", NeuronModel.init(rawValue:)),
            leak: try value("leak") { Float($0).flatMap { (0...1).contains($0) ? $0 : nil } },
            threshold: try value("threshold", positive),
            reset: try value("reset", Reset.init(rawValue:)),
            detachReset: try optional("detach_reset", Bool.init),
            surrogate: try optional("surrogate", Surrogate.Kind.init(rawValue:)),
            surrogateParameter: try optional("surrogate_parameter", positive)
        ).applied(to: architecture.defaultNeuron)
        var network = try architecture.describe(
            width: width,
            timeSteps: try value("time_steps", count),
            stem: try value("stem", Stem.init(rawValue:)),
            classes: try value("classes", count),
            inChannels: try value("in_channels", count),
            imageHeight: size.height,
            imageWidth: size.width,
            neuron: neuron,
            sew: try optional("sew", SEWFunction.init(rawValue:)),
            residual: try optional("residual", ResidualOrder.init(rawValue:))
        )
        network.head = try value("head", Head.init(rawValue:))
        self.init(
            model: model,
            width: width,
            network: network,
            dataset: try optional("dataset", DatasetName.init(rawValue:)),
            batchSize: strings["batch_size"].flatMap(count) ?? 50
        )
    }
}
