import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@Suite("Parameters by name")
struct ParameterStateTests {
    private func network(_ seed: UInt64) throws -> Network {
        let network = try Network(smallDescription(), backend: backend)
        try network.initialize(seed: seed)
        return network
    }

    @Test("Names follow PyTorch's habits, in definition order")
    func names() throws {
        let parameters = try network(0).parameters
        let names = parameters.entries.map(\.name)
        #expect(names.prefix(3) == ["stem.conv.weight", "stem.bn.weight", "stem.bn.bias"])
        #expect(names.suffix(2) == ["head.fc.weight", "head.fc.bias"])
        #expect(names.contains("stages.1.0.shortcut.conv.weight"))
        #expect(!names.contains("stages.0.0.shortcut.conv.weight"))
        #expect(parameters.buffers.map(\.name).prefix(2) == ["stem.bn.running_mean", "stem.bn.running_var"])
        let shapes = Dictionary(uniqueKeysWithValues: parameters.entries.map { ($0.name, $0.shape) })
        #expect(shapes["stem.conv.weight"] == [6, 3, 3, 3])
        #expect(shapes["head.fc.weight"] == [5, 10])
        #expect(parameters.parameterCount == parameters.entries.reduce(0) { $0 + $1.count })
    }

    @Test("A state comes back as it went, in any order")
    func roundTrip() throws {
        let source = try network(1)
        let target = try network(2)
        let state = try source.parameters.exportState()
        #expect(try target.parameters.exportState() != state)
        try target.parameters.load(state: state.reversed(), source: "a file")
        #expect(try target.parameters.exportState() == state)
        let input = try pictures(source.description, images: 2)
        #expect(try step(source, input) == step(target, input))
    }

    @Test("Moments travel under a prefix")
    func moments() throws {
        let parameters = try network(1).parameters
        let moments = try backend.zeros(words: parameters.wordCount)
        let targets = parameters.tensors(in: moments, prefix: "adam.m.")
        for (source, target) in zip(parameters.tensors(in: parameters.values, prefix: ""), targets) {
            #expect(target.name == "adam.m." + source.name)
            try target.write { put in try source.read { put($0.map(Float.init(bitPattern:))) } }
        }
        let words = try backend.read(moments, count: parameters.wordCount)
        #expect(try words == backend.read(parameters.values, count: parameters.wordCount))
        let found = parameters.entries.map { (name: $0.name, shape: $0.shape) }
        let prefixed = found.map { (name: "adam.m." + $0.name, shape: $0.shape) }
        #expect(throws: Never.self) { try ParameterSet.require(prefixed, toFit: targets, source: "a file") }
        let error = #expect(throws: NetworkError.self) {
            try ParameterSet.require(found, toFit: targets, source: "a file")
        }
        #expect(error?.description.contains("adam.m.stem.conv.weight") == true)
    }

    @Test("What does not fit is named, and nothing is loaded")
    func mismatches() throws {
        let parameters = try network(1).parameters
        let before = try parameters.exportState()
        var state = try network(2).parameters.exportState()
        state.removeAll { $0.name == "stages.0.0.inhibitory.1.bn.running_var" }
        state.append(NamedTensor(name: "stages.9.0.gate", shape: [1], values: [0]))
        state.append(state[1])
        state[0].shape = [6, 3, 9]
        state[2].values.append(0)
        let error = #expect(throws: NetworkError.self) {
            try parameters.load(state: state, source: "run/checkpoint-best.safetensors")
        }
        guard case .state(let mismatch) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(mismatch.missing == ["stages.0.0.inhibitory.1.bn.running_var"])
        #expect(mismatch.unexpected == ["stages.9.0.gate"])
        #expect(mismatch.repeated == ["stem.bn.weight"])
        #expect(mismatch.wrongShapes.map(\.name) == ["stem.conv.weight"])
        #expect(mismatch.wrongCounts == ["stem.bn.bias"])
        #expect(
            mismatch.description == """
                run/checkpoint-best.safetensors: tensors do not fit the network: \
                missing (1): stages.0.0.inhibitory.1.bn.running_var; unexpected (1): stages.9.0.gate; \
                more than once (1): stem.bn.weight; \
                wrong shape (1): stem.conv.weight is [6, 3, 9], the network's is [6, 3, 3, 3]; \
                values do not fill the shape of (1): stem.bn.bias. \
                Check that the model, width, classes, channels and stem are those the file was saved with
                """
        )
        #expect(try parameters.exportState() == before)
    }

    @Test("A long list of names is cut")
    func longList() throws {
        let parameters = try network(1).parameters
        let error = #expect(throws: NetworkError.self) { try parameters.load(state: [], source: "empty") }
        let count = parameters.entries.count + parameters.buffers.count
        #expect(error?.description.contains("missing (\(count)): stem.conv.weight, ") == true)
        #expect(error?.description.contains(" and \(count - 8) more") == true)
    }

    @Test("A word of flat storage has a name")
    func wordNames() throws {
        let parameters = try network(1).parameters
        for entry in parameters.entries {
            #expect(entry.offset % backend.sliceAlignment == 0)
            #expect(parameters.name(ofWord: entry.offset) == entry.name)
            #expect(parameters.name(ofWord: entry.offset + entry.words - 1) == entry.name)
        }
        for entry in parameters.buffers {
            #expect(parameters.bufferName(ofWord: entry.offset) == entry.name)
        }
        #expect(parameters.name(ofWord: parameters.wordCount - 1) == "head.fc.bias")
    }
}
