import Foundation
import LSNFileFormats
import LSNTestPictures
import Testing

/// `lsn predict`: files that an evaluation has as samples get the logits that the evaluation gives them.
@Suite struct PredictTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
        let result = try place.lsn(tinyTraining + ["--output", "run", "--epochs", "1", "--image-size", "14"])
        try #require(result.code == 0, "\(result.errors)")
    }

    private func predict(_ arguments: String..., checkpoint: String = "run") throws -> CommandResult {
        try place.lsn(["predict", "--device", "reference", "--checkpoint", checkpoint] + arguments)
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let folder = URL(fileURLWithPath: place.file(name)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileSystem.writeAtomically(bytes, to: place.file(name))
    }

    private func lines(_ result: CommandResult) throws -> [Prediction] {
        try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Prediction.self, from: Data($0.utf8))
        }
    }

    /// A line of `--json`.
    private struct Prediction: Decodable {
        struct Class: Decodable {
            let label: Int
            let name: String?
            let probability: Double
        }

        let file: String
        let sample: Int?
        let predictions: [Class]
    }

    /// Softmax of the mean over time of logits `[T, N, classes]`.
    private func probabilities(_ array: NPY.Array) -> [[Double]] {
        let (steps, samples, classes) = (array.shape[0], array.shape[1], array.shape[2])
        return (0..<samples).map { sample in
            let means = (0..<classes).map { k in
                (0..<steps).reduce(0.0) { $0 + Double(array.values[($1 * samples + sample) * classes + k]) }
                    / Double(steps)
            }
            let powers = means.map { exp($0 - (means.max() ?? 0)) }
            return powers.map { $0 / powers.reduce(0, +) }
        }
    }

    private func isEqual(_ predictions: [Prediction.Class], _ expected: [Double]) -> Bool {
        predictions.count == expected.count
            && predictions.allSatisfy { abs($0.probability - expected[$0.label]) < 1e-5 }
            && zip(predictions, predictions.dropFirst()).allSatisfy { $0.probability >= $1.probability }
    }

    private func logits(_ arguments: String...) throws -> [[Double]] {
        let result = try place.lsn(
            ["eval", "--device", "reference", "--checkpoint", "run", "--logits", "logits.npy"] + arguments
        )
        try #require(result.code == 0, "\(result.errors)")
        return probabilities(try NPY.parse(FileSystem.read(place.file("logits.npy")), path: "logits.npy"))
    }

    @Test func digitsArePreparedAsTheirEvaluationPreparesThem() throws {
        let expected = try logits("--limit-test", "6")
        let dump = try place.lsn(
            ["data", "dump", "--device", "reference", "--limit", "6", "--output", "x.npy"]
                + ["--dataset", "digits", "--image-size", "14"]
        )
        try #require(dump.code == 0, "\(dump.errors)")
        // What goes into the network, as it is.
        let result = try predict("x.npy", "--json", "--topk", "10", "--batch-size", "4")
        #expect(result.code == 0, "\(result.errors)")
        let found = try lines(result)
        #expect(found.map(\.sample) == [0, 1, 2, 3, 4, 5] && found.allSatisfy { $0.file == "x.npy" })
        #expect(zip(found, expected).allSatisfy { isEqual($0.predictions, $1) })
        #expect(found[0].predictions.allSatisfy { $0.name == "\($0.label)" })

        // The same digits as pictures of their own size, which is reduced as the data set's is.
        let whole = try place.lsn(
            ["data", "dump", "--device", "reference", "--limit", "6", "--output", "whole.npy", "--dataset", "digits"]
        )
        try #require(whole.code == 0, "\(whole.errors)")
        let pixels = try NPY.parse(FileSystem.read(place.file("whole.npy")), path: "whole.npy").values
        for index in 0..<6 {
            let levels = pixels[784 * index..<784 * (index + 1)].map {
                UInt8(((($0 * 0.3081) + 0.1307) * 255).rounded())
            }
            let file = PNG.serialize(rgb: levels.flatMap { [$0, $0, $0] }, width: 28, height: 28)
            try write(file, to: "digits/\(index).png")
        }
        let pictures = try lines(predict("digits", "--json", "--topk", "10"))
        #expect(pictures.map(\.file) == (0..<6).map { "digits/\($0).png" } && pictures.allSatisfy { $0.sample == nil })
        #expect(zip(pictures, expected).allSatisfy { isEqual($0.predictions, $1) })
    }

    @Test func aBadFileIsNamedAndTheOthersGoOn() throws {
        try write(TestPicture(width: 40, height: 30).jpeg(), to: "in/b/cat.jpg")
        try write(TestPicture(width: 7, height: 9).jpeg(), to: "in/a10.jpeg")
        try write([UInt8](TestPicture(width: 7, height: 9).jpeg().prefix(90)), to: "in/a9.jpg")
        try write([UInt8]("text".utf8), to: "in/notes.txt")
        try write([UInt8]("GIF89a".utf8), to: "cat.gif")
        try write(NPY.serialize(floats: [1, 2, 3], shape: [3]), to: "three.npy")
        let result = try predict("cat.gif", "in", "none.png", "three.npy", "--topk", "2")
        #expect(result.code == 1)
        let complaints = result.errors.split(separator: "\n")
        #expect(complaints.count == 4 && complaints.allSatisfy { $0.hasPrefix("error: ") }, "\(result.errors)")
        for name in [
            "cat.gif, byte 0: is a GIF file", "in/a9.jpg: ", "none.png: ", "three.npy: has shape [3], and the network",
        ] {
            #expect(result.errors.contains("error: \(name)"), "\(result.errors)")
        }
        let lines = result.output.split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(lines.map { $0.first } == ["in/a10.jpeg", "in/b/cat.jpg"] && lines.allSatisfy { $0.count == 5 })

        try FileManager.default.createDirectory(atPath: place.file("empty"), withIntermediateDirectories: true)
        let empty = try predict("empty")
        #expect(empty.code == 1 && empty.errors.contains("empty: the folder holds no .aedat"), "\(empty.errors)")
        #expect(try predict().code == 2)
        #expect(try predict("in", "--topk", "0").code == 2)
    }

    /// Class folders: the names that they had, and the crop of an evaluation.
    @Test func picturesOfClassFoldersGetTheirNames() throws {
        for (label, name) in ["ant", "bee", "cat"].enumerated() {
            for index in 0..<5 {
                let picture = TestPicture(width: 30 + index, height: 24 + 3 * label, seed: 5 * label + index)
                let file =
                    index == 4
                    ? PNG.serialize(rgb: picture.pixels, width: picture.width, height: picture.height) : picture.jpeg()
                try write(file, to: "set/\(name)/\(index).\(index == 4 ? "png" : "jpg")")
            }
        }
        let data = ["--dataset", "imagenet", "--data", "set", "--image-size", "16"]
        let trained = try place.lsn(
            ["train", "--device", "reference", "--output", "folders", "--width", "0.02", "--timesteps", "1"] + data
                + ["--epochs", "1", "--batch-size", "6"]
        )
        try #require(trained.code == 0, "\(trained.errors)")
        let evaluated = try place.lsn(
            ["eval", "--device", "reference", "--checkpoint", "folders", "--logits", "logits.npy", "--json"]
        )
        try #require(evaluated.code == 0, "\(evaluated.errors)")
        let expected = probabilities(try NPY.parse(FileSystem.read(place.file("logits.npy")), path: "logits.npy"))
        // Every fifth file tests: the PNG of each class.
        #expect(expected.count == 3)
        let files = ["ant", "bee", "cat"].map { "set/\($0)/4.png" }
        let found = try lines(
            place.lsn(["predict", "--device", "reference", "--checkpoint", "folders", "--json"] + files)
        )
        #expect(found.map(\.file) == files)
        #expect(zip(found, expected).allSatisfy { isEqual($0.predictions, $1) })
        #expect(Set(found[0].predictions.compactMap(\.name)) == ["ant", "bee", "cat"])
    }

    @Test func recordingsAreCutAsTheRunCutThem() throws {
        let made = try place.lsn([
            "data", "simulate-dvs", "--output", "dvs", "--per-class", "10", "--milliseconds", "60",
        ])
        try #require(made.code == 0, "\(made.errors)")
        let trained = try place.lsn(
            ["train", "--device", "reference", "--output", "events", "--dataset", "cifar10-dvs", "--data", "dvs"]
                + ["--image-size", "16", "--timesteps", "2", "--width", "0.02", "--epochs", "1", "--batch-size", "10"]
                + ["--frames-by", "time", "--cache", "frames"]
        )
        try #require(trained.code == 0, "\(trained.errors)")
        let evaluated = try place.lsn(
            ["eval", "--device", "reference", "--checkpoint", "events", "--logits", "logits.npy", "--json"]
                + ["--limit-test", "3", "--cache", "frames"]
        )
        try #require(evaluated.code == 0, "\(evaluated.errors)")
        let expected = probabilities(try NPY.parse(FileSystem.read(place.file("logits.npy")), path: "logits.npy"))
        let list = try place.lsn(
            ["data", "dump", "--device", "reference", "--dataset", "cifar10-dvs", "--data", "dvs", "--limit", "3"]
                + ["--image-size", "16", "--timesteps", "2", "--frames-by", "time", "--cache", "frames"]
                + ["--output", "x.npy", "--list", "list.tsv"]
        )
        try #require(list.code == 0, "\(list.errors)")
        let files = try place.read("list.tsv").split(separator: "\n").map {
            "dvs/" + ($0.split(separator: "\t").last ?? "")
        }
        let result = try place.lsn(
            ["predict", "--device", "reference", "--checkpoint", "events", "--json", "--topk", "10"] + files
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(zip(try lines(result), expected).allSatisfy { isEqual($0.predictions, $1) })
        try write(TestPicture(width: 40, height: 30).jpeg(), to: "cat.jpg")
        let wrong = try place.lsn(["predict", "--device", "reference", "--checkpoint", "events", "cat.jpg"])
        #expect(wrong.code == 1 && wrong.errors.contains("is a picture, and the network takes recordings"))
    }
}
