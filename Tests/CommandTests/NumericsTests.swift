import Foundation
import Testing

/// `--numerics` and `--precision`: what a run records of them, and where it may be continued.
struct NumericsTests {
    private let place: Workplace
    private let training = tinyTraining.map { $0 == "reference" ? "opencl" : $0 }

    init() throws {
        place = try Workplace()
    }

    private func numerics(_ run: String) throws -> String? {
        try place.leaves("\(run)/config.json")["machine.numerics"]
    }

    @Test func aRunRecordsItsNumericsAndAFileOfOptionsHasThem() throws {
        #expect(try place.lsn(tinyTraining + ["--output", "fast", "--max-steps", "1"]).code == 0)
        #expect(try numerics("fast") == "fast")
        let portable = tinyTraining + ["--numerics", "portable"]
        #expect(try place.lsn(portable + ["--output", "portable", "--max-steps", "1"]).code == 0)
        #expect(try numerics("portable") == "portable")
        // A record and a printed file repeat the run, unless the command line says otherwise.
        let printed = try place.lsn(portable + ["--print-config"])
        #expect(printed.output.contains("numerics: portable"), "\(printed.output)")
        try place.write(printed.output, to: "options.yaml")
        for file in ["portable/config.json", "options.yaml"] {
            let again = try place.lsn("train", "--config", file, "--output", "again", "--max-steps", "1")
            #expect(again.code == 0, "\(again.errors)")
            #expect(try numerics("again") == "portable")
            try FileManager.default.removeItem(atPath: place.file("again"))
        }
        let other = [
            "train", "--config", "portable/config.json", "--numerics", "fast", "--output", "other", "--max-steps", "1",
        ]
        #expect(try place.lsn(other).code == 0)
        #expect(try numerics("other") == "fast")
        try place.write("numerics: exact\n", to: "wrong.yaml")
        let wrong = try place.lsn("train", "--config", "wrong.yaml")
        #expect(wrong.code == 2 && wrong.errors.contains("wrong.yaml:1"), "\(wrong.errors)")
    }

    @Test func aRunKeepsToItsNumerics() throws {
        for (given, other) in [("fast", "portable"), ("portable", "fast")] {
            let run = tinyTraining + ["--numerics", given, "--output", given, "--max-steps", "1"]
            #expect(try place.lsn(run).code == 0)
            let refused = try place.lsn("train", "--resume", given, "--numerics", other)
            #expect(
                refused.code == 2 && refused.errors.contains("--numerics \(given), not \(other)"),
                "\(refused.errors)"
            )
            let resumed = try place.lsn("train", "--resume", given, "--numerics", given)
            #expect(resumed.code == 0 && resumed.errors.isEmpty, "\(resumed.errors)")
        }
    }

    /// A run keeps to its precision, and a saved network is evaluated with it unless asked otherwise.
    @Test func aRunRecordsItsPrecisionAndEvaluationFollowsIt() throws {
        func evaluated(_ options: String...) throws -> String? {
            let result = try place.lsn(["eval", "--device", "reference", "--json", "--checkpoint"] + options)
            #expect(result.code == 0, "\(result.errors)")
            try place.write(result.output, to: "evaluation.json")
            return try place.leaves("evaluation.json")["precision"]
        }
        for (precision, other) in [("highest", "high"), ("high", "highest")] {
            let run = tinyTraining + ["--precision", precision, "--output", precision, "--max-steps", "1"]
            #expect(try place.lsn(run).code == 0)
            #expect(try place.leaves("\(precision)/config.json")["machine.precision"] == precision)
            #expect(try evaluated(precision) == precision)
            #expect(try evaluated(precision, "--precision", other) == other)
            let refused = try place.lsn("train", "--resume", precision, "--precision", other)
            #expect(
                refused.code == 2 && refused.errors.contains("--precision \(precision), not \(other)"),
                "\(refused.errors)"
            )
            // By the file alone.
            let copy = "\(precision).safetensors"
            try FileManager.default.copyItem(
                atPath: place.file("\(precision)/checkpoint-last.safetensors"),
                toPath: place.file(copy)
            )
            #expect(try evaluated(copy) == precision)
        }
        let resumed = try place.lsn("train", "--resume", "high", "--max-steps", "2")
        #expect(resumed.code == 0 && resumed.errors.isEmpty, "\(resumed.errors)")
        let again = try place.lsn("train", "--config", "high/config.json", "--output", "again", "--max-steps", "1")
        #expect(again.code == 0, "\(again.errors)")
        #expect(try place.leaves("again/config.json")["machine.precision"] == "high")
    }

    /// Matrix units round the gradients of a run of fast numerics: it keeps to those that it began with, or to none.
    @Test(.enabled(if: hasOpenCL)) func aFastRunKeepsToItsMatrixUnits() throws {
        let begun = try place.lsn(training + ["--mapping", "simt", "--output", "run", "--max-steps", "1"])
        #expect(begun.code == 0, "\(begun.errors)")
        func refusal(_ units: String) throws -> String {
            let refused = try place.lsn("train", "--resume", "run", "--matrix-units", units, "--max-steps", "2")
            #expect(refused.code == 2)
            return refused.errors
        }
        #expect(try refusal("emulated").contains("--matrix-units emulated: the run began with none and keeps to it"))
        let config = try String(contentsOfFile: place.file("run/config.json"), encoding: .utf8)
        let key = "\"kernel_choices\" : {"
        try #require(config.contains(key))
        try place.write(config.replacing(key, with: "\(key) \"matrix_units\" : 2,"), to: "run/config.json")
        #expect(try refusal("off").contains("--matrix-units off: the run began with emulated ones and keeps to it"))
    }

    /// A portable run goes on on another device and in another mapping, without a warning; a fast one does not, and says why.
    @Test(.enabled(if: hasOpenCL)) func aPortableRunMayMove() throws {
        for numerics in ["fast", "portable"] {
            let begun = try place.lsn(
                training + ["--mapping", "simd", "--numerics", numerics, "--output", numerics, "--max-steps", "1"]
            )
            #expect(begun.code == 0, "\(begun.errors)")
        }
        for move in [["--mapping", "simt", "--max-steps", "2"], ["--device", "reference", "--max-steps", "3"]] {
            let refused = try place.lsn(["train", "--resume", "fast"] + move)
            #expect(refused.code == 2 && refused.errors.contains("--numerics portable may change"), "\(refused.errors)")
            let moved = try place.lsn(["train", "--resume", "portable"] + move)
            #expect(moved.code == 0 && moved.errors.isEmpty, "\(moved.errors)")
        }
        // Bits are those of a run that never moved, on any of the three.
        let checkpoint = "checkpoint-last.safetensors"
        for begun in [training + ["--mapping", "simd"], tinyTraining] {
            let unmoved = try place.lsn(begun + ["--numerics", "portable", "--output", "unmoved", "--max-steps", "3"])
            #expect(unmoved.code == 0, "\(unmoved.errors)")
            #expect(try place.tensors("unmoved/\(checkpoint)") == place.tensors("portable/\(checkpoint)"))
            try FileManager.default.removeItem(atPath: place.file("unmoved"))
        }
        let config = try place.leaves("portable/config.json")
        #expect(config["continued[0].machine.kernel_choices.simt"] == "1")
        #expect(config["continued[1].machine.device"] == "reference")
        // Without a device it goes on where it was last.
        #expect(try place.lsn("train", "--resume", "portable").errors.isEmpty)
        #expect(try place.leaves("portable/config.json")["continued[2].machine.device"] == "reference")
        let tuned = try place.lsn("tune", "--device", "opencl", "--numerics", "portable")
        #expect(tuned.code == 2 && tuned.errors.contains("for both numerics"), "\(tuned.errors)")
        let coarser = try place.lsn("tune", "--device", "opencl", "--precision", "high")
        #expect(coarser.code == 2 && coarser.errors.contains("for both precisions"), "\(coarser.errors)")
    }
}
