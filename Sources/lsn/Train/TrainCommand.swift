import ArgumentParser
import Foundation
import LSNCommunication
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNOpenCLBackend
import LSNOpenCLRuntime
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

    @Option(help: "Folder of the run (default: the next free runs/MODEL-DATASET-N).")
    var output: String?

    @Option(
        help:
            "Continue the run in this folder. Its options stand, but --epochs, --max-steps, --checkpoint-every, --memory, --data, --cache, --max-bad-files and --output may be given anew."
    )
    var resume: String?

    @Option(help: "YAML file of options (names as here, without the dashes), or a run's config.json.")
    var config: String?

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
            var before: [String] = []
            if let run = value(of: "--resume", in: arguments) { before += try TrainingSession.recordedArguments(run) }
            if let file = value(of: "--config", in: arguments) { before += try OptionFile.arguments(file) }
            return before
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
        if resume == nil, ranks.isShared {
            options.learning.microBatches = options.learning.microBatches ?? ranks.count
        }
        // The run may be continued from another folder.
        options.data.data = options.data.data.map { URL(fileURLWithPath: $0).path }
        options.weights.pretrained = try options.weights.pretrained.map { name in
            let isFile = FileManager.default.fileExists(atPath: name)
            let isName = try isFile ? false : PretrainedModels.path(of: name) != nil
            return isName ? name : URL(fileURLWithPath: name).path
        }
        let (asked, given) = (device.device, options)
        let session = try TrainingSession.shared(by: ranks, options: given) {
            if let resume { return try TrainingSession(resuming: resume, options: given, output: output) }
            return TrainingSession(try given.configuration(device: asked), output: output)
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
        let opened = try openDevice(for: session, asked: asked ?? RankDevice.choice(ranks))
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

    /// The device asked for; for a run that is continued, the one it was on. Runs of portable numerics may go on on any.
    private func openDevice(for session: TrainingSession, asked: String?) throws -> OpenDevice {
        guard let resumed = session.resumed else {
            return try device.open(DeviceChoice(asked ?? "auto"))
        }
        let before = resumed.record.machine
        // Said once, when a run of an earlier version is continued for the first time.
        let last = resumed.record.continued.last?.machine ?? before
        if last.arithmetic ?? 1 < MachineRecord.currentArithmetic {
            Failure.warn(
                "the run began with an earlier version of lsn. Sums of spikes are exact now, and all but gradients of "
                    + "convolutions have one order on every device: it continues as well as it would have, but not to the bits that the earlier version gives"
            )
        }
        try before.checkKept(numerics: device.numerics, precision: device.precision, run: resumed.folder.path)
        return switch before.numerics ?? .fast {
        // The same bits, wherever it goes on.
        case .portable:
            try reopen(last, asked: asked) {
                try device.open($0, numerics: .portable, precision: before.precision ?? .highest)
            }
        case .fast: try keptDevice(for: session, resumed, asked: asked)
        }
    }

    /// The device asked for; else the one that a run was on, or, with a warning, another.
    private func reopen(
        _ machine: MachineRecord,
        asked: String?,
        _ open: (DeviceChoice) throws -> OpenDevice
    ) throws -> OpenDevice {
        if let asked { return try open(DeviceChoice(asked)) }
        do {
            return try open(DeviceChoice(machine.device))
        } catch {
            Failure.warn("the run was on \(machine.name) (\(machine.device)): \(error)")
            return try open(.automatic)
        }
    }

    /// The device of a run of `fast` numerics, with the kernels that it began with, whatever was tuned since.
    private func keptDevice(
        for session: TrainingSession,
        _ resumed: TrainingSession.Resumed,
        asked: String?
    ) throws -> OpenDevice {
        let before = resumed.record.machine
        let choices =
            try before.kernelChoices.map { numbers in
                guard let choices = KernelChoices(numbers) else {
                    throw InputError(
                        "\(resumed.folder.path)/config.json: kernel_choices is \(numbers), which no run has, so that it cannot be "
                            + "continued to the same bits. Restore the file, or begin another run"
                    )
                }
                return choices
            } ?? .standard
        let opened = try reopen(before, asked: asked) {
            try device.open($0, kernelChoices: choices, numerics: .fast, precision: before.precision ?? .highest)
        }
        if self.device.device != nil, !session.ranks.isShared {
            guard opened.machine.device == before.device else {
                throw InputError(
                    "--device \(opened.machine.device): the run in \(PrintableText.name(resumed.folder.path)) was started with "
                        + "--device \(before.device) and keeps to it, so that it continues to the same bits (one of --numerics "
                        + "portable may change). Leave the option out, or start a new run with --output"
                )
            }
            return opened
        }
        // The kernels are those that it began with, also where an earlier version did not record them.
        var place = opened.machine
        place.kernelChoices = before.kernelChoices
        place.numerics = before.numerics
        place.precision = before.precision
        place.arithmetic = before.arithmetic
        // Of several GPUs of a machine each rank has one, which are as good as each other.
        if session.ranks.isShared { place.device = before.device }
        if place != before {
            Failure.warn(
                "the run was on \(before.name) (\(before.driver)) and continues on \(opened.machine.name) "
                    + "(\(opened.machine.driver)): results may differ in their last bits"
            )
        }
        return opened
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
        let reporter = RunReporter()
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
