import LSNReferenceBackend
import LSNTensors
import Synchronization
import Testing

@testable import LSNNetworks

/// Counts what a backward pass tells of.
private final class Watcher: NetworkObserver {
    private let layers = Mutex<[String]>([])

    var differentiated: [String] { layers.withLock { $0 } }

    func didRun(_ block: BlockObservation) throws(BackendError) {}

    func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {
        layers.withLock { $0.append(name) }
    }
}

@Suite("Frozen parameters")
struct FreezingTests {
    private func network(_ family: BlockFamily, _ paths: [String], memory: MemoryMode, head: Head = .fc) throws
        -> Network
    {
        let network = try Network(smallDescription(family: family, head: head), backend: backend)
        try network.initialize(seed: 11)
        return try network.freezing(network.parameters.names(below: paths))
    }

    /// What trains has the gradients that it has without, to the bit, in every mode; where a pass is not differentiated, nothing is
    /// written.
    @Test(
        "leave the gradients of the others as they are",
        arguments: [BlockFamily.lsn, .sewAdd, .sew(.iandBranch), .spikingResNet, .residual(.fullPreactivation)],
        [
            ["stem"], ["stem", "stages.0"], ["stages.1"], ["stages.1.0", "head"], ["stem", "stages"],
            ["stages.0.0", "stem.conv"],
        ]
    )
    func others(family: BlockFamily, paths: [String]) throws {
        for memory in MemoryMode.allCases {
            for head in [Head.fc, .fc256] {
                let whole = try network(family, [], memory: memory, head: head)
                let input = try pictures(whole.description, images: 4)
                let expected = try step(whole, input, memory: memory)
                let part = try network(family, paths, memory: memory, head: head)
                let found = try step(part, input, memory: memory)
                #expect(found.logits == expected.logits)
                // Running statistics follow the batch, frozen or not.
                #expect(found.state == expected.state)
                let frozen = part.parameters.frozen
                #expect(!frozen.isEmpty)
                for (a, b) in zip(found.gradients, expected.gradients) where !frozen.contains(a.name) {
                    #expect(a == b, "\(memory) \(head) \(a.name)")
                    #expect(a.values.contains { $0 != 0 } == b.values.contains { $0 != 0 })
                }
                for gradient in found.gradients
                where frozen.contains(gradient.name) && gradient.name.hasSuffix("conv.weight") {
                    #expect(gradient.values.allSatisfy { $0 == 0 })
                }
            }
        }
    }

    @Test("end the backward pass at the first block that trains", arguments: MemoryMode.allCases)
    func end(memory: MemoryMode) throws {
        let cases: [([String], [String])] = [
            ([], ["head", "stages.1.1", "stages.1.0", "stages.0.0", "stem"]),
            (["stem", "stages.0"], ["head", "stages.1.1", "stages.1.0"]), (["stem", "stages"], ["head"]),
            (["stages"], ["head", "stages.1.1", "stages.1.0", "stages.0.0", "stem"]),
        ]
        for (paths, expected) in cases {
            let network = try network(.lsn, paths, memory: memory)
            let watcher = Watcher()
            _ = try step(network, pictures(network.description, images: 4), memory: memory, observer: watcher)
            #expect(watcher.differentiated == expected, "\(paths)")
        }
    }

    @Test("lie below paths that there are; a path ends at a dot")
    func paths() throws {
        let parameters = try network(.lsn, [], memory: .fast).parameters
        #expect(
            try parameters.names(below: ["stages.1.0.excitatory"]).allSatisfy { $0.hasPrefix("stages.1.0.excitatory.") }
        )
        #expect(try parameters.names(below: ["stem.conv.weight"]) == ["stem.conv.weight"])
        for path in ["stage.0", "stages.2", "ste", "stages.1.", ""] {
            let error = #expect(throws: NetworkError.self) { try parameters.names(below: [path]) }
            #expect(
                error?.description.contains(
                    "There are stem, stages.0, stages.0.0, stages.1, stages.1.0, stages.1.1, head"
                ) == true,
                "\(error.map { "\($0)" } ?? "")"
            )
        }
        let error = #expect(throws: NetworkError.self) { try parameters.names(below: ["stem", "stages", "head"]) }
        #expect(error?.description.contains("nothing left to train") == true)
        let names = try parameters.names(below: ["stages.0"])
        let trained = parameters.freezing(names).trainedWords
        #expect(trained.count == 2 && trained[0].lowerBound == 0)
        #expect(parameters.freezing(["stem.conv.weight"]).trainedWords.count == 1)
        for entry in parameters.entries {
            #expect(trained.contains { $0.contains(entry.offset) } == !names.contains(entry.name))
        }
    }
}
