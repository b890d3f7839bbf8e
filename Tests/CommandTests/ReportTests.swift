import Foundation
import Testing

@Suite struct ReportTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func train(_ arguments: String...) throws -> CommandResult {
        try place.lsn(tinyTraining + arguments)
    }

    private func status(_ run: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(place.read("\(run)/status.json").utf8))
        return try #require(value as? [String: Any])
    }

    @Test func aRunHasItsReport() throws {
        let result = try train("--output", "run")
        #expect(result.code == 0, "\(result.errors)")
        for line in [
            "folder  run\n", "best    run/checkpoint-best.safetensors",
            "last    run/checkpoint-last.safetensors (step 8)",
            "report  run/report.html", "lsn eval --checkpoint run",
        ] {
            #expect(result.output.contains(line), "\(line)")
        }
        let page = try place.read("run/report.html")
        #expect(page.contains("lsn19 on digits"))
        #expect(page.contains("✓ finished"))
        #expect(page.contains("2 of 2"))
        #expect(try status("run")["state"] as? String == "finished")
    }

    @Test func aKilledRunHasAReportToo() throws {
        let running = try place.start(
            program,
            tinyTraining + ["--output", "run", "--checkpoint-every", "1", "--epochs", "200"]
        )
        running.wait { place.exists("run/checkpoint-last.safetensors") && place.exists("run/report.html") }
        let live = try place.lsn("report", "run", "--output", "live.html")
        #expect(live.code == 0, "\(live.errors)")
        kill(running.process.processIdentifier, SIGKILL)
        #expect(try running.result().code == SIGKILL)
        #expect(try place.read("live.html").contains("● running"))
        #expect(try place.read("run/report.html").contains("● running"))
        let result = try place.lsn("report", "run")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("report  run/report.html"))
        #expect(try place.read("run/report.html").contains("killed after step"))
    }

    @Test func aStoppedRunSaysWhere() throws {
        #expect(try train("--output", "run", "--max-steps", "5").code == 0)
        #expect(try place.read("run/report.html").contains("stopped at step 5"))
        #expect(try place.lsn("train", "--resume", "run").code == 0)
        #expect(try place.read("run/report.html").contains("✓ finished"))
    }

    @Test func aFailureIsOnThePage() throws {
        #expect(try train("--optimizer", "sgd", "--learning-rate", "1e38", "--output", "run").code == 1)
        let page = try place.read("run/report.html")
        #expect(page.contains("✕ failed at step"))
        #expect(page.contains("training stopped at step"))
        #expect(try status("run")["state"] as? String == "failed")
    }

    /// A folder in the report's place cannot be replaced by a file.
    @Test func aReportThatCannotBeWrittenStopsNothing() throws {
        let path = place.file("run/report.html/inside")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let result = try train("--output", "run")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.matches(of: /warning: the run goes on without a new report/).count == 1)
        #expect(!result.output.contains("report  "))
        #expect(try metrics(place.file("run")).count == 2)
    }

    @Test func severalRunsAreCompared() throws {
        #expect(try train("--output", "a").code == 0)
        #expect(try train("--output", "b", "--seed", "5", "--epochs", "1").code == 0)
        let result = try place.lsn("report", "a", "b", "--json")
        #expect(result.code == 0, "\(result.errors)")
        let listing = try #require(result.json() as? [String: Any])
        #expect(listing["output"] as? String == "report-compare.html")
        let runs = try #require(listing["runs"] as? [[String: Any]])
        #expect(runs.map { $0["folder"] as? String } == ["a", "b"])
        #expect(runs.map { $0["epochs"] as? Int } == [2, 1])
        #expect(runs.map { $0["state"] as? String } == ["finished", "finished"])
        #expect(runs[0]["last_test_accuracy"] is Double)
        #expect(runs[0]["parameters"] is Int)
        #expect(try place.read("report-compare.html").contains("2 runs compared"))
    }

    @Test func whatIsNoRunIsBadInput() throws {
        try place.write("text", to: "file")
        for folder in ["nowhere", ".", "file"] {
            let result = try place.lsn("report", folder)
            #expect(result.code == 2)
            #expect(result.errors.hasPrefix("error: \(folder): is no folder of a run"), "\(result.errors)")
        }
        #expect(try place.lsn("report").code == 2)
        #expect(!place.exists("report.html"))
    }

    @Test func aPageThatCannotBeWrittenIsAFailure() throws {
        #expect(try train("--output", "run", "--max-steps", "1").code == 0)
        let result = try place.lsn("report", "run", "--output", "nowhere/page.html")
        #expect(result.code == 1)
        #expect(result.errors.contains("nowhere/page.html"))
    }

    /// `script` runs a command on a terminal of its own.
    @Test(arguments: [(nil, true), ("", true), ("1", false)] as [(String?, Bool)])
    func coloursAreForTerminalsAndCanBeTurnedOff(noColour: String?, isColoured: Bool) throws {
        let script = URL(fileURLWithPath: "/usr/bin/script")
        // Whatever the tests' own environment says of colours.
        let setting = noColour.map { ["NO_COLOR=\($0)"] } ?? ["-u", "NO_COLOR"]
        let command = (["env"] + setting + [program.path] + tinyTraining + ["--max-steps", "1"]).joined(separator: " ")
        let result = try place.start(script, ["-qec", command, "/dev/null"], environment: ["TERM": "xterm"]).result()
        #expect(result.code == 0, "\(result.output)")
        #expect(result.output.contains("\u{1B}[2K"), "a bar is drawn: \(result.output)")
        #expect(result.output.contains("\u{1B}[1m") == isColoured)
        #expect(result.output.contains("\u{1B}[32m") == isColoured)
    }

    /// Progress goes to standard error, where it does not disturb what a program reads.
    @Test(arguments: [
        ["check", "--device", "reference", "--filter", "logic", "--json"], ["eval", "--checkpoint", "run", "--json"],
    ])
    func progressIsSeenOnATerminalOnly(arguments: [String]) throws {
        #expect(try train("--output", "run", "--max-steps", "1").code == 0)
        #expect(try place.lsn(arguments).errors.isEmpty)
        let script = URL(fileURLWithPath: "/usr/bin/script")
        let command = ([program.path] + arguments + [">", "out.json"]).joined(separator: " ")
        let result = try place.start(script, ["-qec", command, "/dev/null"], environment: ["TERM": "xterm"]).result()
        #expect(result.code == 0, "\(result.output)")
        #expect(result.output.contains("\u{1B}[2K"))
        _ = try JSONSerialization.jsonObject(with: Data(place.read("out.json").utf8))
    }
}
