import Testing

@testable import LSNReports

@Suite struct ComparisonPageTests {
    @Test func runsBesideEachOther() throws {
        let runs = try (0..<3).map { index in
            let run = try MadeUpRun(named: "run-\(index)")
            try run.configuration(seed: "\(index == 1 ? 7 : 0)")
            try run.metrics(index + 1)
            if index == 0 { try run.blocks(8, epochs: 2) }
            return run
        }
        let page = try StrictMarkup(RunReport.comparison(of: runs.map { try $0.contents() }))
        #expect(page.problem == nil)
        #expect(page.elements.count { $0 == "svg" } == 6)
        for expected in ["3 runs compared", "run-0", "run-2", "83.33\u{A0}%", "seed", "7"] {
            #expect(page.text.contains(expected), "\(expected)")
        }
        let differing = try #require(page.text.split(separator: "Settings that differ").last)
        let parts = differing.split(separator: "Settings that are the same")
        #expect(parts[0].contains("seed"))
        #expect(!parts[0].contains("model"))
        #expect(parts[1].contains("model"))
    }

    @Test func runsWithoutEpochs() throws {
        let runs = try (0..<2).map { index in
            let run = try MadeUpRun(named: "<&\"\(index)")
            try run.configuration()
            return run
        }
        let page = try StrictMarkup(RunReport.comparison(of: runs.map { try $0.contents() }))
        #expect(page.problem == nil)
        #expect(page.text.contains("<&\"1"))
        #expect(page.text.contains("All settings are the same."))
    }

    @Test func twentyRunsHaveLooksOfTheirOwn() throws {
        let looks = (0..<24).map { index -> String in
            let look = ComparisonPage.look(index)
            return "\(look.colour % Palette.series.count) \(look.stroke)"
        }
        #expect(Set(looks).count == looks.count)
        let run = try MadeUpRun()
        try run.configuration()
        try run.metrics(5)
        let contents = try run.contents()
        let page = StrictMarkup(RunReport.comparison(of: Array(repeating: contents, count: 24)))
        #expect(page.problem == nil)
    }

    @Test(arguments: [
        (["runs/a", "runs/b"], ["a", "b"]),
        (["x/run", "y/run"], ["x/run", "y/run"]),
        (["/p/x/run/", "/q/x/run", "c"], ["p/x/run", "q/x/run", "c"]),
        (["run"], ["run"]),
        (["/"], [""]),
    ])
    func namesTellRunsApart(folders: [String], expected: [String]) {
        #expect(ComparisonPage.names(folders) == expected)
    }
}
