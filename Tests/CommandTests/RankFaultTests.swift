import Foundation
import Testing

/// How runs that several processes share fail: all end, with one message that says which rank, where and why.
@Suite(.enabled(if: hasMPI)) struct RankFaultTests {
    private let place: Workplace
    /// Long enough to be ended from outside.
    private let long = [
        "train", "--device", "reference", "--width", "0.02", "--timesteps", "1", "--limit-train", "2000",
        "--limit-test", "20", "--batch-size", "10", "--epochs", "50", "--checkpoint-every", "1", "--output", "run",
    ]

    init() throws { place = try Workplace() }

    /// The messages of the program among what mpirun says itself.
    private func messages(_ result: CommandResult) -> [String] {
        result.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("error: ") }
    }

    private func hasBegun() -> Bool { place.exists("run/checkpoint-last.safetensors") }

    /// The processes that mpirun has started.
    private func children(of process: Int32) throws -> [Int32] {
        let tasks = "/proc/\(process)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).flatMap { task in
            let text = (try? String(contentsOfFile: "\(tasks)/\(task)/children", encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { Int32($0) }
        }
    }

    /// Nothing is trained: that each trained a network of its own is the accident.
    @Test func withoutTheLibraryNothingIsTrained() throws {
        let missing = ["LSN_MPI_LIBRARY": place.file("nowhere.so")]
        let result = try place.ranks(2, tinyTraining + ["--output", "run"], environment: missing)
        #expect(result.code == 2)
        #expect(messages(result).first?.contains("nowhere.so, and there is no such file. Make it") == true)
        #expect(!place.exists("run"))
        try place.write("no library", to: "broken.so")
        let broken = ["LSN_MPI_LIBRARY": place.file("broken.so")]
        let second = try place.ranks(2, tinyTraining + ["--output", "run"], environment: broken)
        #expect(second.code == 2)
        #expect(messages(second).first?.contains("broken.so cannot be loaded: ") == true, "\(second.errors)")
        #expect(!place.exists("run"))
        // One process needs none.
        let alone = try place.ranks(1, tinyTraining + ["--output", "run"], environment: missing)
        #expect(alone.code == 0, "\(alone.errors)")
    }

    /// A library of an earlier or a later version.
    @Test func anotherVersionOfTheLibraryIsRefused() throws {
        var source = try place.lsn("mpi", "source").output
        source = source.replacing(/(#define LSN_MPI_INTERFACE) [0-9]+/) { "\($0.1) 1000" }
        try place.write(source, to: "other.c")
        let compiled = try place.start(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["mpicc", "-shared", "-fPIC", "-o", "other.so", "other.c"]
        ).result()
        try #require(compiled.code == 0, "\(compiled.errors)")
        let other = ["LSN_MPI_LIBRARY": place.file("other.so")]
        let result = try place.ranks(2, tinyTraining + ["--output", "run"], environment: other)
        #expect(result.code == 2)
        #expect(messages(result).first?.contains("has version 1000 of its interface") == true, "\(result.errors)")
    }

    @Test func moreRanksThanMicroBatchesAreRefused() throws {
        let result = try place.ranks(3, tinyTraining + ["--output", "run", "--micro-batches", "2"])
        #expect(result.code == 2)
        #expect(messages(result).first?.contains("3 ranks share the micro-batches of a step, and there are 2") == true)
        #expect(!place.exists("run"))
    }

    @Test func differentOptionsAreNamed() throws {
        let result = try place.startRanks([
            (1, tinyTraining + ["--output", "run", "--seed", "1"]),
            (1, tinyTraining + ["--output", "run", "--seed", "2"]),
        ]).result()
        #expect(result.code == 2)
        let message = try #require(messages(result).first)
        #expect(message.contains("rank 1 on ") && message.contains("was started with --seed 2, and rank 0 on "))
        #expect(!place.exists("run"))
    }

    /// What only one rank lacks it says, and all end.
    @Test func aRankWithoutItsDataEndsAll() throws {
        let data = ["train", "--device", "reference", "--dataset", "imagenet", "--output", "run"]
        try FileManager.default.createDirectory(atPath: place.file("empty"), withIntermediateDirectories: true)
        let result = try place.startRanks([
            (1, tinyTraining + ["--output", "run", "--device", "reference"]),
            (1, tinyTraining + ["--output", "run", "--device", "opencl:9:9"]),
        ]).result()
        #expect(result.code == 2)
        let message = try #require(messages(result).first)
        #expect(message.hasPrefix("error: rank 1 on "), "\(message)")
        #expect(message.contains("opencl:9:9"), "\(message)")
        #expect(messages(result).count == 1)
        let other = try place.startRanks([(1, data + ["--data", "empty"]), (1, data + ["--data", "nowhere"])]).result()
        #expect(other.code == 2)
        #expect(messages(other).first?.contains("rank ") == true, "\(other.errors)")
        #expect(!place.exists("run"))
    }

    /// A disk that fills up on the first rank ends the others, too.
    @Test func aRunThatCannotBeSavedEndsAll() throws {
        try place.write("a file", to: "occupied")
        let result = try place.ranks(2, tinyTraining + ["--output", "occupied/run"])
        #expect(result.code == 2)
        #expect(messages(result).count == 1)
        #expect(messages(result).first?.hasPrefix("error: rank 0 on ") == true, "\(result.errors)")
    }

    /// What was saved before goes on, on another number of ranks.
    @Test func aKilledRankEndsAll() throws {
        let running = try place.startRanks([(2, long)])
        running.wait { hasBegun() }
        let ranks = try children(of: running.process.processIdentifier)
        #expect(ranks.count == 2)
        kill(try #require(ranks.last), SIGKILL)
        #expect(try running.result().code != 0)
        #expect(hasBegun())
        let resumed = try place.lsn("train", "--resume", "run", "--max-steps", "1")
        #expect(resumed.code == 0, "\(resumed.errors)")
    }

    /// A rank that does not answer is given up.
    @Test func aSilentRankIsGivenUp() throws {
        let running = try place.startRanks([(2, long + ["--exchange-timeout", "1"])])
        running.wait { hasBegun() }
        let ranks = try children(of: running.process.processIdentifier)
        let silent = try #require(ranks.last)
        kill(silent, SIGSTOP)
        let result = try running.result()
        kill(silent, SIGKILL)
        #expect(result.code == 1, "\(result.errors)")
        let message = try #require(messages(result).first)
        #expect(message.contains("no sign of life from rank "), "\(message)")
        #expect(message.contains("for 1.0 s (--exchange-timeout)"), "\(message)")
    }

    /// Schedulers give notice by SIGUSR1: whichever rank hears of it, all save and end.
    @Test func aNoticeSavesAndEndsWell() throws {
        let running = try place.startRanks([(2, long)])
        running.wait { hasBegun() }
        kill(try #require(children(of: running.process.processIdentifier).last), SIGUSR1)
        let result = try running.result()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("continue with lsn train --resume run"), "\(result.output)")
        let status = try JSONSerialization.jsonObject(with: Data(place.read("run/status.json").utf8))
        #expect((status as? [String: Any])?["state"] as? String == "stopped")
    }

    /// What would be done as often as there are processes.
    @Test func experimentsAreForOneProcess() throws {
        let result = try place.ranks(2, ["experiment", "depth"])
        #expect(result.code == 2)
        #expect(messages(result).first?.contains("lsn experiment is the work of one process") == true)
    }
}
