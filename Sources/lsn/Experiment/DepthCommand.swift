import ArgumentParser
import LSNConfiguration
import LSNDevices
import LSNExperiments
import LSNTensors
import LSNTraining

extension DepthSystem: ExpressibleByArgument {}

/// `lsn experiment depth`.
struct DepthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "depth",
        abstract: "Train LSN, Spiking ResNet and SEW-ResNet at several depths under one budget (Figs. 5 and 7).",
        discussion: """
            Draws accuracy by depth and by epoch and the gradient's norm by block, and says which of the paper's claims the \
            runs bear out. lsn-paper is LSN with the paper's start: norms at 1 and 0, surrogate height 1. A height below 1 for \
            all, such as 0.7, shows where gradients vanish instead of exploding.
            """
    )

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Systems.", valueName: "system")
    )
    var systems: [DepthSystem] = DepthSystem.allCases

    @Option(parsing: .upToNextOption, help: "Depths, as in the models' names.")
    var depths = [19, 50, 101, 202]

    @Option(parsing: .upToNextOption, help: "Seeds, a run each.", transform: readSeed)
    var seeds: [UInt64] = [0]

    @Option(help: "Epochs of every run.")
    var epochs = 4

    @Option(help: "Samples a step.")
    var batchSize = 50

    @Option(help: "Height of the triangular surrogate of every system (default: 1; lsn: by depth, as `lsn train`).")
    var surrogateHeight: Float?

    @OptionGroup(title: "Budget") var budget: BudgetOptions
    @OptionGroup(title: "Experiment") var experiment: ExperimentOptions

    func run() async throws {
        // Half of the usual time steps, since sixteen networks are trained.
        var options = budget.training(batchSize: batchSize, epochs: epochs, seed: nil, standardTimeSteps: 2)
        options["surrogate-height"] = surrogateHeight.map { "\($0)" }
        let plan = DepthPlan(
            systems: systems,
            depths: depths,
            channels: budget.channels,
            options: options,
            seeds: seeds
        )
        // A model that does not exist is an error before anything is opened.
        for run in try plan.runs() { _ = try TrainingConfiguration(run.options) }
        let device = try experiment.open()
        try await ExperimentProgress.run { try await perform(plan, on: device.backend, of: device) }
    }

    private func perform(_ plan: DepthPlan, on backend: Backend, of device: OpenDevice) async throws {
        let folder = try experiment.folder("depth")
        let list = ExperimentProgress.runs(in: folder, on: backend, of: device)
        let command = ExperimentProgress.command
        let results = try await DepthExperiment(plan, folder: folder).run(
            list,
            machine: device.machine,
            command: command
        )
        try experiment.show(results, report: results.report(command: command), folder: folder)
    }
}
