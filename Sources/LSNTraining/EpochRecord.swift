import Foundation

/// What an epoch is evaluated on.
public enum EvaluatedSplit: String, Codable, Sendable {
    /// The test split.
    case test
    /// The part of the training split that `--val-split` keeps from training.
    case validation
}

/// One line of `metrics.jsonl`: an epoch, or the part of one that `--max-steps` allowed.
public struct EpochRecord: Codable, Hashable, Sendable {
    /// 1 for the first epoch.
    public var epoch: Int
    /// Steps of the whole run so far.
    public var step: Int
    /// Of this epoch.
    public var learningRate: Double
    /// Mean over the epoch's samples, each with the parameters of its step.
    public var trainLoss: Double
    /// Share of the epoch's samples that were classified rightly, each with the parameters of its step.
    public var trainAccuracy: Double
    /// What the next three are of: in the file their names say so.
    public var evaluated = EvaluatedSplit.test
    /// Mean cross-entropy over the split that is evaluated at the epoch's end.
    public var evaluationLoss: Double
    /// Share of that split that is classified rightly at the epoch's end, files that cannot be read left out.
    public var evaluationAccuracy: Double
    /// As ``evaluationLoss``, of the parameters as they are, where their averages are evaluated (`--ema`); nil: they are themselves.
    public var unaveragedLoss: Double?
    /// As ``evaluationAccuracy``, likewise.
    public var unaveragedAccuracy: Double?
    /// Samples of that split that were evaluated; nil where all were.
    public var evaluatedSamples: Int?
    /// Training samples a second.
    public var imagesPerSecond: Double
    /// Of the training steps; building kernels and evaluation apart.
    public var seconds: Double
    /// Of the evaluation.
    public var evaluationSeconds: Double
    /// Of the training steps' ``seconds``, those in which the device waited for samples; nil where all of them are in
    /// memory.
    public var dataWaitSeconds: Double?
    /// Of the training steps' ``seconds``, those in which words of other ranks were waited for; nil in runs of one process.
    public var exchangeSeconds: Double?
    /// Dspike's temperature in this epoch, where it is looked for.
    public var surrogateTemperature: Float?

    /// Share of the training steps in which words of other ranks were waited for; nil in runs of one process.
    public var exchangeShare: Double? { exchangeSeconds.map { seconds > 0 ? $0 / seconds : 0 } }

    /// Names in the file.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case epoch
        case step
        case learningRate = "learning_rate"
        case trainLoss = "train_loss"
        case trainAccuracy = "train_accuracy"
        case testLoss = "test_loss"
        case testAccuracy = "test_accuracy"
        case testSamples = "test_samples"
        case valLoss = "val_loss"
        case valAccuracy = "val_accuracy"
        case valSamples = "val_samples"
        case unaveragedLoss = "unaveraged_loss"
        case unaveragedAccuracy = "unaveraged_accuracy"
        case imagesPerSecond = "images_per_second"
        case seconds
        case evaluationSeconds = "evaluation_seconds"
        case dataWaitSeconds = "data_wait_seconds"
        case exchangeSeconds = "exchange_seconds"
        case surrogateTemperature = "surrogate_temperature"
    }

    /// The names of what was evaluated.
    private static func keys(
        _ split: EvaluatedSplit
    ) -> (loss: CodingKeys, accuracy: CodingKeys, samples: CodingKeys) {
        switch split {
        case .test: (.testLoss, .testAccuracy, .testSamples)
        case .validation: (.valLoss, .valAccuracy, .valSamples)
        }
    }

    /// The record as one line of JSON, keys in the order in which they are read, without the line's end.
    public var line: String {
        let keys = Self.keys(evaluated)
        var values: [(CodingKeys, String)] = [
            (.epoch, "\(epoch)"), (.step, "\(step)"), (.learningRate, "\(learningRate)"),
            (.trainLoss, "\(trainLoss)"), (.trainAccuracy, "\(trainAccuracy)"),
            (keys.loss, "\(evaluationLoss)"), (keys.accuracy, "\(evaluationAccuracy)"),
            (.imagesPerSecond, "\(imagesPerSecond)"), (.seconds, "\(seconds)"),
            (.evaluationSeconds, "\(evaluationSeconds)"),
        ]
        if let unaveragedLoss { values.append((.unaveragedLoss, "\(unaveragedLoss)")) }
        if let unaveragedAccuracy { values.append((.unaveragedAccuracy, "\(unaveragedAccuracy)")) }
        if let evaluatedSamples { values.append((keys.samples, "\(evaluatedSamples)")) }
        if let dataWaitSeconds { values.append((.dataWaitSeconds, "\(dataWaitSeconds)")) }
        if let exchangeSeconds { values.append((.exchangeSeconds, "\(exchangeSeconds)")) }
        if let surrogateTemperature { values.append((.surrogateTemperature, "\(surrogateTemperature)")) }
        return "{" + values.map { "\"\($0.0.rawValue)\": \($0.1)" }.joined(separator: ", ") + "}"
    }

    /// The record that a line holds, or nil for anything else, such as a line that was cut off.
    public static func parse(line: String) -> EpochRecord? {
        try? JSONDecoder().decode(EpochRecord.self, from: Data(line.utf8))
    }
}

extension EpochRecord {
    /// Reads what `encode(to:)` writes.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        evaluated = values.contains(.valAccuracy) ? .validation : .test
        let keys = Self.keys(evaluated)
        epoch = try values.decode(Int.self, forKey: .epoch)
        step = try values.decode(Int.self, forKey: .step)
        learningRate = try values.decode(Double.self, forKey: .learningRate)
        trainLoss = try values.decode(Double.self, forKey: .trainLoss)
        trainAccuracy = try values.decode(Double.self, forKey: .trainAccuracy)
        evaluationLoss = try values.decode(Double.self, forKey: keys.loss)
        evaluationAccuracy = try values.decode(Double.self, forKey: keys.accuracy)
        unaveragedLoss = try values.decodeIfPresent(Double.self, forKey: .unaveragedLoss)
        unaveragedAccuracy = try values.decodeIfPresent(Double.self, forKey: .unaveragedAccuracy)
        evaluatedSamples = try values.decodeIfPresent(Int.self, forKey: keys.samples)
        imagesPerSecond = try values.decode(Double.self, forKey: .imagesPerSecond)
        seconds = try values.decode(Double.self, forKey: .seconds)
        evaluationSeconds = try values.decode(Double.self, forKey: .evaluationSeconds)
        dataWaitSeconds = try values.decodeIfPresent(Double.self, forKey: .dataWaitSeconds)
        surrogateTemperature = try values.decodeIfPresent(Float.self, forKey: .surrogateTemperature)
    }

    /// Under the names of a line of `metrics.jsonl`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        let keys = Self.keys(evaluated)
        try values.encode(epoch, forKey: .epoch)
        try values.encode(step, forKey: .step)
        try values.encode(learningRate, forKey: .learningRate)
        try values.encode(trainLoss, forKey: .trainLoss)
        try values.encode(trainAccuracy, forKey: .trainAccuracy)
        try values.encode(evaluationLoss, forKey: keys.loss)
        try values.encode(evaluationAccuracy, forKey: keys.accuracy)
        try values.encodeIfPresent(unaveragedLoss, forKey: .unaveragedLoss)
        try values.encodeIfPresent(unaveragedAccuracy, forKey: .unaveragedAccuracy)
        try values.encodeIfPresent(evaluatedSamples, forKey: keys.samples)
        try values.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try values.encode(seconds, forKey: .seconds)
        try values.encode(evaluationSeconds, forKey: .evaluationSeconds)
        try values.encodeIfPresent(dataWaitSeconds, forKey: .dataWaitSeconds)
        try values.encodeIfPresent(surrogateTemperature, forKey: .surrogateTemperature)
    }
}
