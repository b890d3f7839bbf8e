import ArgumentParser
import LSNConfiguration
import LSNNetworks
import LSNTensors
import LSNTraining

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

    @Option(
        help: ArgumentHelp(
            "Print this model as YAML, which lsn train --model takes (docs/Networks.md); options change it.",
            valueName: "name|file"
        )
    )
    var show: String?

    @Flag(
        help: "List the trained networks that come with the program: what --checkpoint and --pretrained take by name."
    )
    var pretrained = false

    @OptionGroup(title: "With --show") var network: NetworkOptions

    @Flag(help: "Print JSON instead of a table, or of YAML.")
    var json = false

    func validate() throws {
        if show == nil, network.isAsked { throw ValidationError("options of networks are for --show NAME") }
        if show != nil, pretrained { throw ValidationError("--pretrained and --show exclude each other") }
        if network.model != nil { throw ValidationError("--model: name the model with --show") }
    }

    func run() throws {
        if pretrained { return try PretrainedListing.show(json: json) }
        if let show {
            let template = try network.shown(show)
            if json { try JSONOutput.print(template) } else { Terminal.write(try NetworkFile.text(template)) }
            return
        }
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
                    setting.dataset, ProgressText.count(setting.neurons), ProgressText.count(setting.parameters),
                    isFirst ? model.nominalParameters.map(ProgressText.count) ?? "" : "",
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
        layers = network.layers
        timeSteps = architecture.defaultTimeSteps
        blocks = network.blockCount
        isBottleneck = network.stages.contains(where: \.isBottleneck)
        stages = network.stages.map(\.blocks)
        widthMultiplier = architecture.defaultWidth
        widths = network.widths
        stemWidth = network.stemWidth
        head = network.head.rawValue
        let unit = network.neuron
        neuron = NeuronModel(unit).rawValue
        leak = unit.leak
        thresholds = unit.thresholds
        surrogate = unit.surrogate.kind.rawValue
        isBinary = network.hasBinaryBlockOutputs
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
