import LSNFileFormats

/// How far a run has come: all that a checkpoint needs beside parameters and moments to continue to the same bits.
///
/// The order of an epoch's samples is a function of the seed and the epoch, so `batch` is the place in it.
public struct TrainingProgress: Hashable, Sendable {
    /// Epochs that are finished; also the 0-based epoch that is under way.
    public var epoch = 0
    /// Batches of that epoch that are done.
    public var batch = 0
    /// Steps of the whole run.
    public var step = 0
    /// Sums over the batches of the epoch under way.
    public var sums = EpochSums()
    /// The best finished epoch.
    public var best: BestEpoch?
    /// Norms of the gradients that reached the stem and every block in the last step of the epoch under way, once that
    /// step is done.
    public var gradientNorms: [Float?]?
    /// What `metrics.jsonl` says of the last finished epoch.
    public var record: EpochRecord?
    /// What the search for Dspike's temperature found last.
    public var surrogate: SurrogateChoice?

    /// The beginning of a run.
    public init() {}
}

/// Sums over batches.
public struct EpochSums: Hashable, Sendable {
    /// Losses times samples.
    public var loss = 0.0
    /// Samples classified rightly.
    public var correct = 0
    /// Samples.
    public var samples = 0
    /// Time of the steps.
    public var seconds = 0.0
    /// Time of the steps in which the device waited for samples.
    public var waitSeconds = 0.0
    /// Time of the steps in which words of other ranks were waited for.
    public var exchangeSeconds = 0.0

    /// Of no batch.
    public init() {}

    /// Mean loss.
    public var meanLoss: Double { loss / Double(max(samples, 1)) }
    /// Share classified rightly.
    public var accuracy: Double { Double(correct) / Double(max(samples, 1)) }
    /// Samples a second; 0 before any time has passed.
    public var imagesPerSecond: Double { seconds > 0 ? Double(samples) / seconds : 0 }
}

/// The epoch with the highest accuracy on the split that is evaluated, the earliest of equals.
public struct BestEpoch: Hashable, Sendable {
    /// 1 for the first.
    public var epoch: Int
    /// A fraction.
    public var accuracy: Double

    /// Gathers what belongs together.
    public init(epoch: Int, accuracy: Double) {
        self.epoch = epoch
        self.accuracy = accuracy
    }
}

/// A temperature of Dspike that was found.
public struct SurrogateChoice: Hashable, Sendable {
    /// The 0-based epoch that it was found for.
    public var epoch: Int
    /// b.
    public var temperature: Float

    /// Gathers what belongs together.
    public init(epoch: Int, temperature: Float) {
        self.epoch = epoch
        self.temperature = temperature
    }
}

extension TrainingProgress {
    /// The prefix of the metadata keys that hold progress.
    static let prefix = "progress."

    /// As metadata of a checkpoint. Swift writes a Double with as many digits as its value needs, so reading it back
    /// gives the same bits.
    var metadata: [String: String] {
        var result = [
            "epoch": "\(epoch)", "batch": "\(batch)", "step": "\(step)",
            "loss_sum": "\(sums.loss)", "correct": "\(sums.correct)", "samples": "\(sums.samples)",
            "seconds": "\(sums.seconds)", "wait_seconds": "\(sums.waitSeconds)",
        ]
        if sums.exchangeSeconds > 0 { result["exchange_seconds"] = "\(sums.exchangeSeconds)" }
        if let best {
            result["best_epoch"] = "\(best.epoch)"
            let isValidation = record?.evaluated == .validation
            result[isValidation ? "best_val_accuracy" : "best_test_accuracy"] = "\(best.accuracy)"
        }
        if let gradientNorms {
            result["gradient_norms"] = gradientNorms.map { $0.map { "\($0)" } ?? "-" }.joined(separator: " ")
        }
        if let record {
            result["record"] = record.line
        }
        if let surrogate {
            result["surrogate_epoch"] = "\(surrogate.epoch)"
            result["surrogate_temperature"] = "\(surrogate.temperature)"
        }
        return Dictionary(uniqueKeysWithValues: result.map { (Self.prefix + $0.key, $0.value) })
    }

    /// Reads progress from a checkpoint's metadata.
    ///
    /// - Throws: `FileFormatError` that names the missing or unreadable key.
    init(metadata: [String: String], path: String) throws(FileFormatError) {
        func unusable(_ problem: String) -> FileFormatError {
            FileFormatError(path: path, problem: problem, advice: CheckpointFile.advice)
        }
        func value<Value: LosslessStringConvertible>(_ name: String) throws(FileFormatError) -> Value {
            guard let text = metadata[Self.prefix + name] else {
                throw unusable("has no '\(Self.prefix + name)'; it cannot be continued")
            }
            guard let value = Value(text) else {
                throw unusable("'\(Self.prefix + name)' is '\(text)'")
            }
            return value
        }
        self.init()
        epoch = try value("epoch")
        batch = try value("batch")
        step = try value("step")
        sums.loss = try value("loss_sum")
        sums.correct = try value("correct")
        sums.samples = try value("samples")
        sums.seconds = try value("seconds")
        sums.waitSeconds = try value("wait_seconds")
        if metadata[Self.prefix + "exchange_seconds"] != nil { sums.exchangeSeconds = try value("exchange_seconds") }
        if metadata[Self.prefix + "best_epoch"] != nil {
            let key = ["best_test_accuracy", "best_val_accuracy"].first { metadata[Self.prefix + $0] != nil }
            best = BestEpoch(
                epoch: try value("best_epoch"),
                accuracy: try value(key ?? "best_test_accuracy")
            )
        }
        if metadata[Self.prefix + "surrogate_epoch"] != nil {
            surrogate = SurrogateChoice(
                epoch: try value("surrogate_epoch"),
                temperature: try value("surrogate_temperature")
            )
        }
        if let surrogate, !(surrogate.temperature > 0 && surrogate.temperature.isFinite) {
            throw unusable("'\(Self.prefix)surrogate_temperature' is '\(surrogate.temperature)'")
        }
        if let text = metadata[Self.prefix + "gradient_norms"] {
            gradientNorms = text.split(separator: " ").map { Float($0) }
        }
        if let line = metadata[Self.prefix + "record"] {
            guard let record = EpochRecord.parse(line: line) else {
                throw unusable("'\(Self.prefix)record' is '\(line)'")
            }
            self.record = record
        }
        guard epoch >= 0, batch >= 0, step >= 0, sums.loss.isFinite, sums.seconds.isFinite,
            sums.waitSeconds.isFinite, sums.exchangeSeconds.isFinite, (best?.accuracy ?? 0).isFinite
        else {
            throw unusable("its counters are negative or its sums are not finite")
        }
    }
}
