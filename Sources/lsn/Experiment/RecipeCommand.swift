import ArgumentParser
import LSNConfiguration
import LSNDevices
import LSNExperiments
import LSNTensors
import LSNTraining

/// `lsn experiment recipe`.
struct RecipeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe",
        abstract: "Train models from several starts, surrogate heights, learning rates and warm-ups under one budget.",
        discussion: """
            Every combination is trained with every seed; the report ranks them by the mean test accuracy after the last \
            epoch and gives the course of the gradient. What `lsn train` takes by default for a depth was chosen so. Models \
            other than LSN start at 1:0, as their authors have it.
            """
    )

    @Option(parsing: .upToNextOption, help: "Architectures, see `lsn models`.")
    var models = ["lsn101"]

    @Option(parsing: .upToNextOption, help: "Initial weight and bias γ:b of the norms that end an LSN's branches.")
    var starts = [NormStart(scale: 0.1, bias: 0.2), NormStart(scale: 0, bias: 0.2), NormStart(scale: 0.5, bias: 0)]

    @Option(parsing: .upToNextOption, help: "Peaks of the triangular surrogate.")
    var heights: [Float] = [0.7]

    @Option(parsing: .upToNextOption, help: "Learning rates (default: --learning-rate).")
    var learningRates: [Double] = []

    @Option(parsing: .upToNextOption, help: "Epochs of warm-up.")
    var warmups = [0]

    @Option(parsing: .upToNextOption, help: "Seeds, a run each.", transform: readSeed)
    var seeds: [UInt64] = [0, 1, 2]

    @Option(help: "Epochs of every run.")
    var epochs = 4

    @Option(help: "Samples a step.")
    var batchSize = 50

    @OptionGroup(title: "Budget") var budget: BudgetOptions
    @OptionGroup(title: "Experiment") var experiment: ExperimentOptions

    func run() async throws {
        let plan = RecipePlan(
            models: models,
            starts: starts,
            heights: heights,
            learningRates: learningRates.isEmpty ? [budget.learningRate] : learningRates,
            warmups: warmups,
            channels: budget.channels,
            options: budget.training(batchSize: batchSize, epochs: epochs, seed: nil),
            seeds: seeds
        )
        for run in try plan.runs() { _ = try TrainingConfiguration(run.options) }
        let device = try experiment.open()
        try await ExperimentProgress.run { try await perform(plan, on: device.backend, of: device) }
    }

    private func perform(_ plan: RecipePlan, on backend: Backend, of device: OpenDevice) async throws {
        let folder = try experiment.folder("recipe")
        let list = ExperimentProgress.runs(in: folder, on: backend, of: device)
        let command = ExperimentProgress.command
        let results = try await RecipeExperiment(plan, folder: folder).run(
            list,
            machine: device.machine,
            command: command
        )
        try experiment.show(results, report: try results.report(command: command), folder: folder)
    }
}
