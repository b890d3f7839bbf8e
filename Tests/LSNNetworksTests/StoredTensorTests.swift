import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNNetworks

@Suite("Tensors where they lie")
struct StoredTensorTests {
    /// A filter of more values than a piece has, between others.
    private func parameters() throws -> ParameterSet {
        var layout = ParameterLayout(alignment: backend.sliceAlignment)
        layout.declareVector("before", 3, initial: .constant(1))
        let shape = FilterShape(outputs: 301, inputs: 100, height: 3, width: 3)
        layout.declareFilter("filter", shape, initial: .heNormal)
        layout.declareVector("vector", 300_000, initial: .constant(2))
        return try ParameterSet(layout: layout, backend: backend)
    }

    @Test("Come and go in pieces, in PyTorch's order, and leave their neighbours alone")
    func pieces() throws {
        let parameters = try parameters()
        try parameters.initialize(seed: 1)
        let before = try parameters.exportState()
        for tensor in parameters.state.dropFirst() {
            let count = tensor.entry.count
            var pieces: [[UInt32]] = []
            try tensor.read { pieces.append($0) }
            #expect(pieces.map(\.count) == [1 << 18, count - (1 << 18)])
            let values = pieces.flatMap(\.self).map(Float.init(bitPattern:))
            #expect(values == before.first { $0.name == tensor.name }?.values)
            try tensor.write { put in
                for start in stride(from: 0, to: count, by: 99_999) {
                    put((start..<min(start + 99_999, count)).map { Float($0) })
                }
            }
        }
        let after = try parameters.exportState()
        #expect(after[0] == before[0])
        for tensor in after.dropFirst() { #expect(tensor.values == (0..<tensor.values.count).map { Float($0) }) }
        // Spare words stay zero.
        let words = try backend.readFloats(parameters.values, count: parameters.wordCount)
        let used = Set(parameters.entries.flatMap(\.valueWords))
        #expect(words.indices.allSatisfy { used.contains($0) || words[$0] == 0 })
    }

    @Test("Stay as they were where their new values do not come")
    func failure() throws {
        struct Lost: Error {}
        let parameters = try parameters()
        try parameters.initialize(seed: 1)
        let before = try parameters.exportState()
        #expect(throws: Lost.self) {
            try parameters.state[1].write { put in
                put([1, 2, 3])
                throw Lost()
            }
        }
        #expect(try parameters.exportState() == before)
    }
}
