import Foundation

/// What the best epoch's model comes to on the test split, which no choice was made on: `test.json` of a run with `--val-split`.
public struct TestScore: Codable, Hashable, Sendable {
    /// The epoch, chosen on the validation split.
    public var epoch: Int
    /// The accuracy there that it was chosen for.
    public var valAccuracy: Double
    /// Share of the test split that is classified rightly, files that cannot be read left out.
    public var accuracy: Double
    /// Mean cross-entropy over the test split.
    public var loss: Double
    /// Samples that were evaluated.
    public var samples: Int
    /// Of the evaluation.
    public var seconds: Double

    /// Names in the file.
    public enum CodingKeys: String, CodingKey {
        case epoch
        case valAccuracy = "val_accuracy"
        case accuracy
        case loss
        case samples
        case seconds
    }
}
