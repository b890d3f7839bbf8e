import Foundation
import Testing

/// The example of the package as a library: it is built with the tests, and does what it says.
@Suite struct SnippetTests {
    @Test func aStepIsTrainedAndFiringRatesAreRead() throws {
        let place = try Workplace()
        let snippet = program.deletingLastPathComponent().appendingPathComponent("TrainAStep")
        let result = try place.start(snippet, []).result()
        #expect(result.code == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        // Three steps, the stem and LSN19's eight blocks.
        try #require(lines.count == 3 + 9, "\(result.output)")
        let losses = lines.prefix(3).map { $0.split(separator: " ").last.flatMap { Double($0) } }
        #expect(losses.allSatisfy { ($0 ?? 0) > 0 })
        let rates = lines.dropFirst(3).map { $0.split(separator: " ").last.flatMap { Double($0) } }
        #expect(rates.allSatisfy { $0.map { $0 > 0 && $0 < 1 } ?? false }, "\(result.output)")
        #expect(lines[3].hasPrefix("stem fires at") && lines[11].hasPrefix("stages.2.1 fires at"))
    }
}
