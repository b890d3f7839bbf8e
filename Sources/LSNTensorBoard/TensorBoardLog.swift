import LSNFileFormats
import LSNHostSystem
package import LSNTraining
import Synchronization

/// TensorBoard's event files in a run's folder, kept in step with the run's own records.
///
/// What is written is a function of `metrics.jsonl` and `blocks.jsonl` alone. So a run that is continued, a copy of a
/// run, and a run whose disk was full for a while all get the epochs that are missing, and no epoch stands twice.
package final class TensorBoardLog: Sendable {
    private struct State {
        /// Of the run.
        var folder: String?
        var file: EventFile?
        /// The epochs, by their steps, that the files hold.
        var steps: [Int] = []
        var hasWarned = false
    }

    private let warn: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// The event files of one run.
    ///
    /// - Parameter warn: hears once, in words, that events cannot be written. Training need not end for it.
    package init(warn: @escaping @Sendable (String) -> Void) {
        self.warn = warn
    }

    /// Takes part in a run: writes what is missing when it starts or continues, and every epoch when it ends.
    package func receive(_ notification: TrainingNotification) {
        switch notification {
        case .started(let start): update(folder: start.folder)
        case .epoch: update(folder: nil)
        case .step, .blocks, .evaluating, .saved, .tested: break
        }
    }

    /// Writes the epochs that the run's records have and the event files have not.
    ///
    /// Epochs that the records no longer have (a run that is continued drops what came after its checkpoint) are taken
    /// back by the start of a new file. Where events cannot be written, the next call tries again with a new file.
    ///
    /// - Parameter folder: of the run; nil: the one before.
    func update(folder: String?) {
        state.withLock { state in
            if let folder {
                state = State(folder: folder)
            }
            guard let folder = state.folder else { return }
            do throws(FileFormatError) {
                let records = try MetricsFile(path: HostPath.join(folder, "metrics.jsonl")).records()
                if state.file == nil {
                    state.steps = try EventHistory.steps(in: folder, tag: EpochEvents.marker)
                }
                let known = Self.agreeing(state.steps, with: records)
                guard known < max(records.count, state.steps.count) else { return }
                try write(records, after: known, folder: folder, to: &state)
            } catch {
                state.file = nil
                if !state.hasWarned {
                    warn("TensorBoard's events are not written: \(error); training goes on")
                    state.hasWarned = true
                }
            }
        }
    }

    private func write(
        _ records: [EpochRecord],
        after known: Int,
        folder: String,
        to state: inout State
    ) throws(FileFormatError) {
        var known = known
        if known < state.steps.count {
            state.file = nil
            // TensorBoard's fast reader does not know the start of a file, and forgets later steps only when a step
            // comes again: so the last epoch that stands is written once more.
            known = max(0, known - 1)
        }
        let file: EventFile
        if let open = state.file {
            file = open
        } else {
            file = try EventFile(in: folder, startingAt: known == 0 ? 0 : records[known - 1].step + 1)
            state.file = file
        }
        state.steps = records[..<known].map(\.step)
        let lines = try BlocksFile(path: HostPath.join(folder, "blocks.jsonl")).statistics()
        let blocks = Dictionary(lines.map { ($0.step, $0) }) { $1 }
        for record in records[known...] {
            try file.append([EpochEvents.event(record, blocks: blocks[record.step])])
            state.steps.append(record.step)
        }
    }

    /// How many epochs at the beginning are the same in both.
    private static func agreeing(_ steps: [Int], with records: [EpochRecord]) -> Int {
        zip(steps, records).prefix { step, record in step == record.step }.count
    }
}
