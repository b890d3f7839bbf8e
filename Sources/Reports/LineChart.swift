import Foundation

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
    private static let labelHeight = 15.0
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

    private func text(_ value: Double) -> String { NumberText.coordinate(value) }

    private func x(_ value: Double, _ frame: Frame) -> Double? {
        xScale.position(value).map { frame.left + $0 * (frame.right - frame.left) }
    }

    private func y(_ value: Double?, _ frame: Frame) -> Double? {
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

    /// The runs of points without a gap, each as a line; a point alone, and few points, as dots.
    private func draw(_ series: Series, _ frame: Frame) -> Markup {
        var path = ""
        var dots: [Markup] = []
        var length = 0
        let isSparse = series.points.count <= 12
        var previous: (Double, Double)?
        func dot(_ point: (Double, Double)) {
            dots.append(
                .element("circle", ["class": "dot", "cx": text(point.0), "cy": text(point.1), "r": "2.6"])
            )
        }
        for point in series.points {
            guard let across = x(point.x, frame), let up = y(point.y, frame) else {
                if length == 1, let previous, !isSparse { dot(previous) }
                (length, previous) = (0, nil)
                continue
            }
            path += "\(length == 0 ? "M" : "L")\(text(across)) \(text(up))"
            length += 1
            previous = (across, up)
            if isSparse { dot((across, up)) }
        }
        if length == 1, let previous, !isSparse { dot(previous) }
        let values = series.points.filter { $0.y?.isFinite ?? false }
        return .element(
            "g",
            [
                "class": "series c\(series.colour % Palette.series.count) \(series.stroke.rawValue)",
                "data-name": series.name,
                "data-x": values.map { NumberText.plain($0.x) }.joined(separator: " "),
                "data-y": values.map { NumberText.plain($0.y ?? 0) }.joined(separator: " "),
            ],
            [.element("path", ["d": path.isEmpty ? "M0 0" : path])] + dots
        )
    }

    private func drawMark(_ frame: Frame) -> Markup {
        guard let mark, let across = x(mark.x, frame), let up = y(mark.y, frame) else { return .none }
        return .element("circle", ["class": "mark", "cx": text(across), "cy": text(up), "r": "5.5"])
    }

    /// A name at the end of each line, moved apart where lines end close together.
    private func drawLabels(_ frame: Frame) -> Markup {
        let ends = series.enumerated().compactMap { index, series -> (index: Int, x: Double, y: Double)? in
            let drawn = series.points.last { x($0.x, frame) != nil && y($0.y, frame) != nil }
            guard let drawn, let across = x(drawn.x, frame), let up = y(drawn.y, frame) else { return nil }
            return (index, across, up)
        }
        let room = Int((frame.bottom - frame.top) / Self.labelHeight) + 1
        let shown = ends.prefix(room).sorted { $0.y < $1.y }
        let places = LabelPlacement.spread(
            shown.map(\.y),
            distance: Self.labelHeight,
            within: frame.top + 2...frame.bottom + 2
        )
        return .sequence(
            zip(shown, places).map { end, place in
                let series = series[end.index]
                let colour = "c\(series.colour % Palette.series.count)"
                let isAway = abs(place - end.y) > 4 || frame.right - end.x > 4
                let leader: Markup =
                    isAway
                    ? .element(
                        "line",
                        [
                            "class": "leader", "x1": text(end.x + 4), "y1": text(end.y), "x2": text(frame.right + 7),
                            "y2": text(place),
                        ]
                    ) : .none
                let label = Markup.element(
                    "text",
                    ["class": "label \(colour)", "x": text(frame.right + 9), "y": text(place + 4)],
                    text: Self.shortened(series.name)
                )
                return .sequence([leader, label])
            }
        )
    }
}

/// Places for labels that would overlap.
enum LabelPlacement {
    /// Moves ascending `places` apart, as little as needed, and keeps them within `bounds` where they fit there.
    static func spread(_ places: [Double], distance: Double, within bounds: ClosedRange<Double>) -> [Double] {
        var result = places
        for index in result.indices {
            let least = index == 0 ? bounds.lowerBound : result[index - 1] + distance
            result[index] = max(result[index], least)
        }
        var most = bounds.upperBound
        for index in result.indices.reversed() {
            guard result[index] > most else { break }
            result[index] = most
            most -= distance
        }
        return result
    }
}
