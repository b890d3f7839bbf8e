import LSNFileFormats
import LSNTraining

/// What a run comes to, in the terms of a headline.
extension RunContents {
    /// The run's folder without what leads to it.
    package var name: String {
        folder.split(separator: "/").last.map(String.init) ?? folder
    }

    /// The network's name in `config.json`.
    package var model: String? { option("name", in: "network")?.string ?? configuration["model"]?.string }

    /// `dataset` of `config.json`.
    package var dataset: String? { option("dataset", in: "data")?.string }

    /// Epochs that `metrics.jsonl` has.
    package var epochsDone: Int { epochs.count }

    /// Whether epochs were evaluated on a part of the training split, and the test split is scored once.
    package var validates: Bool {
        option("val_split", in: "data") != nil || epochs.contains { $0.valAccuracy != nil }
    }

    /// What epochs were evaluated on: `validation` or `test`.
    package var evaluatedSplit: String { (validates ? EvaluatedSplit.validation : .test).rawValue }

    /// Accuracy of the last epoch on the split that was evaluated.
    package var lastAccuracy: Double? { epochs.last?.evaluationAccuracy }

    /// The highest accuracy on the split that was evaluated, and the earliest epoch that has it.
    package var bestEpoch: (epoch: Int, accuracy: Double)? {
        best.flatMap { line in line.evaluationAccuracy.map { (line.epoch, $0) } }
    }

    /// The test split's accuracy with the weights that the validation split chose; nil where it was not scored so.
    package var testAccuracy: Double? { test?.accuracy }

    /// The epoch with the highest accuracy on the split that was evaluated, the earliest of equals.
    var best: EpochLine? {
        var best: EpochLine?
        for line in epochs {
            guard let accuracy = line.evaluationAccuracy, accuracy.isFinite else { continue }
            if accuracy > best?.evaluationAccuracy ?? -.infinity { best = line }
        }
        return best
    }

    /// Seconds of all training steps; nil before the first epoch.
    package var trainingSeconds: Double? { sum(epochs.compactMap(\.seconds)) }

    /// Seconds of all evaluations.
    var evaluationSeconds: Double? { sum(epochs.compactMap(\.evaluationSeconds)) }

    /// Training samples a second over all epochs.
    package var meanRate: Double? {
        let timed = epochs.compactMap { line in
            line.seconds.flatMap { seconds in line.imagesPerSecond.map { (seconds: seconds, images: seconds * $0) } }
        }
        guard let seconds = sum(timed.map(\.seconds)), let images = sum(timed.map(\.images)), seconds > 0 else {
            return nil
        }
        return images / seconds
    }

    /// Trained values.
    package var parameters: Int? { size?["parameters"]?.integer }

    private func sum(_ values: [Double]) -> Double? {
        let usable = values.filter(\.isFinite)
        return usable.isEmpty ? nil : usable.reduce(0, +)
    }

    /// What stands beside the options in `config.json`.
    private static let records: Set<String> = ["version", "machine", "network", "data_set", "continued", "size"]

    /// Every option, by name. Runs of earlier versions have all of them at the top.
    var options: [(name: String, value: String)] {
        guard case .object(let members) = configuration else { return [] }
        var options: [String: String] = [:]
        for (name, value) in members where !Self.records.contains(name) {
            if case .object(let section) = value {
                for (name, value) in section { options[name] = value.shown }
            } else {
                options[name] = value.shown
            }
        }
        return options.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// An option, in the section that has it or at the top.
    func option(_ name: String, in section: String) -> JSONValue? {
        configuration[section]?[name] ?? configuration[name]
    }

    /// The network in numbers.
    var size: JSONValue? { configuration["size"] ?? configuration["network"] }

    /// Where and with what the run was made.
    var circumstances: [(name: String, value: String)] {
        let machine = configuration["machine"]
        let data = configuration["data_set"]
        var pairs: [(String, JSONValue?)] = [
            ("program", configuration["version"].map { .text("lsn \($0.shown)") }),
            ("device", machine?["name"]), ("--device", machine?["device"]), ("driver", machine?["driver"]),
            ("numerics", machine?["numerics"]), ("precision", machine?["precision"]),
            ("seed", option("seed", in: "run")), ("dataset", option("dataset", in: "data")),
            ("data source", data?["source"]), ("split", data?["split"]), ("samples are", data?["form"]),
            ("training samples", data?["train_samples"]), ("validation samples", data?["val_samples"]),
            ("test samples", data?["test_samples"]),
            ("fingerprint of the data", data?["fingerprint"]),
        ]
        for continuation in configuration["continued"]?.elements ?? [] {
            let parts = [
                continuation["step"].map { "after step \($0.shown)" },
                continuation["version"].map { "by lsn \($0.shown)" },
                continuation["machine"]?["name"].map { "on \($0.shown)" },
                continuation["machine"]?["driver"].map(\.shown),
            ]
            pairs.append(("continued", .text(parts.compactMap { $0 }.joined(separator: ", "))))
        }
        return pairs.compactMap { name, value in value.map { (name, $0.shown) } }
    }

    /// The network in numbers.
    var networkFacts: [(name: String, value: String)] {
        guard case .object(let members)? = configuration["network"] else { return [] }
        var facts = members
        if case .object(let numbers)? = configuration["size"] { facts.merge(numbers) { $1 } }
        return facts.sorted { $0.key < $1.key }.map { key, value in
            (key.replacing("_", with: " "), value.integer.map { NumberText.count($0) } ?? value.shown)
        }
    }
}
