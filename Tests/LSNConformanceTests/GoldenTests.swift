import LSNConformance
import LSNReferenceBackend
import LSNTensors
import Testing

/// The folder Golden beside this file.
let goldenFolder =
    String(#filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/"))
    + "/Golden"

func expectPass(_ report: CheckReport, sourceLocation: SourceLocation = #_sourceLocation) {
    for entry in report.failures {
        Issue.record("\(entry.name): \(entry.failure ?? "")", sourceLocation: sourceLocation)
    }
    // A report of hundreds of cases is no help when it is printed whole.
    let passed = report.passed
    #expect(passed, sourceLocation: sourceLocation)
}

@Test func theReferencePassesEveryGoldenCase() throws {
    let cases = try GoldenFolder.load(goldenFolder)
    #expect(cases.count >= 65)
    expectPass(ConformanceCheck.golden(cases, on: Backend(ReferenceBackend()), source: goldenFolder))
}

@Test func theReferencePassesKnownValuesAndFiniteDifferences() throws {
    let report = try ConformanceCheck.reference(Backend(ReferenceBackend()))
    expectPass(report)
}
