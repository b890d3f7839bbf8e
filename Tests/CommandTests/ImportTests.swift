import Foundation
import LSNFileFormats
import LSNTestPictures
import Testing

/// `lsn import`, on networks that other programs saved (Tests/LSNInterchangeTests/ResNets).
@Suite struct ImportTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
        try write(
            """
            family: sew
            stages:
              - {blocks: 1, width: 4}
              - {blocks: 2, width: 8}
              - {blocks: 1, width: 16}
              - {blocks: 1, width: 32}
            neuron: {model: if}

            """,
            to: "small.yaml"
        )
    }

    private func write(_ text: String, to name: String) throws {
        try FileSystem.writeAtomically(Array(text.utf8), to: place.file(name))
    }

    private func weights(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "LSNInterchangeTests/ResNets/\(name).safetensors").path
    }

    private func imported(_ more: String...) throws -> CommandResult {
        try place.lsn(
            ["import", weights("spikingjelly-sew-add"), "--model", "small.yaml", "--output", "sew.safetensors"] + more
        )
    }

    /// Pictures in folders of these names.
    private func writePictures(_ folder: String, classes: [String]) throws {
        for (label, name) in classes.enumerated() {
            let directory = URL(fileURLWithPath: place.file("\(folder)/\(name)"))
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            for index in 0..<2 {
                let picture = TestPicture(width: 30 + index, height: 24, seed: 5 * label + index)
                try FileSystem.writeAtomically(picture.jpeg(), to: place.file("\(folder)/\(name)/\(index).jpg"))
            }
        }
    }

    private func eval(_ folder: String, _ more: String...) throws -> CommandResult {
        try place.lsn(
            [
                "eval", "--checkpoint", "sew.safetensors", "--device", "reference", "--dataset", "imagenet", "--split",
                "all",
                "--data", folder, "--json",
            ] + more
        )
    }

    @Test func anImportedNetworkIsEvaluatedOnPicturesOfAnySize() throws {
        try write("ant\nbee\ncat\ndog\nelk\n", to: "names.txt")
        let result = try imported("--class-names", "names.txt", "--timesteps", "2", "--image-size", "16", "--json")
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try result.json() as? [String: Any])
        #expect(
            report["classes"] as? Int == 5 && report["in_channels"] as? Int == 3 && report["time_steps"] as? Int == 2
        )
        #expect(report["widths"] as? [Int] == [4, 8, 16, 32] && report["neuron"] as? String == "if")

        // Three of its five classes, at its own size and at another.
        try writePictures("pictures", classes: ["ant", "bee", "cat"])
        for size in [[], ["--image-size", "23"]] {
            let evaluated = try place.lsn(
                [
                    "eval", "--checkpoint", "sew.safetensors", "--device", "reference", "--dataset", "imagenet",
                    "--split",
                    "all", "--data", "pictures", "--logits", "logits.npy", "--json",
                ] + size
            )
            #expect(evaluated.code == 0, "\(evaluated.errors)")
            let array = try NPY.parse(FileSystem.read(place.file("logits.npy")), path: "logits.npy")
            #expect(array.shape == [2, 6, 5])
        }
    }

    @Test func labelsThatMeanSomethingElseAreRefused() throws {
        try write("ant\nbee\ncat\ndog\nelk\n", to: "names.txt")
        #expect(try imported("--class-names", "names.txt", "--image-size", "16").code == 0)
        try writePictures("others", classes: ["ant", "cat"])
        let other = try eval("others")
        #expect(
            other.code == 2 && other.errors.contains("class 1 is cat there, and bee in sew.safetensors"),
            "\(other.errors)"
        )
        try writePictures("many", classes: ["ant", "bee", "cat", "dog", "elk", "fox"])
        let many = try eval("many")
        #expect(many.code == 2 && many.errors.contains("of 5 classes"), "\(many.errors)")
    }

    @Test func whatIsWrongIsSaid() throws {
        func problem(_ arguments: [String]) throws -> String {
            let result = try place.lsn(["import"] + arguments)
            #expect(result.code == 2)
            #expect(!FileManager.default.fileExists(atPath: place.file("out.safetensors")))
            return result.errors
        }
        let sew = weights("spikingjelly-sew-add")
        #expect(
            try problem([sew, "--model", "sew-resnet18", "--output", "out.safetensors"])
                .contains("1,2,1,1 basic blocks, and sew-resnet18 2,2,2,2 basic")
        )
        #expect(
            try problem([sew, "--model", "small.yaml", "--keys", "sew", "--output", "out.safetensors"])
                .contains("under the names of --keys sew")
        )
        #expect(
            try problem([sew, "--model", "small.yaml", "--keys", "torchvision", "--output", "out.safetensors"])
                .contains("add --neuron relu")
        )
        #expect(
            try problem([sew, "--model", "small.yaml", "--decay-input", "--output", "out.safetensors"])
                .contains("--decay-input is for neurons with a fixed leak")
        )
        try write("one\ntwo\n", to: "few.txt")
        #expect(
            try problem([sew, "--model", "small.yaml", "--class-names", "few.txt", "--output", "out.safetensors"])
                .contains("few.txt has 2 lines, and the network 5 classes")
        )
        #expect(
            try problem(["small.yaml", "--model", "small.yaml", "--output", "out.safetensors"]).hasPrefix(
                "error: small.yaml"
            )
        )
    }
}
