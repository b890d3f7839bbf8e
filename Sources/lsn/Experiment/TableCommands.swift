import ArgumentParser
import LSNConfiguration
import LSNDevices
import LSNExperiments
import LSNReports
import LSNTensors
import LSNTraining

/// `lsn experiment table1`.
struct Table1Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table1",
        abstract: "Train the five residual orders of Table 1, as networks of spikes and of ReLUs.",
        discussion: """
            Accuracy of both, the gradient's norm of the first block over that of the last, and whether what leaves the \
            blocks is binary, integers or floats, counted value by value.
            """
    )

    @Option(parsing: .upToNextOption, help: "Residual architectures, see `lsn models`.")
    var models = ["residual18", "residual34"]

    @Option(help: "Epochs of every run.")
    var epochs = 4

    @Option(help: "Samples a step.")
    var batchSize = 50

    @Option(help: "Key of all random numbers.", transform: readSeed)
    var seed: UInt64 = 0

    @OptionGroup(title: "Budget") var budget: BudgetOptions
    @OptionGroup(title: "Experiment") var experiment: ExperimentOptions

    func run() async throws {
        let plan = OrderPlan(
            models: models,
            channels: budget.channels,
            options: budget.training(batchSize: batchSize, epochs: epochs, seed: seed)
        )
        for run in try plan.runs() { _ = try TrainingConfiguration(run.options) }
        let device = try experiment.open()
        try await ExperimentProgress.run { try await perform(plan, on: device.backend, of: device) }
    }

    private func perform(_ plan: OrderPlan, on backend: Backend, of device: OpenDevice) async throws {
        let folder = try experiment.folder("table1")
        let list = ExperimentProgress.runs(in: folder, on: backend, of: device)
        let command = ExperimentProgress.command
        let results = try await OrderExperiment(plan, folder: folder).run(
            list,
            on: backend,
            machine: device.machine,
            command: command,
            load: DataProgress.load
        )
        try experiment.show(results, report: results.report(command: command), folder: folder)
    }
}

/// `lsn experiment table5`.
struct Table5Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table5",
        abstract: "Print the gate's truth table and its derivatives (Tables 2 and 5), the paper's misprints marked."
    )

    @OptionGroup(title: "Experiment") var experiment: ExperimentOptions

    func run() throws {
        let table = try table(on: experiment.open().backend)
        let folder = try experiment.folder("table5")
        try folder.write(json: table, to: "results.json")
        let report = table.report(command: ExperimentProgress.command)
        try folder.write(report, to: "report.md")
        try experiment.show(table, report: report, folder: folder)
    }

    private func table(on backend: Backend) throws -> GateTable { try GateTable(on: backend) }
}

/// `lsn experiment surrogates`.
struct SurrogatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "surrogates",
        abstract: "Draw the derivatives of ReLU and of the surrogates (Fig. 1), as the backward pass computes them."
    )

    @Option(help: "Potentials at which they are computed, from 2 below the threshold to 2 above.")
    var points = 401

    @OptionGroup(title: "Experiment") var experiment: ExperimentOptions

    func validate() throws {
        if !(2...100_000).contains(points) { throw ValidationError("--points must be from 2 to 100000") }
    }

    func run() throws {
        let curves = try curves(on: experiment.open().backend)
        let folder = try experiment.folder("surrogates")
        try folder.write(json: curves, to: "results.json")
        try folder.write(curves.csv, to: "surrogates.csv")
        try folder.write(curves.figure.svg, to: "surrogates.svg")
        let report = curves.report(command: ExperimentProgress.command)
        try folder.write(report, to: "report.md")
        try experiment.show(curves, report: report, folder: folder)
    }

    private func curves(on backend: Backend) throws -> SurrogateCurves {
        try SurrogateCurves(on: backend, count: points)
    }
}
