import Testing

@testable import LSNReports

@Suite struct FigureTests {
    private func figure(_ lines: [Figure.Line], y: Figure.Scale = .fromZero) -> Figure {
        Figure(title: "A & B", unit: "share < 1", xLabel: "block", xScale: .whole, yScale: y, lines: lines)
    }

    @Test func aFigureIsAnImageOfItsOwn() {
        let line = Figure.Line(name: "E", points: [(0, 0.1), (1, nil), (2, 0.3)], colour: 1, stroke: 1)
        let svg = String(decoding: figure([line]).svg, as: UTF8.self)
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(svg.contains("A &amp; B") && svg.contains("share &lt; 1"))
        #expect(svg.contains("series c1 dashed"))
        #expect(svg.contains("--c1:"))
        let strict = StrictMarkup(Array("<!DOCTYPE html>\n".utf8) + figure([line]).svg)
        #expect(strict.problem == nil)
        #expect(strict.text.contains("A & B"))
    }

    @Test(arguments: [Figure.Scale.fromZero, .linear, .percent, .logarithmic, .whole])
    func valuesThatCannotBeDrawnAreLeftOut(scale: Figure.Scale) {
        let odd = Figure.Line(name: "odd", points: [(0, .nan), (1, .infinity), (2, 0), (3, -1)], colour: 0)
        let none = Figure.Line(name: "none", points: [(0, nil)], colour: 9, stroke: 9)
        for lines in [[], [odd], [none], [odd, none]] {
            let svg = String(decoding: figure(lines, y: scale).svg, as: UTF8.self)
            #expect(!svg.contains("nan") && !svg.contains("inf"))
            #expect(!svg.contains(">none<"))
        }
    }
}
