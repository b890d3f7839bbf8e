import Foundation
import LSNFileFormats
import Testing

/// Recordings of other formats than AEDAT 2.0: trained on, evaluated from what the run wrote down, and predicted.
@Suite struct EventFormatCommandTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: place.file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    private func lsn(_ arguments: String...) throws -> CommandResult {
        let result = try place.lsn(arguments)
        try #require(result.code == 0, "\(result.errors)")
        return result
    }

    /// N-MNIST's folders: 5 and 3 recordings of each of two digits, above and below the middle.
    private func makeDigits() throws {
        for (split, count) in [("Train", 5), ("Test", 3)] {
            for label in 0..<2 {
                for index in 0..<count {
                    var bytes: [UInt8] = []
                    for event in 0..<200 {
                        let (x, y) = ((event * 7 + index) % 34, (event * 5 + index) % 17 + 17 * label)
                        let stamp = 30 * event
                        bytes += [UInt8(x), UInt8(y), event % 2 == 0 ? 128 : 0, UInt8(stamp >> 8), UInt8(stamp & 255)]
                    }
                    try write(bytes, to: "digits/\(split)/\(label)/\(index).bin")
                }
            }
        }
    }

    private let small = [
        "--width", "0.05", "--timesteps", "2", "--batch-size", "5", "--epochs", "1", "--device", "reference",
    ]

    @Test func digitsAreTrainedEvaluatedAndPredicted() throws {
        try makeDigits()
        let trained = try place.lsn(
            ["train", "--dataset", "n-mnist", "--data", "digits", "--duration", "2000", "--output", "run"] + small
        )
        try #require(trained.code == 0, "\(trained.errors)")
        let record = try String(contentsOfFile: place.file("run/config.json"), encoding: .utf8)
        #expect(record.contains(#""duration" : 2000"#) && record.contains(#""frames_by" : "time""#))
        // Digits are moved a little, and not flipped.
        #expect(record.contains(#""flip" : false"#) && record.contains(#""shift" : 2"#))
        let evaluated = try lsn(
            "eval",
            "--checkpoint",
            "run",
            "--device",
            "reference",
            "--logits",
            "logits.npy",
            "--json"
        )
        #expect(evaluated.output.contains(#""frames_by" : "time""#) && evaluated.output.contains(#""samples" : 6"#))
        let logits = try NPY.parse(FileSystem.read(place.file("logits.npy")), path: "logits.npy").values
        let predicted = try lsn("predict", "--checkpoint", "run", "--device", "reference", "--topk", "1", "digits/Test")
        let lines = predicted.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(lines.count == 6)
        // Samples of an evaluation take turns, files of a folder stand class by class.
        for (row, line) in lines.enumerated() {
            let sample = row % 3 * 2 + row / 3
            let scores = (0..<2).map { label -> Float in logits[2 * sample + label] + logits[12 + 2 * sample + label] }
            #expect(line[1] == (scores[1] > scores[0] ? "1" : "0"))
        }
        // Frames of all that are left out of training are what a dump says.
        let dump = try lsn(
            "data",
            "dump",
            "--dataset",
            "n-mnist",
            "--data",
            "digits",
            "--timesteps",
            "2",
            "--duration",
            "2000",
            "--output",
            "x.npy",
            "--device",
            "reference"
        )
        #expect(dump.output.contains("float32 [2, 6, 2, 34, 34] of n-mnist, split folders"))
        let frames = try NPY.parse(FileSystem.read(place.file("x.npy")), path: "x.npy").values
        // 67 events of 30 µs in 2,000 µs; what comes behind 4,000 µs is left out.
        #expect(frames.reduce(0, +) == Float(6 * (67 + 67)))
    }

    @Test func optionsOfRecordingsAreRefusedElsewhere() throws {
        try makeDigits()
        let digits = ["--dataset", "n-mnist", "--data", "digits"]
        let cases: [(arguments: [String], problem: String)] = [
            (["--event-size", "34x34"], "--event-size is for recordings of events, and digits has pictures"),
            (["--event-format", "npz"], "--event-format is for recordings"),
            (["--duration", "5"], "--duration is for"),
            (digits + ["--duration", "5", "--frames-by", "number"], "--duration is for frames of equal time"),
            (digits + ["--duration", "0"], "It must be from 1 to"),
            (digits + ["--event-size", "34"], "rows and columns"),
            (digits + ["--event-format", "npz"], "no folder with .npz files"),
            (digits + ["--event-size", "20x34"], "the sensor has 20x34"),
            (["--dataset", "dvs128-gesture"], "needs --data DIR, the folder of trials_to_train.txt"),
        ]
        for (arguments, problem) in cases {
            let result = try place.lsn(["train"] + small + ["--max-bad-files", "0"] + arguments)
            #expect(result.code == 2 && result.errors.contains(problem), "\(result.errors)")
        }
    }
}
