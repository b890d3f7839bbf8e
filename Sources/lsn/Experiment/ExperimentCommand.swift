import ArgumentParser
import Foundation
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNExperiments
import LSNFileFormats
import LSNTensors
import LSNTraining

/// `lsn experiment`.
struct ExperimentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "The paper's figures and tables, from real runs and derivatives.",
        discussion: """
            Each writes results.json, report.md and pictures (SVG) to its folder. depth, start, recipe and table1 train; \
            what is done is kept, so that the same command continues an experiment that was stopped or killed.
            """,
        subcommands: [
            DepthCommand.self, StartCommand.self, RecipeCommand.self, Table1Command.self, SurrogatesCommand.self,
            Table5Command.self,
        ]
    )
}

/// Options of every experiment.
struct ExperimentOptions: ParsableArguments {
    @Option(help: "Folder of the experiment (default: experiments/NAME).")
    var output: String?

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Print the results as JSON instead of the report.")
    var json = false

    /// The folder of the experiment called `name`.
    func folder(_ name: String) throws -> ExperimentFolder {
        try ExperimentFolder(output ?? "experiments/\(name)")
    }

    /// The device asked for.
    func open() throws -> OpenDevice {
        try device.open(DeviceChoice(device.device ?? "auto"))
    }

    /// Prints what came out.
    func show(_ results: some Encodable, report: [UInt8], folder: ExperimentFolder) throws {
        if json {
            try JSONOutput.print(results)
        } else {
            Terminal.write(String(decoding: report, as: UTF8.self))
            Terminal.write("\neverything is in \(folder.path)\n")
        }
    }
}

/// Options of experiments that train: one budget for all of their runs.
struct BudgetOptions: ParsableArguments {
    @Option(help: .choice(DatasetName.self, "Data set (default: digits)."), transform: named)
    var dataset: DatasetName?

    @Option(help: "Folder of the data set's files; the digits come with the program.")
    var data: String?

    @Option(help: "Train on the first so many samples only.")
    var limitTrain: Int?

    @Option(help: "Test on the first so many samples only.")
    var limitTest: Int?

    @Option(
        help: "Pixels that the networks see: N, or native (default: the data set's).",
        transform: readImageSize
    )
    var imageSize: ImageSize?

    @Option(help: "Largest random shift of a training picture in pixels (default: as in lsn train).")
    var shift: Int?

    @Option(help: "Channels of the first stage, which decide every model's width.")
    var channels = 8

    @Option(help: "Time steps T (default: 4; depth: 2).")
    var timesteps: Int?

    @Option(help: "Learning rate.")
    var learningRate = 5e-3

    @Option(
        help: .choice(
            MemoryChoice.self,
            "What is kept for the backward pass, with the same bits as result (default: auto)."
        ),
        transform: named
    )
    var memory: MemoryChoice?

    /// As options of a run.
    func training(batchSize: Int, epochs: Int?, seed: UInt64?, standardTimeSteps: Int = 4) -> OptionList {
        var options = OptionList()
        options["dataset"] = dataset?.rawValue
        options["data"] = data.map { URL(fileURLWithPath: $0).path }
        options["image-size"] = imageSize?.description
        options["shift"] = shift.map { "\($0)" }
        options["limit-train"] = limitTrain.map { "\($0)" }
        options["limit-test"] = limitTest.map { "\($0)" }
        options["timesteps"] = "\(timesteps ?? standardTimeSteps)"
        options["learning-rate"] = "\(learningRate)"
        options["batch-size"] = "\(batchSize)"
        options["epochs"] = epochs.map { "\($0)" }
        options["seed"] = seed.map { "\($0)" }
        options["memory"] = memory?.rawValue
        return options
    }

    func validate() throws {
        try requireCount("--channels", channels)
        try requireCount("--timesteps", timesteps)
        if !(learningRate > 0 && learningRate.isFinite) {
            throw ValidationError("--learning-rate must be a number above 0")
        }
    }
}

/// What experiments that train show while they do, on standard error.
enum ExperimentProgress {
    /// An observer that names every run and shows its epochs.
    static func observer() -> RunListObserver {
        InterruptFlag.watch()
        let text = ProgressText(isColoured: false)
        let status = StatusLine()
        return RunListObserver(
            willStart: { name, number, count in
                status.clear()
                Terminal.writeError("[\(number)/\(count)] \(name)\n")
            },
            observe: { notification in
                switch notification {
                case .step(let report): status.show(text.bar(report, columns: Terminal.errorColumns))
                case .evaluating(let done, let total):
                    status.show(text.evaluation(done: done, total: total, columns: Terminal.errorColumns))
                case .epoch(let record, let epochs, let isBest):
                    status.clear()
                    Terminal.writeError("  \(text.line(record, epochs: epochs, isBest: isBest))\n")
                case .started, .blocks, .saved, .tested: break
                }
            },
            shouldStop: { InterruptFlag.isRaised }
        )
    }

    /// Runs on `backend` in an experiment's folder, shown as they go on.
    static func runs(in folder: ExperimentFolder, on backend: Backend, of device: OpenDevice) -> RunList {
        RunList(
            folder: folder,
            backend: backend,
            machine: device.machine,
            load: DataProgress.load,
            plan: { try device.fittingPlan($0, data: $1) },
            observer: observer()
        )
    }

    /// Runs `body`; where it is asked to stop, says how to go on.
    static func run(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch is ExperimentInterrupted {
            Terminal.writeError("stopped; what is done is kept, and the same command continues\n")
        }
    }

    /// The command line, to be repeated.
    static var command: String {
        (["lsn"] + CommandLine.arguments.dropFirst()).map(ShellText.word).joined(separator: " ")
    }
}
