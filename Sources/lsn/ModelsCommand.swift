import ArgumentParser
import Networks
import Training

/// `lsn models`.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List every architecture, with its true number of parameters beside the paper's nominal one."
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
            ("for", .left), ("parameters", .right), ("paper's", .right),
        ])
        for model in models {
            for (index, setting) in model.settings.enumerated() {
                let isFirst = index == 0
                table.add([
                    isFirst ? model.name : "", isFirst ? "\(model.layers)" : "", isFirst ? "\(model.timeSteps)" : "",
                    isFirst ? model.structure : "",
                    isFirst ? model.widths.map(String.init).joined(separator: ",") : "", isFirst ? model.head : "",
                    setting.dataset, ProgressText.grouped(setting.parameters),
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
        parameters = network.parameterCount
        nominalParameters = architecture.nominalParameters.map { Int(($0 * 1e6).rounded()) }
        self.settings = settings.map { setting, network in
            Setting(
                dataset: setting.name,
                inChannels: setting.inChannels,
                imageSize: setting.imageSize,
                classes: setting.classes,
                parameters: network.parameterCount
            )
        }
    }

    /// For people: blocks by stage and their kind.
    var structure: String {
        stages.map(String.init).joined(separator: ",") + (isBottleneck ? " bottleneck" : " basic")
    }
}
