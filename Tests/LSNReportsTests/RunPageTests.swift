import Foundation
import LSNFileFormats
import Testing

@testable import LSNReports

@Suite struct RunPageTests {
    private let run: MadeUpRun

    init() throws {
        run = try MadeUpRun()
    }

    @Test func aWholeRun() throws {
        try run.configuration()
        try run.metrics(8)
        try run.blocks(8, epochs: 8)
        try run.device()
        let page = try run.page()
        #expect(page.problem == nil)
        #expect(page.elements.count { $0 == "svg" } == 10)
        for expected in [
            "lsn19 on digits", "✓ finished", "93.75\u{A0}%", "best 93.75\u{A0}% after epoch 8", "109,698", "8 of 8",
            "stage 1", "epoch 1", "epoch 4", "epoch 8", "kernel_9", "4 others", "saved activations", "50\u{A0}MiB",
            "opencl:0:0", "a driver", "standard", "bundled", "after step 20, by lsn 0.1.0, on a device, a driver",
        ] {
            #expect(page.text.contains(expected), "\(expected)")
        }
        #expect(try run.contents().notes.isEmpty)
    }

    @Test func whatClassesWereTakenForIsDrawn() throws {
        try run.configuration()
        try run.metrics(2)
        let without = try run.page().elements.count { $0 == "svg" }
        try run.write(
            "{\"split\": \"test\", \"epoch\": 2, \"class_names\": [\"ant\", \"<bee>\"], \"rows\": [[9, 1], [0, 0]]}",
            to: "confusion.json"
        )
        let page = try run.page()
        #expect(page.problem == nil && page.elements.count { $0 == "svg" } == without + 1)
        for expected in [
            "ant taken for <bee>: 1 of 10, 10.00", "Most often taken: ant for <bee> (1)", "of the test split",
        ] {
            #expect(page.text.contains(expected), "\(expected)")
        }
        let many = (0..<31).map { _ in "[\((0..<31).map { _ in "1" }.joined(separator: ","))]" }.joined(separator: ",")
        try run.write("{\"rows\": [\(many)]}", to: "confusion.json")
        #expect(try run.page().text.contains("Drawn for up to 30 classes"))
        for damaged in [
            "{\"rows\": [[1, 2], [3]]}", "{\"rows\": [[1, -2], [3, 4]]}", "{\"rows\": []}", "{", "{\"rows\": 3}",
        ] {
            try run.write(damaged, to: "confusion.json")
            #expect(try run.page().problem == nil)
            #expect(try run.contents().notes.contains { $0.hasPrefix("confusion.json: ") }, "\(damaged)")
        }
    }

    @Test func thePageNeedsNothingElse() throws {
        try run.configuration()
        try run.metrics(2)
        let source = try String(decoding: RunReport.page(of: run.contents()), as: UTF8.self)
        for absent in ["http", "src=", "<link", "@import", "url("] {
            #expect(!source.contains(absent), "\(absent)")
        }
        #expect(source.contains("prefers-color-scheme:dark"))
        #expect(source.contains("width=device-width"))
    }

    @Test(arguments: [0, 1, 2, 300])
    func epochs(count: Int) throws {
        try run.configuration(epochs: 300)
        try run.metrics(count)
        try run.blocks(1, epochs: max(count, 1))
        let page = try run.page()
        #expect(page.problem == nil)
        #expect(page.text.contains("No epoch is finished yet.") == (count == 0))
        #expect(page.text.contains("\(count) of 300"))
    }

    @Test func aThousandBlocks() throws {
        try run.configuration()
        try run.metrics(3)
        try run.blocks(1000, epochs: 3)
        let page = try run.page()
        #expect(page.problem == nil)
        #expect(page.text.contains("stages.3.249"))
        #expect(page.text.contains("Norms of 0 are left out."))
    }

    @Test func whatIsMissingIsSaid() throws {
        try run.configuration()
        let page = try run.page()
        #expect(page.problem == nil)
        for file in ["blocks.jsonl", "profile.json", "memory.json"] {
            #expect(page.text.contains("This run has no \(file)"), "\(file)")
        }
        #expect(try run.contents().notes.isEmpty)
    }

    @Test func valuesThatAreMissingAreGaps() throws {
        try run.configuration()
        try run.metrics(
            4,
            changed: [2: "{\"epoch\": 2, \"test_loss\": null, \"test_accuracy\": null, \"seconds\": 1e300}"]
        )
        let contents = try run.contents()
        #expect(contents.notes.isEmpty)
        #expect(contents.epochs[1].evaluationLoss == nil)
        let page = try run.page()
        #expect(page.problem == nil)
        #expect(page.text.contains(NumberText.unknown))
    }

    @Test(arguments: ["{\"epoch\": 2, \"test_loss\": nan}", "{\"epoch\": 2, \"test_loss\": 1e999}", "{\"epo", "[]"])
    func aDamagedLineIsNamedAndTheOthersStand(line: String) throws {
        try run.configuration()
        try run.metrics(3, changed: [2: line])
        let contents = try run.contents()
        #expect(contents.notes.count == 1)
        #expect(contents.notes.first?.hasPrefix("metrics.jsonl, line 2: ") == true)
        #expect(contents.epochs.map(\.epoch) == [1, 3])
        let page = try run.page()
        #expect(page.problem == nil)
        #expect(page.text.contains("metrics.jsonl, line 2: "))
    }

    @Test(arguments: [
        "", "[", "[1]", "null", "{\"kernels\": 3}", "{\"blocks\": []}", "\u{0}\u{1}", "{\"epochs\": 1e400}",
    ])
    func damagedFilesNeverTrap(text: String) throws {
        try run.metrics(1)
        for name in ["config.json", "blocks.jsonl", "profile.json", "memory.json", "status.json"] {
            try run.write(text, to: name)
        }
        let page = try run.page()
        #expect(page.problem == nil)
        #expect(try !run.contents().notes.isEmpty)
    }

    @Test func namesAreEscaped() throws {
        let hostile = "a<b>&\\\"'</script><script>\\u0007"
        try run.configuration(model: hostile)
        try run.metrics(1)
        try run.blocks(2, epochs: 1) { _ in hostile }
        try run.write("{\"kernels\": [{\"kernel\": \"\(hostile)\", \"seconds\": 1}]}", to: "profile.json")
        let status = RunStatus(state: .failed, epoch: 1, epochs: 8, step: 9, message: "<i>&amp;")
        let page = try StrictMarkup(RunReport.page(of: RunContents(folder: run.folder, status: status)))
        #expect(page.problem == nil)
        #expect(page.text.contains("a<b>&\"'</script><script>\u{FFFD} on digits"))
        #expect(page.text.contains("✕ failed at step 9"))
        #expect(page.text.contains("<i>&amp;"))
        #expect(page.elements.count { $0 == "script" } == 1)
    }

    @Test func aSeedKeepsAllItsDigits() throws {
        try run.configuration(seed: "18446744073709551615")
        #expect(try run.page().text.contains("18446744073709551615"))
    }

    @Test func theLaterLineOfAnEpochStands() throws {
        try run.configuration()
        try run.metrics(2, changed: [2: "{\"epoch\": 1, \"test_accuracy\": 0.75}"])
        let contents = try run.contents()
        #expect(contents.epochsDone == 1)
        #expect(contents.lastAccuracy == 0.75)
    }

    @Test func theBestIsTheEarliestOfEquals() throws {
        try run.configuration()
        try run.metrics(3, changed: [3: "{\"epoch\": 3, \"test_accuracy\": 0.75}"])
        let best = try #require(run.contents().bestEpoch)
        #expect(best.epoch == 2)
        #expect(best.accuracy == 0.75)
    }

    @Test func aFolderWithoutARunIsAnError() {
        #expect(throws: FileFormatError.self) { try RunContents(folder: run.folder) }
        #expect(throws: FileFormatError.self) { try RunContents(folder: run.folder + "/nowhere") }
    }

    @Test func theStatusOfARunThatNobodyTrains() throws {
        try run.configuration()
        try run.metrics(2)
        #expect(try run.contents().status.state == .stopped)
        try RunStatus(state: .running, epoch: 2, epochs: 8, step: 431).write(folder: run.folder)
        #expect(try run.contents().status.state == .killed)
        #expect(try run.page().text.contains("killed after step 431"))
        try RunStatus(state: .failed, epoch: 2, epochs: 8, step: 431, message: "why").write(folder: run.folder)
        #expect(try run.contents().status.message == "why")
    }

    @Test func anUpdateWritesPageAndStatus() throws {
        try run.configuration()
        let status = RunStatus(state: .running, epoch: 0, epochs: 8, step: 0)
        try RunReport.update(folder: run.folder, status: status)
        let page = try StrictMarkup(FileSystem.read(run.folder + "/report.html"))
        #expect(page.problem == nil)
        #expect(page.text.contains("● running"))
        let written = try FileSystem.read(run.folder + "/status.json")
        #expect(try JSONDecoder().decode(RunStatus.self, from: Data(written)) == status)
    }
}
