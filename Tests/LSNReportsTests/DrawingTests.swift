import Foundation
import Testing

@testable import LSNReports

@Suite struct DrawingTests {
    @Test func roundTicks() {
        #expect(AxisScale.linear([0.113, 0.962], isPercent: true).ticks.map(\.label).first == "0\u{A0}%")
        #expect(
            AxisScale.linear([0, 1812], startsAtZero: true).ticks.map(\.label) == [
                "0", "500", "1,000", "1,500", "2,000",
            ]
        )
        #expect(AxisScale.linear([0.003, 0.005], startsAtZero: true).ticks.last?.label == "0.005")
        #expect(AxisScale.linear([-2.5, 2.5]).ticks.map(\.label) == ["−3", "−2", "−1", "0", "1", "2", "3"])
        #expect(
            AxisScale.whole((1...300).map(Double.init)).ticks.map(\.label) == [
                "1", "50", "100", "150", "200", "250", "300",
            ]
        )
        #expect(AxisScale.whole([1, 2, 3]).ticks.map(\.label) == ["1", "2", "3"])
        #expect(AxisScale.whole([0, 1, 2], zeroLabel: "stem").ticks.map(\.label) == ["stem", "1", "2"])
        #expect(AxisScale.logarithmic([2e-6, 0.3]).ticks.map(\.label) == ["10⁻⁶", "10⁻⁴", "10⁻²", "1"])
        #expect(AxisScale.logarithmic([0.2, 0.9]).ticks.map(\.label) == ["10⁻¹", "0.2", "0.5", "1"])
    }

    @Test(
        arguments: [
            [], [0], [.nan, .infinity], [5, 5, 5], [-1e308, 1e308], [.leastNonzeroMagnitude, .leastNormalMagnitude],
            [1, 1 + 1e-12], [1e300, 2],
            [-3, -3],
            [1e-9, 1e9], [0.97, 0.98],
        ] as [[Double]]
    )
    func anyValuesHaveAnAxis(values: [Double]) {
        let scales = [
            AxisScale.linear(values), .linear(values, startsAtZero: true), .linear(values, atMost: 1, isPercent: true),
            .logarithmic(values), .whole(values), .fitting(values),
        ]
        for scale in scales {
            #expect(scale.lower < scale.upper)
            #expect((1...14).contains(scale.ticks.count), "\(scale.ticks)")
            #expect(scale.ticks.allSatisfy { scale.position($0.value).map { (-0.001...1.001).contains($0) } ?? false })
            #expect(Set(scale.ticks.map(\.label)).count == scale.ticks.count, "\(scale.ticks)")
            #expect(scale.position(.nan) == nil)
        }
    }

    @Test func labelsMoveApartAndStayInside() {
        #expect(LabelPlacement.spread([10, 11, 60], distance: 15, within: 0...100) == [10, 25, 60])
        #expect(LabelPlacement.spread([98, 99], distance: 15, within: 0...100) == [85, 100])
        #expect(LabelPlacement.spread([-5], distance: 15, within: 0...100) == [0])
        #expect(LabelPlacement.spread([], distance: 15, within: 0...100) == [])
    }

    @Test func linesBreakAtGapsAndLonePointsAreDots() {
        let chart = LineChart(
            title: "t",
            description: "d",
            xLabel: "epoch",
            xScale: .whole([1, 20]),
            yScale: .linear([0, 1]),
            series: [
                .init(
                    name: "s",
                    points: (1...20).map { (Double($0), $0 == 2 ? nil : $0 == 5 ? .nan : 0.5) },
                    colour: 0
                )
            ],
            identifier: "i"
        )
        let source = chart.markup.source
        let path = source.firstMatch(of: /<path d="([^"]*)"/)?.1 ?? ""
        #expect(path.count { $0 == "M" } == 3)
        #expect(path.count { $0 == "L" } == 15)
        // The first point stands alone between the axis and a gap.
        #expect(source.matches(of: /class="dot"/).count == 1)
        #expect(source.contains("data-name=\"s\""))
    }

    @Test func colourIsNeverAllThatCounts() {
        for theme in [\Palette.Colour.light, \.dark] {
            let colours = Palette.series + [Palette.ink, Palette.muted]
            for colour in colours {
                let contrast = Self.contrast(colour[keyPath: theme], Palette.card[keyPath: theme])
                #expect(contrast >= 4.5, "\(colour.name): \(contrast)")
            }
            #expect(Self.contrast(Palette.muted[keyPath: theme], Palette.paper[keyPath: theme]) >= 4.5)
        }
    }

    /// The ratio of the Web Content Accessibility Guidelines.
    private static func contrast(_ a: String, _ b: String) -> Double {
        let (first, second) = (luminance(a), luminance(b))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    private static func luminance(_ colour: String) -> Double {
        let value = Int(colour.dropFirst(), radix: 16) ?? 0
        let linear = [value >> 16, value >> 8 & 255, value & 255].map { channel -> Double in
            let share = Double(channel) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    @Test(
        arguments: [
            (0, "0"), (1234.5, "1,234"), (0.004997, "0.005"), (1.2e-7, "1.2×10⁻⁷"), (-0.25, "−0.25"), (3e12, "3×10¹²"),
            (12.345, "12.3"), (.nan, "not a number"), (.infinity, "∞"),
        ] as [(Double, String)]
    )
    func shortNumbers(value: Double, expected: String) {
        #expect(NumberText.short(value) == expected)
    }

    @Test func quantities() {
        #expect(NumberText.bytes(512) == "512\u{A0}bytes")
        #expect(NumberText.bytes(81559.0 * 1_048_576) == "79.6\u{A0}GiB")
        #expect(NumberText.duration(8333) == "2:18:53")
        #expect(NumberText.duration(0.0521) == "52.1\u{A0}ms")
        #expect(NumberText.duration(6.25) == "6.2\u{A0}s")
        #expect(NumberText.loss(2.345678) == "2.3457")
        #expect(NumberText.loss(.nan) == NumberText.unknown)
        #expect(NumberText.coordinate(-0.25) == "-0.3")
        #expect(NumberText.coordinate(12) == "12")
    }
}

@Suite struct PageDateTests {
    @Test(arguments: [
        (0, "1970-01-01 00:00 UTC"), (951_782_399.9, "2000-02-28 23:59 UTC"), (1_709_210_040, "2024-02-29 12:34 UTC"),
        (-60, "1969-12-31 23:59 UTC"),
    ])
    func datesAreOfUniversalTime(_ seconds: Double, _ text: String) {
        #expect(Page.date(Date(timeIntervalSince1970: seconds)) == text)
    }
}
