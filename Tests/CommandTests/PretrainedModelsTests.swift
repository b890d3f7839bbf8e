import Foundation
import LSNFileFormats
import Testing

/// The trained networks that come with the program: `pretrained` in the repository.
@Suite struct PretrainedModelsTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func listed() throws -> [[String: Any]] {
        let result = try place.lsn("models", "--pretrained", "--json")
        try #require(result.code == 0, "\(result.errors)")
        return try #require(try result.json() as? [[String: Any]])
    }

    /// Forward every device gives the same bits, so the accuracy is the list's to the last sample.
    @Test(.enabled(if: hasOpenCL)) func everyNetworkIsSmallAndHasTheAccuracyThatTheListSays() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "pretrained")
        let models = try listed()
        #expect(!models.isEmpty)
        for model in models {
            let name = try #require(model["name"] as? String)
            let size = try FileSystem.read(folder.appending(path: "\(name).safetensors").path).count
            #expect(size < 5_000_000)
            #expect((model["command"] as? String)?.hasPrefix("lsn train") == true)
            guard model["dataset"] as? String == "digits" else { continue }
            let result = try place.lsn("eval", "--checkpoint", name, "--json")
            let report = try #require(try result.json() as? [String: Any], "\(result.errors)")
            #expect(report["accuracy"] as? Double == model["accuracy"] as? Double, "\(name)")
            #expect(report["samples"] as? Int == model["samples"] as? Int)
            #expect(report["model"] as? String == model["model"] as? String)
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".safetensors")
        }
        #expect(Set(files) == Set(models.compactMap { $0["name"] as? String }.map { "\($0).safetensors" }))
        #expect(try place.lsn("models", "--pretrained").output.contains("made by"))
    }

    @Test func aNameIsTakenWhereCheckpointsAre() throws {
        let name = try #require(try listed().first?["name"] as? String)
        try FileSystem.writeAtomically(
            PNG.serialize(rgb: [UInt8](repeating: 0, count: 3 * 784), width: 28, height: 28),
            to: place.file("black.png")
        )
        let predicted = try place.lsn("predict", "--checkpoint", name, "--device", "reference", "black.png")
        #expect(predicted.code == 0 && predicted.output.hasPrefix("black.png\t"), "\(predicted.errors)")
        let trained = try place.lsn(
            ["train", "--device", "reference", "--pretrained", name, "--freeze", "stem,stages", "--output", "run"]
                + ["--limit-train", "4", "--limit-test", "4", "--batch-size", "4", "--max-steps", "1"]
        )
        #expect(trained.code == 0 && trained.output.contains("/\(name).safetensors: "), "\(trained.errors)")
        #expect(try place.leaves("run/config.json")["learning.pretrained"] == name)
        let unknown = try place.lsn("predict", "--checkpoint", "nobody", "black.png")
        #expect(
            unknown.code == 2 && unknown.errors.contains("lsn models --pretrained lists: \(name)"),
            "\(unknown.errors)"
        )
        // A folder of that name comes first.
        try FileManager.default.createDirectory(atPath: place.file(name), withIntermediateDirectories: true)
        let folder = try place.lsn("predict", "--checkpoint", name, "black.png")
        #expect(folder.code == 2 && folder.errors.contains("the folder holds no checkpoint"), "\(folder.errors)")
    }

    @Test func anotherFolderMayBeNamed() throws {
        try FileManager.default.createDirectory(atPath: place.file("own"), withIntermediateDirectories: true)
        func list(_ text: String) throws -> CommandResult {
            try place.write(text, to: "own/models.json")
            return try place.lsn(
                ["models", "--pretrained"],
                environment: ["LSN_PRETRAINED_DIR": place.file("own")]
            )
        }
        let entry =
            "\"model\": \"lsn19\", \"dataset\": \"digits\", \"accuracy\": 0.5, \"samples\": 10, \"parameters\": 3"
        let own = try list("[{\"name\": \"mine\", \(entry), \"command\": \"lsn train\"}]")
        #expect(own.code == 0 && own.output.contains("mine") && own.output.contains("50.00 % of 10"), "\(own.errors)")
        let damaged = try list("[{\"name\": \"mine\"}]")
        #expect(
            damaged.code == 2 && damaged.errors.contains("own/models.json: is no list of networks"),
            "\(damaged.errors)"
        )
        let empty = try list("[]")
        #expect(
            empty.code == 2 && empty.errors.contains("no trained networks are beside the program"),
            "\(empty.errors)"
        )
    }
}
