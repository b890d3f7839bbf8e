/// Bars beside each other's names, as an inline SVG: for parts of a whole.
struct BarChart: Sendable {
    /// A bar.
    struct Bar: Sendable {
        let name: String
        let value: Double
        /// The value as it is written.
        let label: String
        /// Number of the colour in the palette.
        var colour = 0
    }

    var title: String
    var description: String
    var bars: [Bar]
    /// Distinguishes the titles of the charts of a page.
    var identifier: String

    private static let width = LineChart.size.width
    private static let rowHeight = 33.0

    /// The drawing: a name and a value a row, and the bar below them.
    var markup: Markup {
        let height = Double(bars.count) * Self.rowHeight + 4
        let most = bars.map(\.value).filter(\.isFinite).max() ?? 0
        let text = NumberText.coordinate
        let rows = bars.enumerated().map { index, bar -> Markup in
            let top = Double(index) * Self.rowHeight
            let share = most > 0 && bar.value.isFinite ? max(bar.value, 0) / most : 0
            let room = Int((Self.width - LineChart.width(bar.label) - 16) / LineChart.width("m"))
            let name = bar.name.count <= room ? bar.name : bar.name.prefix(max(room - 1, 1)) + "…"
            return .sequence([
                .element("text", ["class": "name", "x": "0", "y": text(top + 15)], text: name),
                .element(
                    "text",
                    ["class": "value end", "x": text(Self.width), "y": text(top + 15)],
                    text: bar.label
                ),
                .element(
                    "rect",
                    ["class": "track", "x": "0", "y": text(top + 21), "width": text(Self.width), "height": "6"]
                ),
                .element(
                    "rect",
                    [
                        "class": "bar c\(bar.colour % Palette.series.count)", "x": "0", "y": text(top + 21),
                        "width": text(max(share * Self.width, bar.value > 0 ? 1 : 0)), "height": "6",
                    ]
                ),
            ])
        }
        return .element(
            "svg",
            [
                "class": "chart", "viewBox": "0 0 \(Int(Self.width)) \(Int(height))", "role": "img",
                "aria-labelledby": "\(identifier)-title \(identifier)-description",
            ],
            [
                .element("title", ["id": "\(identifier)-title"], text: title),
                .element("desc", ["id": "\(identifier)-description"], text: description),
            ] + rows
        )
    }
}
