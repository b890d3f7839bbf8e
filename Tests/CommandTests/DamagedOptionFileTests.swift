import FileFormats
import Tensors
import Testing

@testable import lsn

@Suite struct DamagedOptionFileTests {
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
        var random = Philox(seed: 1, purpose: .parity, index: index)
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

    // The limit is there for endless loops; the test takes seconds.
    @Test(.timeLimit(.minutes(10)))
    func endInAnErrorOrInOptions() throws {
        let place = try Workplace()
        let path = place.file("options.yaml")
        let count = 10_000
        var refused = 0
        for index in 0..<count {
            try FileSystem.writeAtomicallyUnsynced(Self.damaged(Array(Self.sound.utf8), index), to: path)
            do {
                let options = try OptionFile.read(path)
                // What was read can be written and read again.
                if index % 50 == 0 {
                    let text = try OptionFile.text(options)
                    try FileSystem.writeAtomicallyUnsynced(Array(text.utf8), to: path)
                    #expect(try OptionFile.read(path) == options, "mutation \(index)")
                }
            } catch let error as InputError {
                #expect(error.description.hasPrefix(path), "mutation \(index): \(error)")
                refused += 1
            }
        }
        #expect(refused > count / 4 && refused < count)
    }
}
