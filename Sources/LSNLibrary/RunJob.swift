import ArgumentParser
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNReports
import LSNTensorBoard
import LSNTraining

/// `lsn train`, without a command line.
struct RunJob {
    private struct Options: ParsableArguments {
        @OptionGroup var training: TrainingOptions
        @OptionGroup var device: DeviceOptions
        @OptionGroup var folders: RunFolderOptions
    }

    private let options: Options

    /// - Throws: ``LibraryError/badArgument(_:)`` for options that cannot be followed; as ``RunFolderOptions/arguments(resume:config:)``.
    init(_ text: OptionText) throws {
        let before = try RunFolderOptions.arguments(resume: text.values["resume"], config: text.values["config"])
        options = try text.parse(Options.self, before: before)
    }

    /// Trains, and returns once the run is over or was stopped, and is saved.
    func run(_ listener: CallbackListener, _ warnings: CallWarnings) throws -> TrainingSummary {
        @Sendable func warn(_ text: String) {
            warnings.say(text)
            listener.hear(warning: text)
        }
        let device = options.device
        let training = try options.training.withWholePaths
        let session =
            if let run = options.folders.resume {
                try TrainingSession(resuming: run, options: training, output: options.folders.output)
            } else {
                TrainingSession(try training.configuration(device: device.device), output: options.folders.output)
            }
        // All that a callback may hear of is done on that thread.
        return try waiting { try await Self.run(session, on: device, listener, warn) }
    }

    private static func run(
        _ session: TrainingSession,
        on device: DeviceOptions,
        _ listener: CallbackListener,
        _ warn: @escaping @Sendable (String) -> Void
    ) async throws -> TrainingSummary {
        if let warning = try session.scheduleChange { warn(warning) }
        let request = try session.dataRequest()
        let data = try DataLoader.load(
            request,
            progress: { listener.hear(loaded: $0, of: $1) },
            shouldStop: { listener.isStopping }
        )
        for warning in data.warnings(whereAsked: request) { warn(warning) }
        let opened = try device.open(
            for: session,
            asked: device.device,
            warnings: LibraryDevice.warnings(warn)
        )
        let plan = try opened.fittingPlan(session.configuration, data: session.configuration.trainingData(data))
        let files = DataReporter(data, warn: warn)
        let reporter = RunReporter(warn: warn)
        let tensorBoard = TensorBoardLog(warn: warn)
        do {
            let summary = try await session.run(
                on: opened.backend,
                machine: opened.machine,
                data: data,
                plan: plan,
                observer: { notification in
                    tensorBoard.receive(notification)
                    if case .epoch = notification { files.report() }
                    reporter.receive(notification)
                    listener.hear(notification)
                },
                shouldStop: { listener.isStopping }
            )
            _ = reporter.end(summary)
            return summary
        } catch {
            files.report()
            reporter.fail(error)
            throw error
        }
    }
}
