/// Why training stopped before its end.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A value that is infinite or not a number. `epoch` counts from 1.
    case nonFinite(what: String, step: Int, epoch: Int)
    /// A file of the run folder could not be written.
    case saving(problem: String, kept: String?)
    /// Another process is writing to the run folder.
    case runInUse(path: String)

    /// For people.
    public var description: String {
        switch self {
        case .nonFinite(let what, let step, let epoch):
            "training stopped at step \(step) (epoch \(epoch)): \(what). Nothing of this step was saved. "
                + "A lower --learning-rate, a longer --warmup-epochs or a smaller --surrogate-height keeps values finite"
        case .saving(let problem, let kept):
            "\(problem)."
                + (kept.map { " The checkpoint before is untouched: continue with lsn train --resume \($0)" } ?? "")
        case .runInUse(let path):
            "\(path): another lsn is training in this folder. Wait for it, stop it, or choose another --output"
        }
    }
}
