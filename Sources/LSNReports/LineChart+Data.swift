/// What a chart of lines draws of its data, and the names beside it.
extension LineChart {
    /// The runs of points without a gap, each as a line; a point alone, and few points, as dots.
    func draw(_ series: Series, _ frame: Frame) -> Markup {
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

    func drawMark(_ frame: Frame) -> Markup {
        guard let mark, let across = x(mark.x, frame), let up = y(mark.y, frame) else { return .none }
        return .element("circle", ["class": "mark", "cx": text(across), "cy": text(up), "r": "5.5"])
    }

    /// A name at the end of each line, moved apart where lines end close together.
    func drawLabels(_ frame: Frame) -> Markup {
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
