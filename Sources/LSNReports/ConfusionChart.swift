/// What samples of each class were taken for, as an inline SVG: a row a class, a column a class that it was taken for, each square
/// as dark as its share of the row.
struct ConfusionChart: Sendable {
    let confusion: ConfusionFile

    /// More classes are not drawn: squares would be too small to see.
    static let mostClasses = 30
    private static let width = LineChart.size.width
    /// Room for names, and for the columns' labels.
    private static let left = 110.0
    private static let top = 18.0

    /// The figure; a sentence where there are too many classes.
    var figure: Markup {
        let title = "Classes"
        guard confusion.rows.count <= Self.mostClasses else {
            return Page.empty(
                title,
                "Drawn for up to \(Self.mostClasses) classes; lsn eval --json has all \(confusion.rows.count)."
            )
        }
        let split = confusion.split ?? "evaluation"
        return Page.figure(
            title,
            unit: "rows: class of the \(split) split; columns: what its samples were taken for, share of the row",
            chart: chart(title),
            remark: remark
        )
    }

    private var remark: String {
        var mistakes: [(count: Int, label: Int, taken: Int)] = []
        for (label, row) in confusion.rows.enumerated() {
            for (taken, count) in row.enumerated() where taken != label && count > 0 {
                mistakes.append((count, label, taken))
            }
        }
        mistakes.sort { ($1.count, $0.label, $0.taken) < ($0.count, $1.label, $1.taken) }
        let epoch = confusion.epoch.map { "With the weights of epoch \($0). " } ?? ""
        guard !mistakes.isEmpty else { return epoch + "Every sample was classified rightly." }
        let list = mistakes.prefix(3).map { "\(name($0.label)) for \(name($0.taken)) (\($0.count))" }
        return epoch + "Most often taken: \(list.joined(separator: ", "))."
    }

    private func chart(_ title: String) -> Markup {
        let count = confusion.rows.count
        let cell = (Self.width - Self.left) / Double(count)
        let height = Self.top + cell * Double(count) + 2
        let text = NumberText.coordinate
        var parts: [Markup] = []
        for (label, row) in confusion.rows.enumerated() {
            let y = Self.top + cell * Double(label)
            let total = row.reduce(0, +)
            parts.append(
                .element(
                    "text",
                    ["class": "name", "x": "0", "y": text(y + cell / 2 + 4)],
                    text: shortened(name(label))
                )
            )
            parts.append(
                .element(
                    "text",
                    ["class": "name", "x": text(Self.left + cell * (Double(label) + 0.35)), "y": "12"],
                    text: "\(label)"
                )
            )
            for (taken, samples) in row.enumerated() {
                let share = total > 0 ? Double(samples) / Double(total) : 0
                let words =
                    "\(name(label)) taken for \(name(taken)): \(NumberText.count(samples)) of \(NumberText.count(total)), "
                    + NumberText.percent(share)
                parts.append(
                    .element(
                        "rect",
                        [
                            "x": text(Self.left + cell * Double(taken)), "y": text(y),
                            "width": text(max(cell - 1, 0.5)),
                            "height": text(max(cell - 1, 0.5)),
                            // A few samples of many are to be seen, too.
                            "style":
                                "fill:var(--c\(taken == label ? 0 : 1));fill-opacity:\(text(samples > 0 ? 0.08 + 0.92 * share : 0.03))",
                        ],
                        [.element("title", text: words)]
                    )
                )
            }
        }
        return .element(
            "svg",
            [
                "class": "chart", "viewBox": "0 0 \(Int(Self.width)) \(Int(height.rounded(.up)))", "role": "img",
                "aria-labelledby": "confusion-title confusion-description",
            ],
            [
                .element("title", ["id": "confusion-title"], text: title),
                .element("desc", ["id": "confusion-description"], text: remark),
            ] + parts
        )
    }

    private func name(_ label: Int) -> String {
        let names = confusion.classNames ?? []
        return label < names.count ? names[label] : "\(label)"
    }

    /// A name with its label, as much of it as there is room for.
    private func shortened(_ name: String) -> String {
        let room = Int((Self.left - 8) / LineChart.width("m"))
        return name.count <= room ? name : name.prefix(max(room - 1, 1)) + "…"
    }
}
