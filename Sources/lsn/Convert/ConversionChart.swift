import LSNTraining

/// Accuracy by time steps as a small picture in SVG.
struct ConversionChart {
    let report: ConversionReport

    private static let (left, right, top, bottom) = (60.0, 460.0, 30.0, 250.0)

    /// The document.
    var svg: String {
        let points = report.accuracies
        let lowest = (points.map(\.accuracy) + [report.reluAccuracy]).min() ?? 0
        let floor = max((lowest * 10).rounded(.down) / 10 - 0.02, 0)
        func y(_ accuracy: Double) -> Double {
            Self.bottom - (accuracy - floor) / (1.02 - floor) * (Self.bottom - Self.top)
        }
        func x(_ index: Int) -> Double {
            Self.left + (Double(index) + 0.5) / Double(points.count) * (Self.right - Self.left)
        }
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"480\" height=\"300\" font-family=\"sans-serif\" "
                + "font-size=\"12\">",
            "<rect width=\"480\" height=\"300\" fill=\"white\"/>",
            text(240, 18, "middle", "\(report.model): accuracy by time steps"),
        ]
        for tick in 0...10 where Double(tick) / 10 >= floor {
            let height = y(Double(tick) / 10)
            lines.append(line(Self.left, height, Self.right, height, "stroke=\"#ddd\""))
            lines.append(text(Self.left - 6, height + 4, "end", "\(10 * tick) %"))
        }
        let level = y(report.reluAccuracy)
        lines.append(line(Self.left, level, Self.right, level, "stroke=\"#c33\" stroke-dasharray=\"6 4\""))
        lines.append(text(Self.left + 4, level + 15, "start", "ReLUs"))
        let path = points.enumerated().map { "\(x($0.offset)),\(y($0.element.accuracy))" }.joined(separator: " ")
        lines.append("<polyline points=\"\(path)\" fill=\"none\" stroke=\"#236\" stroke-width=\"2\"/>")
        for (index, point) in points.enumerated() {
            lines.append("<circle cx=\"\(x(index))\" cy=\"\(y(point.accuracy))\" r=\"3\" fill=\"#236\"/>")
            lines.append(text(x(index), Self.bottom + 18, "middle", "\(point.timeSteps)"))
        }
        lines.append(text(260, 290, "middle", "time steps"))
        return (lines + ["</svg>"]).map { $0 + "\n" }.joined()
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
        "<line x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\" \(style)/>"
    }

    private func text(_ x: Double, _ y: Double, _ anchor: String, _ words: String) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(words)</text>"
    }
}
