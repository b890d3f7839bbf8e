import ArgumentParser
import Foundation
import LSNCommunication
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNReports
import LSNTensorBoard
import LSNTensors
import LSNTraining

/// `lsn train`.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a network.",
        discussion: """
            The run's folder holds config.json, files.tsv (which files train and test), metrics.jsonl and blocks.jsonl (each epoch, and its blocks), \
            confusion.json (what classes were taken for), with --val-split test.json (the test split's score), \
            checkpoint-last.safetensors, checkpoint-best.safetensors, report.html (a page with the run's charts, written \
            anew after each epoch), status.json (how it ended), memory.json and profile.json (what a step takes, and \
            where its time goes) and events for `tensorboard --logdir`. Ctrl-C, SIGTERM and a terminal that is closed save after the step under way and exit with code 0; --resume continues to \
            the same bits, from there or from wherever the process was killed. SIGUSR1 saves and ends likewise. `mpirun -n K lsn \
            train …` shares each step's micro-batches among K processes with a device each, to the same bits for every K \
            (docs/Scale.md).
            """
    )

    @OptionGroup var options: TrainingOptions
    @OptionGroup(title: "Device") var device: DeviceOptions

    @OptionGroup(title: "Folders") var folders: RunFolderOptions

    @OptionGroup var exchange: ExchangeOptions

    @Flag(help: "Print all options as YAML, defaults filled in, and stop.")
    var printConfig = false

    @Flag(help: "Print what a step takes and stop; exit code 2 where it does not fit.")
    var dryRun = false

    @Flag(help: "With --dry-run: print JSON.")
    var json = false

    func validate() throws {
        if json, !dryRun { throw ValidationError("--json is for --dry-run") }
    }

    /// The command's arguments with those that a run which is continued, and a file of options, give before them.
    static func expanded(_ arguments: [String]) throws -> [String] {
        guard arguments.first == configuration.commandName else { return arguments }
        // Ranks need not see the files that the first one does.
        let before = try Ranks.all.shared {
            try RunFolderOptions.arguments(
                resume: value(of: "--resume", in: arguments),
                config: value(of: "--config", in: arguments)
            )
        }
        return [arguments[0]] + before + arguments.dropFirst()
    }

    private static func value(of option: String, in arguments: [String]) -> String? {
        for (index, argument) in arguments.enumerated() {
            if argument == option { return index + 1 < arguments.count ? arguments[index + 1] : nil }
            if argument.hasPrefix(option + "=") { return String(argument.dropFirst(option.count + 1)) }
        }
        return nil
    }

    func run() async throws {
        let ranks = Ranks.all
        ranks.limitWaiting(to: exchange.timeout)
        try SharedTraining.checkArguments(ranks)
        var options = options
        // A run begins with a micro-batch for each rank.
        if folders.resume == nil, ranks.isShared {
            options.learning.microBatches = options.learning.microBatches ?? ranks.count
        }
        options = try options.withWholePaths
        let (asked, given) = (device.device, options)
        let session = try TrainingSession.shared(by: ranks, options: given) {
            if let resume = folders.resume {
                return try TrainingSession(resuming: resume, options: given, output: folders.output)
            }
            return TrainingSession(try given.configuration(device: asked), output: folders.output)
        }
        if ranks.isFirst, let warning = try session.scheduleChange { Failure.warn(warning) }
        if printConfig {
            guard ranks.isFirst else { return }
            let numerics = device.numerics ?? session.resumed?.record.machine.numerics ?? .fast
            let precision = device.precision ?? session.resumed?.record.machine.precision ?? .highest
            Terminal.write(try OptionFile.text(session.configuration, numerics: numerics, precision: precision))
            return
        }
        let samples = try DataProgress.load(session.sharedDataRequest())
        let opened = try device.open(
            for: session,
            asked: asked ?? RankDevice.choice(ranks),
            warnings: .standardError
        )
        try SharedTraining.check(ranks, device: opened, kernels: device.kernels, data: samples)
        let own =
            ranks.isShared
            ? MicroBatchCut(session.configuration.learning.microBatches).runs(ranks: ranks.count)[ranks.rank] : nil
        let planner = try opened.memoryPlanner(
            session.configuration,
            data: session.configuration.trainingData(samples),
            own: own
        )
        let plan = try planner.plan(session.configuration.run.memory)
        if dryRun, ranks.isFirst { try show(plan) }
        try planner.check(plan)
        if dryRun { return }
        let programs = try opened.programs(of: planner, plan)
        try await Self.train(session, on: opened, data: samples, plan: plan, programs: programs)
    }

    private func show(_ plan: MemoryPlan) throws {
        if json {
            try JSONOutput.print(plan)
        } else {
            Terminal.write(ProgressText(isColoured: false).table(plan).map { $0 + "\n" }.joined())
        }
    }

    private static func train(
        _ session: TrainingSession,
        on opened: OpenDevice,
        data: any TrainingData,
        plan: MemoryPlan,
        programs: [ProgramSpecification]
    ) async throws {
        let files = DataReporter(data)
        guard session.ranks.isFirst else {
            InterruptFlag.watch()
            opened.buildAhead(programs) { _, _ in }
            _ = try await session.run(
                on: opened.backend,
                machine: opened.machine,
                data: data,
                plan: plan,
                observer: { notification in
                    if case .epoch = notification { files.report() }
                },
                shouldStop: { InterruptFlag.isRaised }
            )
            return
        }
        let printer = ProgressPrinter()
        let reporter = RunReporter(warn: { Failure.warn($0) })
        let tensorBoard = TensorBoardLog(warn: { Failure.warn($0) })
        InterruptFlag.watch()
        opened.buildAhead(programs) { done, total in printer.showBuilding(done, of: total) }
        do {
            let summary = try await session.run(
                on: opened.backend,
                machine: opened.machine,
                data: data,
                plan: plan,
                observer: { notification in
                    printer.show(notification)
                    tensorBoard.receive(notification)
                    if case .epoch = notification { files.report() }
                    reporter.receive(notification)
                },
                shouldStop: { InterruptFlag.isRaised }
            )
            printer.show(summary, report: reporter.end(summary))
        } catch {
            printer.clear()
            files.report()
            reporter.fail(error)
            if error is DatasetError, let folder = reporter.resumable {
                throw InputError(
                    "\(error). The last checkpoint is untouched: continue with lsn train --resume \(ShellText.path(folder))"
                )
            }
            throw error
        }
    }
}
