import ArgumentParser
import LSNConfiguration
import LSNDevices
import LSNExperiments
import LSNTensors
import LSNTraining

extension NormStart: ExpressibleByArgument {
    /// From `γ:b`.
    public init?(argument: String) { self.init(argument) }

    /// For the help.
    public var defaultValueDescription: String { description }
}

/// `lsn experiment start`.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Measure how gradients grow with depth, by the branches' initialisation and the surrogate's height.",
        discussion: """
            For every model, initial weight and bias γ:b of the norm that ends a branch, and height of the triangular surrogate: the growth \
            of the gradient's norm per block, the share of bits that a block leaves as they were, and firing rates, at the \
            start and after some steps of training. Models other than LSN start at 1:0, as their authors have it.
            """
    )

    @Option(parsing: .upToNextOption, help: "Architectures, see `lsn models`.")
    var models = [
        "lsn50", "lsn101", "lsn202", "spiking-resnet50", "spiking-resnet101", "spiking-resnet202", "sew-resnet50",
        "sew-resnet101", "sew-resnet202",
    ]

    @Option(parsing: .upToNextOption, help: "Initial weight and bias γ:b of the norms that end an LSN's branches.")
    var starts = [
        NormStart(scale: 1, bias: 0), NormStart(scale: 0.5, bias: 0), NormStart(scale: 0.3, bias: 0),
        NormStart(scale: 0.3, bias: 0.3), NormStart(scale: 0, bias: 0.3), NormStart(scale: 0.1, bias: 0.2),
    ]

    @Option(parsing: .upToNextOption, help: "Peaks of the triangular surrogate.")
    var heights: [Float] = [1, 0.7]

    @Option(help: "Steps of training after which is measured again; 0: only at the start.")
    var steps = 20

    @Option(help: "Samples a step.")
    var batchSize = 16

    @Option(help: "Seed, the key of all random numbers.", transform: readSeed)
    var seed: UInt64 = 0

    @OptionGroup(title: "Budget") var budget: BudgetOptions
    @OptionGroup(title: "Experiment") var experiment: ExperimentOptions

    func validate() throws {
        if steps < 0 { throw ValidationError("--steps must be at least 0") }
    }

    func run() async throws {
        let plan = StartPlan(
            models: models,
            starts: starts,
            heights: heights,
            channels: budget.channels,
            steps: steps,
            options: budget.training(batchSize: batchSize, epochs: nil, seed: seed)
        )
        for options in try plan.trainingOptions() { _ = try TrainingConfiguration(options) }
        let device = try experiment.open()
        try await ExperimentProgress.run { try perform(plan, on: device.backend, machine: device.machine) }
    }

    private func perform(_ plan: StartPlan, on backend: Backend, machine: MachineRecord) throws {
        let folder = try experiment.folder("start")
        let command = ExperimentProgress.command
        let results = try StartExperiment(plan, folder: folder).run(
            on: backend,
            machine: machine,
            command: command,
            load: DataProgress.load,
            observer: ExperimentProgress.observer()
        )
        try experiment.show(results, report: results.report(command: command), folder: folder)
    }
}
