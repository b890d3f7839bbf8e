import LSNFileFormats
import LSNTensors
import LSNTraining

/// An evaluation as `--json` prints it.
struct EvaluationReport: Encodable {
    let checkpoint: String
    let model: String
    let dataset: String
    let split: String
    /// How recordings were cut into frames.
    let framesBy: String?
    let classes: Int
    let classNames: [String]
    let device: String
    let deviceName: String
    /// How finely weights were rounded.
    let precision: Precision
    /// Those that were evaluated.
    let samples: Int
    /// Test files that cannot be read, and so were not.
    let leftOut: Int
    let badFiles: [BadFileReport]
    let correct: Int
    let accuracy: Double
    /// The share whose label is among the five largest logits.
    let accuracyTop5: Double?
    /// Of every class of the data.
    let classScores: [ClassReport]
    let loss: Double
    let seconds: Double
    let imagesPerSecond: Double
    /// Where the logits are, if they were asked for.
    let logits: String?

    /// For people.
    var text: String {
        var lines = [
            "\(model) from \(checkpoint) on \(dataset) (split \(split)\(framesBy.map { ", frames by \($0)" } ?? "")), \(deviceName)",
            "accuracy \(ProgressText.percent(accuracy)) (\(ProgressText.count(correct)) of "
                + "\(ProgressText.count(samples)))  loss \(ProgressText.decimal(loss, 4))"
                + "  \(ProgressText.rate(imagesPerSecond))",
        ]
        lines.insert("classes  \(ProgressText.classes(classNames))", at: 1)
        if classes > 5, let accuracyTop5 { lines.append("top-5    \(ProgressText.percent(accuracyTop5))") }
        if leftOut > 0 {
            lines.append(
                "left out \(ProgressText.count(leftOut)) of \(ProgressText.count(samples + leftOut)) test files, which "
                    + "cannot be read"
            )
        }
        if let logits {
            lines.append("logits in \(logits)")
        }
        return lines.map { $0 + "\n" }.joined() + table
    }

    /// Of a few classes, each in a line.
    private var table: String {
        guard classScores.count <= 20 else { return "" }
        var table = TextTable([
            ("label", .right), ("class", .left), ("samples", .right), ("accuracy", .right), ("taken for", .left),
        ])
        for score in classScores {
            let others = score.takenFor.prefix(3).map { taken in
                "\(name(taken.label)) \(ProgressText.percent(Double(taken.samples) / Double(score.samples), digits: 1))"
            }
            table.add([
                "\(score.label)", name(score.label), ProgressText.count(score.samples),
                score.accuracy.map { ProgressText.percent($0) } ?? "", others.joined(separator: ", "),
            ])
        }
        return table.text
    }

    private func name(_ label: Int) -> String {
        label < classNames.count ? PrintableText.name(classNames[label]) : "\(label)"
    }
}

/// How the samples of a class were classified.
struct ClassReport: Encodable {
    /// Samples that were taken for another class.
    struct Mistake: Encodable {
        let label: Int
        let samples: Int
    }

    let label: Int
    let name: String?
    let samples: Int
    let correct: Int
    /// None where there is no sample.
    let accuracy: Double?
    /// The most frequent first.
    let takenFor: [Mistake]

    /// A report of each class that the data have.
    static func list(_ scores: ClassScores?, names: [String]) -> [ClassReport] {
        guard let scores else { return [] }
        let labels = names.isEmpty ? scores.classes : min(names.count, scores.classes)
        return (0..<labels).map { label in
            let row = scores.confusion[label * scores.classes..<(label + 1) * scores.classes]
            let mistakes = row.enumerated().filter { $0.offset != label && $0.element > 0 }
                .map { Mistake(label: $0.offset, samples: $0.element) }
            return ClassReport(
                label: label,
                name: label < names.count ? names[label] : nil,
                samples: scores.samples(of: label),
                correct: scores.confusion[label * scores.classes + label],
                accuracy: scores.accuracy(of: label),
                takenFor: mistakes.sorted { ($1.samples, $0.label) < ($0.samples, $1.label) }
            )
        }
    }
}
