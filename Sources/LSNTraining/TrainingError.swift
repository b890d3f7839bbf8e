public import LSNFileFormats

/// Why training stopped before its end.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A step met a value that is infinite or not a number. `epoch` counts from 1; `advice` is for such a network.
    case diverged(what: String, step: Int, epoch: Int, advice: String)
    /// A network that is evaluated holds or gives a value that is infinite or not a number.
    case notFinite(what: String)
    /// A file of the run folder could not be written.
    case saving(problem: String, kept: String?)
    /// Another process is writing to the run folder.
    case runInUse(path: String)
    /// Ranks that share a run hold other parameters, running statistics or moments; both by their names.
    case ranksDiffer(rank: String, first: String, epoch: Int)

    /// For people.
    public var description: String {
        switch self {
        case .diverged(let what, let step, let epoch, let advice):
            "training stopped at step \(step) (epoch \(epoch)): \(what). Nothing of this step was saved. \(advice)"
        case .notFinite(let what):
            "the network cannot be evaluated: \(what). Use a checkpoint of an earlier epoch, or train again"
        case .saving(let problem, let kept):
            "\(problem)."
                + (kept.map {
                    " The checkpoint before is untouched: continue with lsn train --resume \(ShellText.path($0))"
                } ?? "")
        case .runInUse(let path):
            "\(PrintableText.name(path)): another lsn is training in this folder. Wait for it, stop it, or choose another --output"
        case .ranksDiffer(let rank, let first, let epoch):
            "training stopped at the end of epoch \(epoch), which was not saved: the parameters of \(rank) are not those of \(first), "
                + "although both made the same updates. Different devices only agree with --numerics portable; else look at "
                + "the machine and its driver (lsn check --exact), and continue with lsn train --resume"
        }
    }
}

extension TrainingError {
    /// Runs `body`; what it cannot write becomes ``saving(problem:kept:)``.
    ///
    /// - Parameters:
    ///   - run: the folder of a run that can be continued all the same.
    ///   - body: what writes.
    public static func saving<Result>(
        run: String?,
        _ body: () throws(FileFormatError) -> Result
    ) throws(TrainingError) -> Result {
        do {
            return try body()
        } catch {
            throw .saving(problem: error.description, kept: run)
        }
    }

    /// The same of a file that is written as tensors come from a device, whose errors stay what they are.
    public static func savingTensors(run: String?, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as FileFormatError {
            throw TrainingError.saving(problem: error.description, kept: run)
        }
    }
}
