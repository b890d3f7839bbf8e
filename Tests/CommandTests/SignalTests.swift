import Foundation
import Testing

/// What ends a run from outside: it saves, says so, and continues to the same bits.
@Suite struct SignalTests {
    private let place: Workplace
    private let bash = URL(fileURLWithPath: "/bin/bash")
    private let training = [
        "train", "--device", "reference", "--width", "0.02", "--timesteps", "1", "--limit-train", "2000",
        "--limit-test",
        "20", "--batch-size", "10", "--epochs", "50", "--checkpoint-every", "1",
    ]

    init() throws { place = try Workplace() }

    private func status(_ run: String) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data(place.read("\(run)/status.json").utf8))
        return try #require(json as? [String: Any])
    }

    private func hasBegun(_ run: String) -> Bool { place.exists("\(run)/checkpoint-last.safetensors") }

    /// SIGHUP may come several times: from the shell, from the kernel, and after SIGTERM from systemd.
    @Test(arguments: [[SIGINT], [SIGTERM], [SIGHUP], [SIGHUP, SIGHUP, SIGHUP], [SIGTERM, SIGHUP]])
    func aStoppedRunIsSaved(signals: [Int32]) throws {
        let running = try place.start(program, training + ["--output", "run"])
        running.wait { hasBegun("run") }
        for number in signals { kill(running.process.processIdentifier, number) }
        let result = try running.result()
        #expect(running.process.terminationReason == .exit)
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("continue with lsn train --resume run"), "\(result.output)")
        #expect(try status("run")["state"] as? String == "stopped")
        #expect(place.exists("run/checkpoint-last.safetensors"))
    }

    /// nohup: the end of the terminal is nothing to a run that was told to ignore it.
    @Test func anIgnoredHangUpStaysIgnored() throws {
        let command = "trap '' HUP; exec \"$0\" \"$@\" --output run"
        let running = try place.start(bash, ["-c", command, program.path] + training + ["--max-steps", "20"])
        running.wait { hasBegun("run") }
        kill(running.process.processIdentifier, SIGHUP)
        let result = try running.result()
        #expect(result.code == 0)
        #expect(result.output.contains("stopped after 20 steps"), "\(result.output)")
    }

    /// A reader that has seen enough, or none at all, is no reason to stop.
    @Test(arguments: ["| head -n 1", "| true", ">&-", "2>&- >&-", "> /dev/full"])
    func trainingOutlivesItsReader(redirection: String) throws {
        let command = "\"$0\" \"$@\" --output run \(redirection); exit ${PIPESTATUS[0]}"
        let result = try place.start(bash, ["-c", command, program.path] + training + ["--max-steps", "5"]).result()
        // A file that did not take the output is another matter than a reader that has gone.
        #expect(result.code == (redirection.contains("full") ? 1 : 0), "\(result.errors)")
        #expect(try status("run")["state"] as? String == "stopped")
        #expect(try status("run")["step"] as? Int == 5)
        #expect(place.exists("run/checkpoint-last.safetensors"))
    }

    @Test(arguments: [["models"], ["models", "--json"], ["check", "--device", "reference", "--filter", "logic"]])
    func commandsEndWellWithoutAReader(arguments: [String]) throws {
        let command = "\"$0\" \"$@\" | true; exit ${PIPESTATUS[0]}"
        let result = try place.start(bash, ["-c", command, program.path] + arguments).result()
        #expect(result.code == 0)
        #expect(result.errors.isEmpty, "\(result.errors)")
    }

    @Test func outputThatAFileDoesNotTakeIsAnError() throws {
        let result = try place.start(bash, ["-c", "\"$0\" models --json > /dev/full", program.path]).result()
        #expect(result.code == 1)
        #expect(
            result.errors.hasPrefix("error: standard output could not be written: No space left"),
            "\(result.errors)"
        )
    }
}
