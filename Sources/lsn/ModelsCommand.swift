import ArgumentParser
import Networks
import Tensors
import Training

/// `lsn models`.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List every architecture, with its true number of parameters beside the paper's nominal one.",
        discussion: """
            T, neuron and output are the defaults of each model: the option --sew of `lsn train` and others change \
            them. Output says what leaves the blocks: spikes only, or numbers too.
            """
    )

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func run() throws {
        let models = try Architecture.all.map(ListedModel.init)
        if json {
            try JSONOutput.print(models)
            return
        }
        var table = TextTable([
            ("model", .left), ("layers", .right), ("T", .right), ("blocks", .left), ("widths", .left), ("head", .left),
            ("neuron", .left), ("output", .left), ("for", .left), ("neurons", .right), ("parameters", .right),
            ("paper's", .right),
        ])
        for model in models {
            for (index, setting) in model.settings.enumerated() {
                let isFirst = index == 0
                table.add([
                    isFirst ? model.name : "", isFirst ? "\(model.layers)" : "", isFirst ? "\(model.timeSteps)" : "",
                    isFirst ? model.structure : "",
                    isFirst ? model.widths.map(String.init).joined(separator: ",") : "", isFirst ? model.head : "",
                    isFirst ? model.neuronTitle : "", isFirst ? model.isBinary ? "binary" : "numbers" : "",
                    setting.dataset, ProgressText.grouped(setting.neurons), ProgressText.grouped(setting.parameters),
                    isFirst ? model.nominalParameters.map(ProgressText.grouped) ?? "" : "",
                ])
            }
        }
        Terminal.write(table.text)
    }
}

/// An architecture as `--json` prints it.
struct ListedModel: Encodable {
    /// A data set that the paper trains it on.
    struct Setting: Encodable {
        let dataset: String
        let inChannels: Int
        let imageSize: Int
        let classes: Int
        let neurons: Int
        let parameters: Int
    }

    let name: String
    let family: String
    let layers: Int
    let timeSteps: Int
    let blocks: Int
    let isBottleneck: Bool
    let stages: [Int]
    let widthMultiplier: Double
    let widths: [Int]
    let stemWidth: Int
    let head: String
    /// The neuron's name, as `--neuron` takes it.
    let neuron: String
    let leak: Float
    /// More than one for neurons of several levels.
    let thresholds: [Float]
    let surrogate: String
    /// Whether every block leaves zeros and ones.
    let isBinary: Bool
    /// Neurons of one time step, for the first setting.
    let neurons: Int
    /// Trained values, for the first setting.
    let parameters: Int
    /// The paper's column, which is not a count.
    let nominalParameters: Int?
    let settings: [Setting]

    init(_ architecture: Architecture) throws {
        let settings = try architecture.settings.map { setting in
            (setting, try architecture.describe(for: setting))
        }
        guard let network = settings.first?.1 else {
            throw InputError("\(architecture.name) has no data set to count its parameters for")
        }
        name = architecture.name
        family = architecture.family.rawValue
        layers = architecture.layers
        timeSteps = architecture.defaultTimeSteps
        blocks = architecture.blockCount
        isBottleneck = architecture.isBottleneck
        stages = architecture.stages
        widthMultiplier = architecture.defaultWidth
        widths = network.widths
        stemWidth = network.stemWidth
        head = architecture.head.rawValue
        let unit = architecture.defaultNeuron
        neuron = NeuronModel(unit).rawValue
        leak = unit.leak
        thresholds = unit.thresholds
        surrogate = unit.surrogate.kind.rawValue
        isBinary = architecture.hasBinaryBlockOutputs
        neurons = network.neuronCount
        parameters = network.parameterCount
        nominalParameters = architecture.nominalParameters.map { Int(($0 * 1e6).rounded()) }
        self.settings = settings.map { setting, network in
            Setting(
                dataset: setting.name,
                inChannels: setting.inChannels,
                imageSize: setting.imageSize,
                classes: setting.classes,
                neurons: network.neuronCount,
                parameters: network.parameterCount
            )
        }
    }

    /// For people: the neuron, and its levels where it has several.
    var neuronTitle: String { thresholds.count > 1 ? "\(neuron), \(thresholds.count) levels" : neuron }

    /// For people: blocks by stage and their kind.
    var structure: String {
        stages.map(String.init).joined(separator: ",") + (isBottleneck ? " bottleneck" : " basic")
    }
}
