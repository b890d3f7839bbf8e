import Foundation
import LSNConfiguration
import LSNFileFormats
import LSNNetworks
import LSNTensors
import LSNTraining
import Testing

/// Files that options and networks are read from, after a few changes: an error that names the file, or what it says.
@Suite struct DamagedFileTests {
    private static let sound = """
        # A run's options.
        model: lsn19
        dataset: cifar10
        data: "/data/cifar 10"
        width: 0.25
        batch-size: 64
        learning_rate: 5e-3
        split: first-900
        flip: true
        seed: 18446744073709551615

        """

    /// `text` after a few changes, most of which YAML notices.
    private static func damaged(_ text: [UInt8], _ index: Int) -> [UInt8] {
        var random = Philox(seed: 1, purpose: .conformance, index: index)
        var result = text
        for _ in 0...random.integer(below: 4) where !result.isEmpty {
            let start = random.integer(below: result.count)
            let end = min(start + 1 + random.integer(below: 8), result.count)
            let mark = Array("{}[]:&*!|>-?,#\"'%@`\t\n\\\0\u{FF}".utf8)
            switch random.integer(below: 6) {
            case 0: result[start] ^= 1 << UInt8(random.integer(below: 8))
            case 1: result[start] = mark[random.integer(below: mark.count)]
            case 2: result.removeSubrange(start..<end)
            case 3: result.insert(contentsOf: result[start..<end], at: start)
            case 4: result.removeSubrange(start...)
            default: result.insert(mark[random.integer(below: mark.count)], at: start)
            }
        }
        return result
    }

    private static let network = """
        name: mixture
        family: lsn  # and others
        timesteps: 4
        input: {channels: 2, height: 48, width: 48}
        stem: {kind: cifar, width: 8}
        stages:
          - {blocks: 2, width: 8, stride: 1}
          - {blocks: 1, width: 16, family: sew, function: iand, bottleneck: true}
          - {blocks: 1, width: 16, family: residual, order: original, norm: {last-gain: 0.5}}
        head: fc256
        neuron: {model: plif, leak: 0.5, threshold: 1, surrogate: arctan, surrogate-slope: 2}
        start: {branch-scale: 0.5, branch-bias: 0, head-gain: 1}

        """

    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("lsn-\(UUID().uuidString).yaml")
        .path

    // The limit is there for endless loops; the test takes seconds.
    @Test(.timeLimit(.minutes(10)))
    func networksEndInAnErrorOrReadBack() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let count = 10_000
        var refused = 0
        for index in 0..<count {
            try FileSystem.writeAtomicallyUnsynced(Self.damaged(Array(Self.network.utf8), index), to: path)
            do {
                let template = try NetworkFile(path).template
                if index % 50 == 0 {
                    let settled = try template.settled()
                    try FileSystem.writeAtomicallyUnsynced(Array(NetworkFile.text(settled).utf8), to: path)
                    #expect(try NetworkFile(path).template == settled, "mutation \(index)")
                }
            } catch let error as ConfigurationError {
                #expect(error.description.hasPrefix(path), "mutation \(index): \(error)")
                refused += 1
            }
        }
        #expect(refused > count / 4 && refused < count)
    }

    // The limit is there for endless loops; the test takes seconds.
    @Test(.timeLimit(.minutes(10)))
    func endInAnErrorOrInOptions() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let count = 10_000
        var refused = 0
        for index in 0..<count {
            try FileSystem.writeAtomicallyUnsynced(Self.damaged(Array(Self.sound.utf8), index), to: path)
            do {
                // What was read can be parsed.
                _ = try TrainingOptions.parsed(OptionFile.arguments(path))
            } catch let error as ConfigurationError {
                #expect(error.description.hasPrefix(path), "mutation \(index): \(error)")
                refused += 1
            }
        }
        #expect(refused > count / 4 && refused < count)
    }
}
