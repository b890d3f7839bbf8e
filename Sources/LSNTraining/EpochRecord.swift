import Foundation

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
    /// Mean cross-entropy over the test split at the epoch's end.
    public var testLoss: Double
    /// Share of the test split that is classified rightly at the epoch's end, files that cannot be read left out.
    public var testAccuracy: Double
    /// Samples of the test split that were evaluated; nil where all were.
    public var testSamples: Int?
    /// Training samples a second.
    public var imagesPerSecond: Double
    /// Of the training steps; building kernels and evaluation apart.
    public var seconds: Double
    /// Of the evaluation.
    public var evaluationSeconds: Double
    /// Of the training steps' ``seconds``, those in which the device waited for samples; nil where all of them are in
    /// memory.
    public var dataWaitSeconds: Double?
    /// Dspike's temperature in this epoch, where it is looked for.
    public var surrogateTemperature: Float?

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
        case imagesPerSecond = "images_per_second"
        case seconds
        case evaluationSeconds = "evaluation_seconds"
        case dataWaitSeconds = "data_wait_seconds"
        case surrogateTemperature = "surrogate_temperature"
    }

    /// The record as one line of JSON, keys in the order in which they are read, without the line's end.
    public var line: String {
        var values: [(CodingKeys, String)] = [
            (.epoch, "\(epoch)"), (.step, "\(step)"), (.learningRate, "\(learningRate)"),
            (.trainLoss, "\(trainLoss)"), (.trainAccuracy, "\(trainAccuracy)"),
            (.testLoss, "\(testLoss)"), (.testAccuracy, "\(testAccuracy)"),
            (.imagesPerSecond, "\(imagesPerSecond)"), (.seconds, "\(seconds)"),
            (.evaluationSeconds, "\(evaluationSeconds)"),
        ]
        if let testSamples { values.append((.testSamples, "\(testSamples)")) }
        if let dataWaitSeconds { values.append((.dataWaitSeconds, "\(dataWaitSeconds)")) }
        if let surrogateTemperature { values.append((.surrogateTemperature, "\(surrogateTemperature)")) }
        return "{" + values.map { "\"\($0.0.rawValue)\": \($0.1)" }.joined(separator: ", ") + "}"
    }

    /// The record that a line holds, or nil for anything else, such as a line that was cut off.
    public static func parse(line: String) -> EpochRecord? {
        try? JSONDecoder().decode(EpochRecord.self, from: Data(line.utf8))
    }
}
