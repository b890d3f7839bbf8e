import Foundation
import Testing

/// Tuning takes seconds: one test does it, and goes on with what it found.
@Suite(.enabled(if: hasOpenCL))
struct TuneTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func lsn(_ arguments: String...) throws -> CommandResult {
        try place.lsn(arguments, environment: ["LSN_CACHE_DIR": place.file("cache")])
    }

    private func tuningFile() throws -> String {
        let folder = "cache/tuning"
        let names = try FileManager.default.contentsOfDirectory(atPath: place.file(folder))
        return "\(folder)/\(try #require(names.first))"
    }

    private func choices(_ run: String) throws -> [String: Int]? {
        let config = try JSONSerialization.jsonObject(with: Data(try place.read("\(run)/config.json").utf8))
        let machine = (config as? [String: Any])?["machine"] as? [String: Any]
        return machine?["kernel_choices"] as? [String: Int]
    }

    @Test func whatWasMeasuredIsKeptAndARunKeepsToIt() throws {
        let tuned = try lsn("tune", "--device", "opencl", "--mapping", "simd", "--json")
        #expect(tuned.code == 0, "\(tuned.errors)")
        let result = try #require(try tuned.json() as? [String: Any])
        let found = try #require(result["choices"] as? [String: Int])
        #expect(Set(found.keys) == ["largest_sparse_rate", "winograd_channels", "sparse_filter_channels"])
        #expect((0...1000).contains(found["largest_sparse_rate"] ?? -1))
        let measurements = try #require(result["measurements"] as? [[String: Any]])
        #expect(measurements.count >= 10)
        #expect(measurements.allSatisfy { ($0["first"] as? Double ?? 0) > 0 && ($0["second"] as? Double ?? 0) > 0 })

        // Known numbers in the file's place, which a run takes and keeps, also where the file is gone.
        let known = ["largest_sparse_rate": 500, "winograd_channels": 16, "sparse_filter_channels": 8]
        let file = try tuningFile()
        var content = try #require(
            try JSONSerialization.jsonObject(with: Data(place.read(file).utf8)) as? [String: Any]
        )
        content["result"] = ["choices": known, "measurements": [[String: Any]]()]
        try JSONSerialization.data(withJSONObject: content).write(to: URL(fileURLWithPath: place.file(file)))
        let step = [
            "train", "--schedule", "constant", "--device", "opencl", "--mapping", "simd", "--limit-train", "8",
            "--limit-test", "8",
            "--batch-size",
            "8",
        ]
        let environment = ["LSN_CACHE_DIR": place.file("cache")]
        let first = try place.lsn(step + ["--epochs", "1", "--output", "run"], environment: environment)
        #expect(first.code == 0, "\(first.errors)")
        #expect(try choices("run") == known)
        #expect(try lsn("tune", "--device", "opencl", "--reset").output.hasPrefix("forgotten"))
        #expect(!place.exists(file))
        let resumed = try lsn("train", "--resume", "run", "--epochs", "2")
        #expect(resumed.code == 0 && !resumed.errors.contains("warning"), "\(resumed.errors)")
        #expect(try choices("run") == known)

        // Without the file a run has the program's own, and records them: a later version may have others.
        #expect(try place.lsn(step + ["--max-steps", "1", "--output", "own"], environment: environment).code == 0)
        let own = try #require(try choices("own"))
        #expect(Set(own.keys) == Set(known.keys) && own != known)

        // A damaged file is told of and left aside.
        try place.write("{", to: file)
        let damaged = try place.lsn(step + ["--max-steps", "1", "--output", "damaged"], environment: environment)
        #expect(damaged.code == 0 && damaged.errors.contains("lsn tune"), "\(damaged.errors)")
        #expect(try choices("damaged") == own)
    }

    /// The switch between Winograd's gradients and direct ones is kept by a run as what was tuned is.
    @Test func aRunWithoutWinogradStaysWithoutIt() throws {
        let step = [
            "train", "--schedule", "constant", "--device", "opencl", "--limit-train", "8", "--limit-test", "8",
            "--batch-size", "8", "--epochs",
            "1",
        ]
        for (name, options) in [("direct", ["--no-winograd"]), ("own", [])] {
            #expect(try place.lsn(step + ["--output", name] + options).code == 0)
        }
        #expect(try choices("direct")?["winograd_channels"] == Int(Int32.max))
        let resumed = try lsn("train", "--resume", "direct", "--epochs", "2", "--no-winograd")
        #expect(resumed.code == 0, "\(resumed.errors)")
        let refused = try lsn("train", "--resume", "own", "--epochs", "2", "--no-winograd")
        #expect(refused.code == 2 && refused.errors.contains("the run began with Winograd"), "\(refused.errors)")
        // Numbers that no run has would be other kernels, and other bits.
        let config = try place.read("direct/config.json").replacingOccurrences(of: "\(Int32.max)", with: "-7")
        try place.write(config, to: "direct/config.json")
        let damaged = try lsn("train", "--resume", "direct", "--epochs", "3")
        #expect(damaged.code == 2 && damaged.errors.contains("direct/config.json: kernel_choices"), "\(damaged.errors)")
    }

    /// So is how work is shared out; implicit GEMMs have nothing to tune.
    @Test func aRunKeepsToItsMapping() throws {
        let step = [
            "train", "--schedule", "constant", "--device", "opencl", "--limit-train", "8", "--limit-test", "8",
            "--batch-size", "8", "--epochs",
            "1",
        ]
        let simt = try place.lsn(step + ["--output", "simt", "--mapping", "simt"])
        #expect(simt.code == 0, "\(simt.errors)")
        #expect(try choices("simt")?["simt"] == 1)
        let resumed = try lsn("train", "--resume", "simt", "--epochs", "2")
        #expect(resumed.code == 0 && !resumed.errors.contains("warning"), "\(resumed.errors)")
        #expect(try choices("simt")?["simt"] == 1)
        let refused = try lsn("train", "--resume", "simt", "--epochs", "3", "--mapping", "simd")
        #expect(refused.code == 2 && refused.errors.contains("the run began with simt"), "\(refused.errors)")
        let tuned = try lsn("tune", "--device", "opencl", "--mapping", "simt")
        #expect(tuned.code == 2 && tuned.errors.contains("implicit GEMMs"), "\(tuned.errors)")
        for (earlier, now) in [("vectors", "simd"), ("groups", "simt")] {
            let renamed = try lsn("check", "--mapping", earlier)
            #expect(
                renamed.code == 2 && renamed.errors.contains("'\(earlier)' is called '\(now)' now"),
                "\(renamed.errors)"
            )
        }
        let unknown = try lsn("check", "--mapping", "simtt")
        #expect(unknown.code == 2 && unknown.errors.contains("did you mean 'simt'"), "\(unknown.errors)")
    }

    /// Runs of versions that called mappings and numbers otherwise continue with the same kernels, to the same bits.
    @Test(arguments: ["simd", "simt"])
    func aRunOfEarlierNamesKeepsToItsKernels(mapping: String) throws {
        let training = tinyTraining.map { $0 == "reference" ? "opencl" : $0 } + ["--mapping", mapping]
        #expect(try place.lsn(training + ["--output", "whole"]).code == 0)
        #expect(try place.lsn(training + ["--output", "run", "--max-steps", "3"]).code == 0)
        var config = try place.read("run/config.json")
        for (now, earlier) in [
            ("largest_sparse_rate", "largest_event_rate"), ("sparse_filter_channels", "event_filter_channels"),
            ("simt", "work_groups"),
        ] {
            #expect(config.contains("\"\(now)\"") == (now != "simt" || mapping == "simt"))
            config = config.replacingOccurrences(of: "\"\(now)\"", with: "\"\(earlier)\"")
        }
        try place.write(config, to: "run/config.json")
        let other = mapping == "simd" ? "simt" : "simd"
        let refused = try lsn("train", "--resume", "run", "--mapping", other)
        #expect(refused.code == 2 && refused.errors.contains("the run began with \(mapping)"), "\(refused.errors)")
        let resumed = try lsn("train", "--resume", "run")
        #expect(resumed.code == 0 && resumed.errors.isEmpty, "\(resumed.errors)")
        #expect(try metrics(place.file("run")) == metrics(place.file("whole")))
    }

    @Test func theReferenceCannotBeTuned() throws {
        let result = try lsn("tune", "--device", "reference")
        #expect(result.code == 2 && result.errors.contains("--device"), "\(result.errors)")
    }
}
