import LSNFileFormats
import LSNTraining

/// Which sample of which file.
struct SamplePlace {
    let file: String
    /// Of an array of several, counted from 0; nil where the file is one sample.
    let sample: Int?

    /// For people and for fields.
    var text: String { file + (sample.map { "[\($0)]" } ?? "") }
}

/// A sample's most probable classes, as `--json` prints them.
struct PredictionReport: Encodable {
    /// A class.
    struct Prediction: Encodable {
        let label: Int
        /// Where names are known.
        let name: String?
        let probability: Float
    }

    let file: String
    let sample: Int?
    /// The most probable first; of equal ones the lower label.
    let predictions: [Prediction]

    /// The `count` most probable classes.
    init(_ place: SamplePlace, _ probabilities: [Float], names: [String], count: Int) {
        file = place.file
        sample = place.sample
        let order = probabilities.indices.sorted { a, b in
            (probabilities[b], a) < (probabilities[a], b)
        }
        predictions = order.prefix(count).map { label in
            Prediction(
                label: label,
                name: label < names.count ? names[label] : nil,
                probability: probabilities[label]
            )
        }
    }
}

/// Prints predictions as they come, or, where they are to line up, all of them at the end.
final class PredictionPrinter {
    /// How predictions are printed.
    enum Form {
        case table, lines, json
    }

    private let classNames: [String]
    private let count: Int
    private let form: Form
    private var rows: [PredictionReport] = []

    /// - Parameters:
    ///   - classNames: by label; none where they are not known.
    ///   - count: classes of each sample.
    ///   - form: how they are printed.
    init(classNames: [String], count: Int, form: Form) {
        self.classNames = classNames
        self.count = count
        self.form = form
    }

    /// Whether ``show(_:_:)`` prints.
    var isImmediate: Bool { form != .table }

    /// A sample, and the probability of every class.
    func show(_ place: SamplePlace, _ probabilities: [Float]) throws {
        let report = PredictionReport(place, probabilities, names: classNames, count: count)
        switch form {
        case .table: rows.append(report)
        case .json: try JSONOutput.printLine(report)
        case .lines:
            let fields = report.predictions.flatMap { [name(of: $0), "\($0.probability)"] }
            let place = PrintableText.field(place.text)
            Terminal.write(([place] + fields.map(PrintableText.field)).joined(separator: "\t") + "\n")
        }
    }

    /// Prints what was kept.
    func end() {
        guard form == .table, !rows.isEmpty else { return }
        var table = TextTable([("file", .left), ("class", .left), ("probability", .right), ("then", .left)])
        for row in rows {
            guard let first = row.predictions.first else { continue }
            let others = row.predictions.dropFirst().map { other in
                "\(PrintableText.name(name(of: other))) \(percent(other))"
            }
            table.add([
                PrintableText.name(SamplePlace(file: row.file, sample: row.sample).text),
                PrintableText.name(name(of: first)), percent(first), others.joined(separator: ", "),
            ])
        }
        Terminal.write(table.text)
    }

    private func name(of prediction: PredictionReport.Prediction) -> String {
        prediction.name ?? "\(prediction.label)"
    }

    private func percent(_ prediction: PredictionReport.Prediction) -> String {
        ProgressText.percent(Double(prediction.probability), digits: 1)
    }
}
