import Foundation

/// Several runs on one page.
struct ComparisonPage {
    let runs: [RunContents]

    /// A name for each run, unlike the others': the folder's own, with as much of its path as that takes.
    static func names(_ folders: [String]) -> [String] {
        let parts = folders.map { $0.split(separator: "/").map(String.init) }
        let longest = max(parts.map(\.count).max() ?? 1, 1)
        for count in 1...longest {
            let names = parts.map { $0.suffix(count).joined(separator: "/") }
            if Set(names).count == Set(folders).count { return names }
        }
        return folders
    }

    private var names: [String] { Self.names(runs.map(\.folder)) }

    /// The page as it is written.
    func document(written: Date) -> [UInt8] {
        let title = "\(runs.count) runs compared"
        return Page.document(
            title: title,
            header: [
                .element("h1", text: title),
                .element("p", ["class": "path"], text: names.joined(separator: " · ")),
                Page.notes(zip(names, runs).flatMap { name, run in run.notes.map { "\(name): \($0)" } }),
            ],
            body: [
                Page.section("Results", [results]),
                Page.section("Learning", [Page.cards([accuracy, accuracyByTime, loss])]),
                Page.section("Speed and blocks", [Page.cards([throughput, rates, gradients])]),
                settings,
            ],
            written: written
        )
    }

    // MARK: Tables

    private var results: Markup {
        // A phone shows the first few columns.
        let columns = [
            "run", "best accuracy", "after epoch", "last accuracy", "epochs", "status", "training time", "images/s",
            "parameters",
        ]
        let best = runs.compactMap { $0.bestEpoch?.accuracy }.max()
        let rows = zip(names, runs).enumerated().map { index, pair -> Markup in
            let (name, run) = pair
            let isBest = best != nil && run.bestEpoch?.accuracy == best
            let cells = [
                NumberText.percent(run.bestEpoch?.accuracy),
                run.bestEpoch.map { "\($0.epoch)" } ?? NumberText.unknown, NumberText.percent(run.lastAccuracy),
                "\(run.epochs.last?.epoch ?? 0)", run.status.text,
                NumberText.duration(run.trainingSeconds), NumberText.short(run.meanRate),
                NumberText.count(run.parameters),
            ]
            let look = Self.look(index)
            let head = Markup.element(
                "th",
                ["scope": "row"],
                [
                    .element(
                        "span",
                        ["class": "swatch c\(look.colour % Palette.series.count) \(look.stroke.rawValue)"]
                    ), .text(name),
                ]
            )
            return .element(
                "tr",
                [:],
                [head]
                    + cells.enumerated().map { column, cell in
                        let classes = column == 4 ? "apart" : column == 0 && isBest ? "number best" : "number"
                        return .element("td", ["class": classes], text: cell)
                    }
            )
        }
        let heads = columns.enumerated().map { index, name in
            let classes = index == 0 ? "first" : index == 5 ? "apart" : "number"
            return Markup.element("th", ["scope": "col", "class": classes], text: name)
        }
        return .element(
            "div",
            ["class": "panel scroll results"],
            [
                .element(
                    "table",
                    [:],
                    [.element("thead", [:], [.element("tr", [:], heads)]), .element("tbody", [:], rows)]
                )
            ]
        )
    }

    /// What was set differently, and below it what was the same.
    private var settings: Markup {
        let settings = runs.map { run in
            (run.options + run.circumstances.map { ($0.name, $0.value) })
                .reduce(into: [String: String]()) { $0[$1.name] = $1.value }
        }
        let keys = Set(settings.flatMap(\.keys)).sorted()
        let differing = keys.filter { key in Set(settings.map { $0[key] }).count > 1 }
        let same = keys.filter { !differing.contains($0) }
        var parts: [Markup] = []
        if differing.isEmpty {
            parts.append(.element("div", ["class": "empty"], text: "All settings are the same."))
        } else {
            parts.append(.element("div", ["class": "panel scroll"], [table(differing, settings)]))
        }
        if !same.isEmpty {
            let pairs = same.map { (name: $0, value: settings.first?[$0] ?? NumberText.unknown) }
            parts.append(Page.details("Settings that are the same", Page.pairs(pairs)))
        }
        return Page.section("Settings that differ", parts)
    }

    private func table(_ keys: [String], _ settings: [[String: String]]) -> Markup {
        let heads = ([""] + names).map { Markup.element("th", ["scope": "col"], text: $0) }
        let rows = keys.map { key in
            let values = settings.map { $0[key] ?? NumberText.unknown }
            let common = Self.mostCommon(values)
            return Markup.element(
                "tr",
                [:],
                [.element("th", ["scope": "row"], text: key)]
                    + values.map { value in
                        .element("td", ["class": value == common ? "value" : "value differs"], text: value)
                    }
            )
        }
        return .element(
            "table",
            [:],
            [.element("thead", [:], [.element("tr", [:], heads)]), .element("tbody", [:], rows)]
        )
    }

    /// What more than half of the runs have, if anything.
    private static func mostCommon(_ values: [String]) -> String? {
        Dictionary(grouping: values) { $0 }.first { $0.value.count * 2 > values.count }?.key
    }

    // MARK: Charts

    /// Colour and stroke of a run: after the colours are used up, the strokes change.
    static func look(_ index: Int) -> (colour: Int, stroke: LineChart.Stroke) {
        let strokes = LineChart.Stroke.allCases
        return (index, strokes[(index + index / Palette.series.count) % strokes.count])
    }

    private func series(_ points: (RunContents) -> [(x: Double, y: Double?)]) -> [LineChart.Series] {
        zip(names, runs).enumerated().compactMap { index, pair in
            let look = Self.look(index)
            let line = LineChart.Series(
                name: pair.0,
                points: points(pair.1),
                colour: look.colour,
                stroke: look.stroke
            )
            return line.points.contains { $0.y?.isFinite ?? false } ? line : nil
        }
    }

    private func byEpoch(_ value: @escaping (EpochLine) -> Double?) -> [LineChart.Series] {
        series { run in run.epochs.map { (Double($0.epoch), value($0)) } }
    }

    private func figure(
        _ title: String,
        unit: String,
        _ series: [LineChart.Series],
        xLabel: String,
        xScale: ([Double]) -> AxisScale,
        yScale: ([Double]) -> AxisScale,
        isPercent: Bool = false,
        identifier: String,
        absent: String
    ) -> Markup {
        guard !series.isEmpty else { return Page.empty(title, absent) }
        let chart = LineChart(
            title: title,
            description: "\(title) of \(series.map(\.name).joined(separator: ", ")).",
            xLabel: xLabel,
            xScale: xScale(series.flatMap { $0.points.map(\.x) }),
            yScale: yScale(series.flatMap { $0.points.compactMap(\.y) }.filter(\.isFinite)),
            series: series,
            identifier: identifier,
            isPercent: isPercent
        )
        return Page.figure(
            title,
            unit: unit,
            chart: chart.markup,
            remark: Self.lastValues(series, isPercent: isPercent)
        )
    }

    /// Where the lines end, of a few.
    private static func lastValues(_ series: [LineChart.Series], isPercent: Bool) -> String {
        let ends = series.prefix(4).map { line in
            let last = line.points.last { $0.y?.isFinite ?? false }?.y
            return "\(line.name) \(isPercent ? NumberText.percent(last) : NumberText.short(last))"
        }
        return "Last: \(ends.joined(separator: ", "))\(series.count > 4 ? ", …" : ".")"
    }

    /// What epochs were evaluated on, where that is the same for all runs.
    private var split: String {
        let splits = Set(runs.map(\.evaluatedSplit))
        return splits.count == 1 ? (splits.first ?? "").capitalized : "Evaluation"
    }

    private var accuracy: Markup {
        figure(
            "\(split) accuracy",
            unit: "by epoch",
            byEpoch(\.evaluationAccuracy),
            xLabel: "epoch",
            xScale: { .whole($0) },
            yScale: { .linear($0, atMost: 1, isPercent: true) },
            isPercent: true,
            identifier: "accuracy",
            absent: "No run has finished an epoch."
        )
    }

    private var loss: Markup {
        figure(
            "\(split) loss",
            unit: "mean cross-entropy by epoch",
            byEpoch(\.evaluationLoss),
            xLabel: "epoch",
            xScale: { .whole($0) },
            yScale: AxisScale.fitting,
            identifier: "loss",
            absent: "No run has finished an epoch."
        )
    }

    private var throughput: Markup {
        figure(
            "Throughput",
            unit: "images a second, of the training steps",
            byEpoch(\.imagesPerSecond),
            xLabel: "epoch",
            xScale: { .whole($0) },
            yScale: { .linear($0, startsAtZero: true) },
            identifier: "throughput",
            absent: "No run has finished an epoch."
        )
    }

    /// Seconds, minutes or hours, whichever gives numbers that are easy to read.
    private var timeUnit: (name: String, seconds: Double) {
        let longest = runs.compactMap(\.trainingSeconds).max() ?? 0
        return longest > 7200 ? ("hours", 3600) : longest > 120 ? ("minutes", 60) : ("seconds", 1)
    }

    private var accuracyByTime: Markup {
        let unit = timeUnit
        let lines = series { run in
            var passed = 0.0
            return run.epochs.map { line in
                passed += line.seconds.flatMap { $0.isFinite ? $0 : nil } ?? 0
                return (passed / unit.seconds, line.evaluationAccuracy)
            }
        }
        return figure(
            "\(split) accuracy by time",
            unit: "\(unit.name) of training, evaluation and compilation apart",
            lines,
            xLabel: unit.name,
            xScale: { .linear($0, startsAtZero: true) },
            yScale: { .linear($0, atMost: 1, isPercent: true) },
            isPercent: true,
            identifier: "time",
            absent: "No run has finished an epoch."
        )
    }

    private func byBlock(_ value: @escaping (BlocksLine.Block) -> Double?) -> [LineChart.Series] {
        series { run in
            guard let blocks = run.blocks.last?.blocks else { return [] }
            let first = blocks.first?.name == "stem" ? 0 : 1
            return blocks.enumerated().map { (Double($0.offset + first), value($0.element)) }
        }
    }

    private var rates: Markup {
        figure(
            "Firing rate by block",
            unit: "of each block's output X′, last epoch",
            byBlock(\.outputRate),
            xLabel: "block",
            xScale: { .whole($0, zeroLabel: "stem") },
            yScale: { .linear($0, startsAtZero: true) },
            identifier: "rates",
            absent: "No run has a blocks.jsonl with firing rates."
        )
    }

    private var gradients: Markup {
        figure(
            "Gradient norm by block",
            unit: "L2 norm of ∂L/∂X′, last epoch, logarithmic",
            byBlock(\.gradientNorm),
            xLabel: "block",
            xScale: { .whole($0, zeroLabel: "stem") },
            yScale: AxisScale.logarithmic,
            identifier: "gradients",
            absent: "No run has a blocks.jsonl with gradient norms."
        )
    }
}
