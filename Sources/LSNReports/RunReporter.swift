import Foundation
import LSNFileFormats
import LSNHostSystem
package import LSNTraining
import Synchronization

/// Keeps `report.html` and `status.json` of a run up to date while it goes on, so that a run that is killed has them too.
///
/// A report that cannot be written is no reason to lose a training: there is one warning, and the run goes on.
package final class RunReporter: Sendable {
    private struct State {
        var folder: String?
        var status = RunStatus(state: .running, epoch: 0, epochs: nil, step: 0)
        var hasWarned = false
        var isWritten = false
        var lastWritten = ContinuousClock.now
    }

    /// Between two reports inside an epoch.
    private static let interval = Duration.seconds(30)

    private let state = Mutex(State())
    private let warn: @Sendable (String) -> Void

    /// - Parameter warn: hears, once, of a report that cannot be written.
    package init(warn: @escaping @Sendable (String) -> Void) {
        self.warn = warn
    }

    /// Follows a notification; writes where it changes what a reader sees.
    package func receive(_ notification: TrainingNotification) {
        state.withLock { state in
            switch notification {
            case .started(let start):
                state.folder = start.folder
                state.status.epoch = start.epoch
                state.status.epochs = start.record.configuration.learning.epochs
                state.status.step = start.step
                write(&state)
            case .step(let report):
                state.status.step = report.step
            case .evaluating, .blocks, .tested:
                break
            case .epoch(let record, let epochs, _):
                state.status.epoch = record.epoch
                state.status.epochs = epochs
                state.status.step = record.step
                write(&state)
            case .saved:
                if .now - state.lastWritten >= Self.interval { write(&state) }
            }
        }
    }

    /// The run returned. Returns where its report is, if it could be written.
    package func end(_ summary: TrainingSummary) -> String? {
        state.withLock { state in
            state.status.state = summary.outcome == .finished ? .finished : .stopped
            state.status.step = summary.step
            write(&state)
            return state.isWritten ? state.folder.map(RunReport.path) : nil
        }
    }

    /// An error ended the run.
    package func fail(_ error: any Error) {
        state.withLock { state in
            state.status.state = .failed
            state.status.message = "\(error)"
            write(&state)
        }
    }

    /// The run's folder, where it has a checkpoint to continue from.
    package var resumable: String? {
        state.withLock { $0.folder }.flatMap { folder in
            FileManager.default.fileExists(atPath: HostPath.join(folder, "checkpoint-last.safetensors")) ? folder : nil
        }
    }

    private func write(_ state: inout State) {
        guard let folder = state.folder else { return }
        state.lastWritten = .now
        do {
            try RunReport.update(folder: folder, status: state.status)
            state.isWritten = true
        } catch {
            if !state.hasWarned { warn("the run goes on without a new report: \(error)") }
            (state.hasWarned, state.isWritten) = (true, false)
        }
    }
}
