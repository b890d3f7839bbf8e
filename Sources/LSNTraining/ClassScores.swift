/// How samples of each class were classified, by the mean of the logits over time; of equal means the first counts.
public struct ClassScores: Hashable, Sendable {
    /// Logits of a sample.
    public let classes: Int
    /// Samples by their label (rows) and by the class that they were taken for (columns), `[classes][classes]`.
    public private(set) var confusion: [Int]
    /// Samples whose label is among the five largest means.
    public private(set) var amongFive = 0

    /// Of no sample yet.
    public init(classes: Int) {
        self.classes = classes
        confusion = [Int](repeating: 0, count: classes * classes)
    }

    /// Counts a batch.
    ///
    /// - Parameters:
    ///   - logits: `[T][N][classes]`.
    ///   - labels: of the N samples, below ``classes``.
    mutating func add(logits: [Float], labels: [UInt32]) {
        for (sample, label) in labels.enumerated() {
            let means = Self.means(logits: logits, sample: sample, samples: labels.count, classes: classes)
            let label = Int(label)
            let before = means.indices.count { k in
                means[k] > means[label] || (means[k] == means[label] && k < label)
            }
            amongFive += before < 5 ? 1 : 0
            let largest = means.indices.reduce(0) { means[$1] > means[$0] ? $1 : $0 }
            confusion[label * classes + largest] += 1
        }
    }

    /// The mean over time of a sample's logits, in the order of the loss, so that the same samples count as right.
    ///
    /// - Parameters:
    ///   - logits: `[T][N][classes]`.
    ///   - sample: below `samples`.
    ///   - samples: N.
    ///   - classes: of each.
    static func means(logits: [Float], sample: Int, samples: Int, classes: Int) -> [Float] {
        let size = samples * classes
        return (0..<classes).map { k in
            stride(from: sample * classes + k, to: logits.count, by: size).reduce(Float(0)) { $0 + logits[$1] }
                / Float(logits.count / size)
        }
    }

    /// Samples of a label.
    public func samples(of label: Int) -> Int { confusion[label * classes..<(label + 1) * classes].reduce(0, +) }

    /// The share of a label's samples that were classified rightly; nil where there is no sample.
    public func accuracy(of label: Int) -> Double? {
        let count = samples(of: label)
        return count > 0 ? Double(confusion[label * classes + label]) / Double(count) : nil
    }

    /// Samples that were classified rightly.
    public var correct: Int { (0..<classes).reduce(0) { $0 + confusion[$1 * classes + $1] } }
}
