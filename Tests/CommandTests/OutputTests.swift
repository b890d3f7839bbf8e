import Foundation
import LSNFileFormats
import Testing

/// Where output goes, and what of the names in it reaches a terminal.
@Suite struct OutputTests {
    private let place: Workplace
    private let bash = URL(fileURLWithPath: "/bin/bash")

    init() throws { place = try Workplace() }

    @Test func linksStayAndDevicesAreWrittenTo() throws {
        try FileManager.default.createDirectory(atPath: place.file("elsewhere"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: place.file("link.npy"),
            withDestinationPath: "elsewhere/dump.npy"
        )
        let arguments = ["data", "dump", "--device", "reference", "--dataset", "digits", "--limit", "3"]
        let result = try place.lsn(arguments + ["--output", "link.npy", "--list", "/dev/stdout"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: place.file("link.npy")) == "elsewhere/dump.npy"
        )
        #expect(try NPY.parse(FileSystem.read(place.file("elsewhere/dump.npy")), path: "").shape.first == 3)
        // The list, then what the command prints.
        #expect(result.output.split(separator: "\n").count == 4, "\(result.output)")
        let piped = try place.start(
            bash,
            ["-c", "\"$0\" \"$@\" --output /dev/null --list >(cat > list.tsv); wait; sleep 0.1", program.path]
                + arguments
        ).result()
        #expect(piped.code == 0, "\(piped.errors)")
        #expect(try place.read("list.tsv").split(separator: "\n").count == 3)
    }

    /// What is printed to be copied can be.
    @Test func commandsAreQuoted() throws {
        let run = "my runs/it's"
        let result = try place.lsn(tinyTraining + ["--output", run, "--max-steps", "1"])
        #expect(result.code == 0, "\(result.errors)")
        let line = try #require(result.output.split(separator: "\n").last { $0.contains("lsn train --resume") })
        let command = try #require(line.split(separator: "continue with lsn ").last)
        let resumed = try place.start(bash, ["-c", "\"$0\" \(command)", program.path]).result()
        #expect(resumed.code == 0, "\(resumed.errors)")
        let taken = try place.lsn(tinyTraining + ["--output", run])
        #expect(taken.errors.contains("--resume 'my runs/it'\\''s'"), "\(taken.errors)")
    }

    @Test func namesDoNotCommandTheTerminal() throws {
        let name = "a\u{1B}]0;title\u{7}\u{9B}2J\u{7F}\nb"
        for arguments in [
            tinyTraining + ["--output", name, "--max-steps", "1"], ["train", "--resume", name + "x"],
            ["eval", "--checkpoint", name], ["eval", "--checkpoint", name, "--json", "--device", "reference"],
            ["report", name], ["train", "--config", name], ["train", "--model", name], ["--\u{1B}[31m"],
            ["data", "inspect", "--dataset", "imagenet", "--data", name],
        ] {
            let result = try place.lsn(arguments)
            let text = result.output + result.errors
            let controls = text.unicodeScalars.filter { $0 != "\n" && $0 != "\t" && PrintableText.isControl($0) }
            #expect(controls.isEmpty, "\(arguments): \(text.debugDescription)")
            #expect(!text.isEmpty)
        }
        let json = try place.lsn("eval", "--checkpoint", name, "--json", "--device", "reference")
        let report = try #require(try json.json() as? [String: Any])
        #expect((report["checkpoint"] as? String)?.hasPrefix(name) == true)
        let page = try place.read(name + "/report.html")
        #expect(!page.unicodeScalars.contains { $0 != "\n" && $0 != "\t" && PrintableText.isControl($0) })
    }

    /// A line that is wider than the terminal cannot be taken back: each update would leave one.
    @Test(arguments: [20, 40, 60, 80])
    func progressFitsTheTerminal(columns: Int) throws {
        let script = URL(fileURLWithPath: "/usr/bin/script")
        let arguments = tinyTraining + ["--output", "run", "--epochs", "1"]
        let command = "stty columns \(columns); exec " + ([program.path] + arguments).joined(separator: " ")
        let result = try place.start(script, ["-qec", command, "/dev/null"], environment: ["TERM": "xterm"]).result()
        #expect(result.code == 0, "\(result.output)")
        // What is taken away again, rather than left with a line's end.
        let lines = result.output.components(separatedBy: "\r\u{1B}[2K").filter { !$0.contains("\r\n") }
        #expect(lines.contains { $0.contains("4/4") })
        for line in lines {
            let shown = line.replacing(/\u{1B}\[[0-9]+m/, with: "")
            #expect(shown.count < columns, "\(shown)")
        }
    }
}
