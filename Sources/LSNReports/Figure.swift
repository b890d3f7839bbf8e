/// A chart of lines that stands alone, as an SVG file with its title, its unit and its colours in it.
package struct Figure: Sendable {
    /// How values stand along an axis.
    package enum Scale: Sendable {
        /// From 0 on.
        case fromZero
        /// Wherever the values lie.
        case linear
        /// Shares from 0 to 1, labelled as percentages.
        case percent
        /// Equal distances are equal factors; 0 and less is left out.
        case logarithmic
        /// Whole numbers, such as epochs or blocks.
        case whole
    }

    /// A line.
    package struct Line: Sendable {
        /// What stands at its end.
        package var name: String
        /// Places and values; nil or not finite: a gap.
        package var points: [(x: Double, y: Double?)]
        /// Number of its colour.
        package var colour: Int
        /// Number of its stroke: solid, dashed, dotted, mixed, and again.
        package var stroke: Int

        /// Gathers what belongs together.
        package init(name: String, points: [(x: Double, y: Double?)], colour: Int, stroke: Int = 0) {
            self.name = name
            self.points = points
            self.colour = colour
            self.stroke = stroke
        }
    }

    /// What it shows.
    package var title: String
    /// What its values are.
    package var unit: String
    /// What runs along the axis below.
    package var xLabel: String
    /// How that stands there.
    package var xScale: Scale
    /// How values stand.
    package var yScale: Scale
    /// The lines, drawn in this order.
    package var lines: [Line]

    /// Gathers what belongs together.
    package init(title: String, unit: String, xLabel: String, xScale: Scale, yScale: Scale, lines: [Line]) {
        self.title = title
        self.unit = unit
        self.xLabel = xLabel
        self.xScale = xScale
        self.yScale = yScale
        self.lines = lines
    }

    /// Room above the drawing, and around it.
    private static let headHeight = 46.0
    private static let margin = 12.0

    /// The file.
    package var svg: [UInt8] {
        let strokes = LineChart.Stroke.allCases
        let known = lines.filter { line in line.points.contains { $0.y?.isFinite ?? false } }
        let chart = LineChart(
            title: title,
            description: "\(title), \(unit), by \(xLabel).",
            xLabel: xLabel,
            xScale: Self.axis(xScale, known.flatMap { $0.points.map(\.x) }),
            yScale: Self.axis(yScale, known.flatMap { $0.points.compactMap(\.y) }.filter(\.isFinite)),
            series: known.map { line in
                LineChart.Series(
                    name: line.name,
                    points: line.points,
                    colour: line.colour,
                    stroke: strokes[line.stroke % strokes.count]
                )
            },
            identifier: "figure",
            isPercent: false
        )
        let (width, height) = (LineChart.size.width, LineChart.size.height)
        let outer = (width: width + 2 * Self.margin, height: height + Self.headHeight + Self.margin)
        let text = NumberText.coordinate
        let document = Markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": text(1.5 * outer.width),
                "height": text(1.5 * outer.height), "viewBox": "0 0 \(text(outer.width)) \(text(outer.height))",
                "font-family": "system-ui,-apple-system,Segoe UI,Roboto,DejaVu Sans,sans-serif",
            ],
            [
                .element("style", [:], [.verbatim(":root{\(Palette.properties(\.light))}\n\(PageStyle.drawing)")]),
                .element("rect", ["width": "100%", "height": "100%", "fill": Palette.card.light]),
                .element(
                    "text",
                    ["x": text(Self.margin), "y": "21", "style": "font-size:15px;font-weight:600"],
                    text: title
                ),
                .element("text", ["class": "tick", "x": text(Self.margin), "y": "38"], text: unit),
                .element(
                    "g",
                    ["transform": "translate(\(text(Self.margin)) \(text(Self.headHeight)))"],
                    [.element("svg", ["width": text(width), "height": text(height)], [chart.markup])]
                ),
            ]
        )
        return Array((document.source + "\n").utf8)
    }

    private static func axis(_ scale: Scale, _ values: [Double]) -> AxisScale {
        switch scale {
        case .fromZero: .linear(values, startsAtZero: true)
        case .linear: .linear(values)
        case .percent: .linear(values, startsAtZero: true, atMost: 1, isPercent: true)
        case .logarithmic: .logarithmic(values)
        case .whole: .whole(values)
        }
    }

    /// A number with three significant digits, as charts and tables show it; a dash where there is none.
    package static func number(_ value: Double?) -> String { NumberText.short(value) }

    /// A fraction as a percentage with two digits after the point; a dash where there is none.
    package static func percent(_ fraction: Double?) -> String { NumberText.percent(fraction) }
}
