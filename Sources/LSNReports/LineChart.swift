/// A chart of lines over one axis, as an inline SVG that scales with the page.
struct LineChart: Sendable {
    /// How a line is drawn, so that colour is never all that tells two apart.
    enum Stroke: String, Sendable, CaseIterable {
        case solid, dashed, dotted, mixed
    }

    /// A line.
    struct Series: Sendable {
        /// Its label, which stands at its end.
        var name: String
        /// Places and values; nil or not finite: a gap.
        var points: [(x: Double, y: Double?)]
        /// Number of the colour in the palette.
        var colour: Int
        var stroke: Stroke = .solid
    }

    /// A part of the axis below, such as a stage of blocks.
    struct Band: Sendable {
        let from: Double
        let to: Double
        let label: String
    }

    /// What it shows, for those who cannot see it.
    var title: String
    var description: String
    /// What runs along the axis below.
    var xLabel: String
    var xScale: AxisScale
    var yScale: AxisScale
    var series: [Series]
    var bands: [Band] = []
    /// A point worth a ring, e.g. the best epoch.
    var mark: (x: Double, y: Double)?
    /// Distinguishes the titles of the charts of a page.
    var identifier: String
    /// Whether values are read out as percentages.
    var isPercent = false

    /// Size of the drawing in its own units, which are about a pixel.
    static let size = (width: 440.0, height: 264.0)
    /// Height of a line of labels.
    static let labelHeight = 15.0
    /// Average width of a character of the labels.
    private static let characterWidth = 6.9
    /// The same of the names at the ends of lines, which are bold.
    private static let boldWidth = 7.9

    /// The plot's place in the drawing.
    struct Frame {
        let left: Double
        let right: Double
        let top: Double
        let bottom: Double
    }

    /// The room that labels leave.
    var frame: Frame {
        let ticks = yScale.ticks.map { Self.width($0.label) }.max() ?? 0
        let labels = series.map { Double(Self.shortened($0.name).count) * Self.boldWidth }.max() ?? 0
        return Frame(
            left: max(28, ticks + 10),
            right: Self.size.width - max(14, labels + 17),
            top: bands.isEmpty ? 10 : 24,
            bottom: Self.size.height - 42
        )
    }

    /// Width of a label, roughly.
    static func width(_ text: String) -> Double { Double(text.count) * characterWidth }

    /// A label that leaves room for the lines.
    static func shortened(_ name: String) -> String {
        name.count <= 20 ? name : name.prefix(9) + "…" + name.suffix(10)
    }

    /// The drawing.
    var markup: Markup {
        let frame = frame
        return .element(
            "svg",
            [
                "class": "chart", "viewBox": "0 0 \(Int(Self.size.width)) \(Int(Self.size.height))", "role": "img",
                "aria-labelledby": "\(identifier)-title \(identifier)-description",
                "data-plot": [frame.left, frame.right, xScale.lower, xScale.upper].map { "\($0)" }
                    .joined(separator: " "),
                "data-label": xLabel, "data-percent": isPercent ? "1" : "",
            ],
            [
                .element("title", ["id": "\(identifier)-title"], text: title),
                .element("desc", ["id": "\(identifier)-description"], text: description),
                drawBands(frame), drawAxes(frame),
                .element(
                    "line",
                    ["class": "cursor", "x1": "-9", "x2": "-9", "y1": text(frame.top), "y2": text(frame.bottom)]
                ),
                .sequence(series.map { draw($0, frame) }), drawMark(frame), drawLabels(frame),
            ]
        )
    }

    func text(_ value: Double) -> String { NumberText.coordinate(value) }

    func x(_ value: Double, _ frame: Frame) -> Double? {
        xScale.position(value).map { frame.left + $0 * (frame.right - frame.left) }
    }

    func y(_ value: Double?, _ frame: Frame) -> Double? {
        value.flatMap(yScale.position).map { frame.bottom - $0 * (frame.bottom - frame.top) }
    }

    private func drawBands(_ frame: Frame) -> Markup {
        .sequence(
            bands.enumerated().map { index, band in
                guard let from = x(max(band.from, xScale.lower), frame), let to = x(min(band.to, xScale.upper), frame),
                    to > from
                else { return .none }
                var parts: [Markup] = []
                if index % 2 == 0 {
                    parts.append(
                        .element(
                            "rect",
                            [
                                "class": "band", "x": text(from), "y": text(frame.top), "width": text(to - from),
                                "height": text(frame.bottom - frame.top),
                            ]
                        )
                    )
                }
                // Where a band is narrow, its number stands alone.
                let short = band.label.split(separator: " ").last.map(String.init) ?? band.label
                if let label = [band.label, short].first(where: { Self.width($0) <= to - from }) {
                    parts.append(
                        .element(
                            "text",
                            ["class": "tick middle", "x": text((from + to) / 2), "y": text(frame.top - 7)],
                            text: label
                        )
                    )
                }
                return .sequence(parts)
            }
        )
    }

    private func drawAxes(_ frame: Frame) -> Markup {
        var parts: [Markup] = []
        for tick in yScale.ticks {
            guard let place = y(tick.value, frame) else { continue }
            parts += [
                .element(
                    "line",
                    [
                        "class": "grid", "x1": text(frame.left), "x2": text(frame.right), "y1": text(place),
                        "y2": text(place),
                    ]
                ),
                .element(
                    "text",
                    ["class": "tick end", "x": text(frame.left - 6), "y": text(place + 4)],
                    text: tick.label
                ),
            ]
        }
        for tick in xScale.ticks {
            guard let place = x(tick.value, frame) else { continue }
            parts += [
                .element(
                    "line",
                    [
                        "class": "axis", "x1": text(place), "x2": text(place), "y1": text(frame.bottom),
                        "y2": text(frame.bottom + 4),
                    ]
                ),
                .element(
                    "text",
                    ["class": "tick middle", "x": text(place), "y": text(frame.bottom + 17)],
                    text: tick.label
                ),
            ]
        }
        parts += [
            .element(
                "line",
                [
                    "class": "axis", "x1": text(frame.left), "x2": text(frame.right), "y1": text(frame.bottom),
                    "y2": text(frame.bottom),
                ]
            ),
            .element(
                "text",
                [
                    "class": "tick middle", "x": text((frame.left + frame.right) / 2),
                    "y": text(Self.size.height - 6),
                ],
                text: xLabel
            ),
        ]
        return .sequence(parts)
    }
}
