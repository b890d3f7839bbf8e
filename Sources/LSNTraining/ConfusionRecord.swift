/// How the samples of each class were classified when a run was evaluated last: `confusion.json`.
public struct ConfusionRecord: Codable, Hashable, Sendable {
    /// What was evaluated.
    public var split: EvaluatedSplit
    /// With the weights of this epoch.
    public var epoch: Int
    /// By label.
    public var classNames: [String]
    /// Samples by their label (rows) and by the class that they were taken for (columns).
    public var rows: [[Int]]

    /// Of more classes there is no file: nobody looks at such a picture, and it would be large.
    public static let mostClasses = 100

    /// Of an evaluation that told classes apart.
    init(_ scores: ClassScores, split: EvaluatedSplit, epoch: Int, classNames: [String]) {
        self.split = split
        self.epoch = epoch
        self.classNames = classNames
        rows = (0..<scores.classes).map { label in
            Array(scores.confusion[label * scores.classes..<(label + 1) * scores.classes])
        }
    }

    /// Names in the file.
    public enum CodingKeys: String, CodingKey {
        case split
        case epoch
        case classNames = "class_names"
        case rows
    }
}
