import Foundation
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNTestSupport
import Testing

@testable import LSNTraining

/// `--pretrained` and `--freeze`.
@Suite struct PretrainedTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func session(_ name: String, _ change: (inout OptionList) -> Void = { _ in }) throws -> TrainingSession {
        var options = tinyOptions()
        change(&options)
        return try TrainingSession(options, output: folder.file(name))
    }

    private func tensors(_ name: String) throws -> [String: [UInt8]] {
        let file = try Safetensors.read(folder.file(name))
        return Dictionary(uniqueKeysWithValues: file.names.compactMap { name in file[name].map { (name, $0.bytes) } })
    }

    @Test(arguments: OptimizerKind.allCases, [1, 3])
    func frozenParametersKeepTheirBitsWhateverTheRule(optimizer: OptimizerKind, microBatches: Int) async throws {
        try await train(session("first"))
        let before = try tensors("first/checkpoint-best.safetensors")
        try await train(
            session("second") {
                $0["pretrained"] = folder.file("first")
                $0["freeze"] = "stages.0,stem.bn"
                $0["optimizer"] = optimizer.rawValue
                $0["weight-decay"] = "0.1"
                $0["micro-batches"] = "\(microBatches)"
            }
        )
        let after = try tensors("second/checkpoint-last.safetensors")
        let learning = try RunRecord.read(folder.file("second/config.json")).configuration.learning
        #expect(learning.pretrained == folder.file("first") && learning.freeze?.paths == ["stages.0", "stem.bn"])
        var counts = (frozen: 0, moved: 0)
        for (name, bytes) in before where !name.contains("running_") {
            let isFrozen = name.hasPrefix("stages.0.") || name.hasPrefix("stem.bn.")
            #expect((after[name] == bytes) == isFrozen, "\(name)")
            if isFrozen { counts.frozen += 1 } else { counts.moved += 1 }
            for moment in optimizer.momentNames {
                let values = try #require(after["optimizer.\(moment).\(name)"])
                #expect(values.allSatisfy { $0 == 0 } == isFrozen, "\(moment) \(name)")
            }
        }
        #expect(counts.frozen > 10 && counts.moved > 10)
        // As PyTorch's, running statistics of norms follow the data, frozen or not.
        #expect(after["stem.bn.running_mean"] != before["stem.bn.running_mean"])
    }

    @Test(arguments: [1, 3, 4])
    func aRunFromACheckpointContinuesToTheSameBits(steps: Int) async throws {
        try await train(session("first"))
        func change(_ options: inout OptionList) {
            options["pretrained"] = folder.file("first")
            options["freeze"] = "stem,stages.0"
        }
        try await train(session("whole", change))
        try await train(session("parts", change), stopAfter: steps)
        // The checkpoint that it began with is not asked for again.
        try FileManager.default.removeItem(atPath: folder.file("first"))
        let error = #expect(throws: ConfigurationError.self) {
            _ = try TrainingSession(resuming: folder.file("parts"), options: ["freeze": "head"])
        }
        #expect(error?.description.contains("--freeze stem,stages.0") == true, "\(error?.description ?? "")")
        try await train(TrainingSession(resuming: folder.file("parts"), options: [:]))
        try expectSameRun(folder.file("whole"), folder.file("parts"))
    }

    /// Without a step, the weights are those of the checkpoint.
    @Test func aRunStartsFromTheWeightsAndTheNetworkOfTheCheckpoint() async throws {
        try await train(session("first") { $0["width"] = "0.05" })
        var options = tinyOptions()
        for name in ["model", "width", "timesteps"] { options[name] = nil }
        options["pretrained"] = folder.file("first/checkpoint-last.safetensors")
        options["learning-rate"] = "1e-30"
        options["weight-decay"] = "0"
        try await train(TrainingSession(options, output: folder.file("second")))
        let (before, after) = (
            try tensors("first/checkpoint-last.safetensors"), try tensors("second/checkpoint-last.safetensors")
        )
        for (name, bytes) in before where !name.hasPrefix("optimizer.") && !name.contains("running_") {
            #expect(after[name] == bytes, "\(name)")
        }
        let configuration = try RunRecord.read(folder.file("second/config.json")).configuration
        #expect(configuration.width == 0.05 && configuration.network.timeSteps == 2)
    }

    @Test func otherClassesAndChannelsStartTheHeadAndTheStemAnewUnlessThatIsForbidden() async throws {
        try await train(session("first"))
        let file = try Safetensors.read(folder.file("first/checkpoint-best.safetensors"))
        // As of five classes and of three channels.
        var other = Safetensors()
        other.metadata = file.metadata
        other.metadata["network"] = other.metadata["network"]?
            .replacing("\"classes\":10", with: "\"classes\":5").replacing("\"channels\":1", with: "\"channels\":3")
        for name in file.names {
            guard let tensor = file[name] else { continue }
            var (shape, bytes) = (tensor.shape, tensor.bytes)
            if name.hasPrefix("head."), shape[0] == 10 {
                bytes.removeLast(bytes.count / 2)
                shape[0] = 5
            } else if name == "stem.conv.weight" {
                bytes += bytes + bytes
                shape[1] = 3
            }
            other.append(name, Safetensors.Tensor(type: tensor.type, shape: shape, bytes: bytes))
        }
        try other.write(to: folder.file("other.safetensors"))
        let weights = try PretrainedWeights(folder.file("other.safetensors"))
        #expect(weights.metadata.network.classes == 5 && weights.metadata.network.inChannels == 3)

        func change(_ options: inout OptionList) { options["pretrained"] = folder.file("other.safetensors") }
        try await train(session("second", change))
        let strict = await #expect(throws: ConfigurationError.self) {
            try await train(
                session("strict") {
                    change(&$0); $0["strict"] = "true"
                }
            )
        }
        #expect(strict?.description.contains("--strict: the stem starts anew: the data have 1 channel") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.file("strict")))
        let frozen = await #expect(throws: ConfigurationError.self) {
            try await train(
                session("frozen") {
                    change(&$0); $0["freeze"] = "head"
                }
            )
        }
        #expect(frozen?.description.contains("--freeze: the head starts anew: the data have 10 classes") == true)

        // Anything else that does not fit is named.
        var broken = other
        broken.append("stages.9.0.extra", Safetensors.Tensor(floats: [1], shape: [1]))
        try broken.write(to: folder.file("broken.safetensors"))
        let unfit = await #expect(throws: NetworkError.self) {
            try await train(session("unfit") { $0["pretrained"] = folder.file("broken.safetensors") })
        }
        #expect(unfit.map { "\($0)".contains("unexpected (1): stages.9.0.extra") } == true)
        let narrow = await #expect(throws: NetworkError.self) {
            try await train(
                session("narrow") {
                    change(&$0); $0["width"] = "0.1"
                }
            )
        }
        #expect(narrow.map { "\($0)".contains("wrong shape") } == true)
    }
}
