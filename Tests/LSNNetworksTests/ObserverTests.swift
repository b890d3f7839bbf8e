import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Synchronization
import Testing

/// Notes all it hears.
private final class Notebook: NetworkObserver {
    struct Contents {
        var blocks: [BlockObservation] = []
        var gradients: [(name: String, values: [Float])] = []
    }

    private let contents = Mutex(Contents())

    var blocks: [BlockObservation] { contents.withLock { $0.blocks } }
    var gradients: [(name: String, values: [Float])] { contents.withLock { $0.gradients } }

    func didRun(_ block: BlockObservation) throws(BackendError) {
        contents.withLock { $0.blocks.append(block) }
    }

    func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {
        let values = try backend.values(gradient)
        contents.withLock { $0.gradients.append((name, values)) }
    }
}

/// Notes which layers fire.
private final class FiringNotebook: NetworkObserver {
    private let layers = Mutex<[(name: String, shape: ImageShape)]>([])
    private let announced = Mutex<[String]>([])

    var fired: [(name: String, shape: ImageShape)] { layers.withLock { $0 } }
    var willHaveFired: [String] { announced.withLock { $0 } }

    func willFire(_ layer: FiringObservation) throws(BackendError) { announced.withLock { $0.append(layer.name) } }

    func didFire(_ layer: String, output: Activation) throws(BackendError) {
        layers.withLock { $0.append((layer, output.shape)) }
    }

    func didRun(_ block: BlockObservation) throws(BackendError) {}

    func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {}
}

/// Holds nothing that it hears, and counts how much of it is still alive.
private final class MemoryWatch: NetworkObserver {
    private struct Reference {
        weak var storage: (any Storage)?
    }

    private struct Contents {
        var spikes: [String: Reference] = [:]
        var order: [String] = []
        var alive: [String: [String]] = [:]
        var gradients: [Reference] = []
        var mostGradients = 0
    }

    private let contents = Mutex(Contents())

    /// By the name of the layer that ran or was to be differentiated: the blocks whose E was in memory.
    var alive: [String: [String]] { contents.withLock { $0.alive } }
    /// The most gradients between blocks that were in memory together.
    var mostGradients: Int { contents.withLock { $0.mostGradients } }

    func didRun(_ block: BlockObservation) throws(BackendError) {
        contents.withLock { contents in
            if let excitatory = block.excitatory {
                contents.spikes[block.name] = Reference(storage: excitatory.storage)
                contents.order.append(block.name)
            }
            Self.note(block.name, &contents)
        }
    }

    func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {
        contents.withLock { contents in
            Self.note(name, &contents)
            if name != "head" { contents.gradients.append(Reference(storage: gradient.storage)) }
            let alive = Set(contents.gradients.compactMap { $0.storage.map { ObjectIdentifier($0) } })
            contents.mostGradients = max(contents.mostGradients, alive.count)
        }
    }

    private static func note(_ name: String, _ contents: inout Contents) {
        contents.alive[name] = contents.order.filter { contents.spikes[$0]?.storage != nil }
    }
}

@Suite("Observers")
struct ObserverTests {
    /// What a description says of its neurons is what an observer hears.
    @Test(
        arguments: [.lsn, .spikingResNet, .sew(.add), .residual(.fullPreactivation), .dsResNet] as [BlockFamily],
        [Head.fc, .fc256]
    )
    func layersOfNeuronsAreThoseThatFire(_ family: BlockFamily, _ head: Head) throws {
        for stem in [Stem.cifar, .imagenet] {
            let description = smallDescription(family: family, stem: stem, head: head, timeSteps: 2, imageSize: 16)
            let network = try Network(description, backend: backend)
            try network.initialize(seed: 1)
            let notebook = FiringNotebook()
            _ = try network.forward(
                pictures(description, images: 3),
                isStatic: true,
                training: false,
                observer: notebook
            )
            let fired = notebook.fired
            #expect(fired.map(\.name) == notebook.willHaveFired)
            let layers = description.neuronLayers
            #expect(Set(fired.map(\.name)) == Set(layers.map(\.name)) && fired.count == layers.count)
            for layer in layers {
                let shape = try #require(fired.first { $0.name == layer.name }).shape
                #expect(
                    (shape.images, shape.channels, shape.height, shape.width)
                        == (6, layer.channels, layer.height, layer.width)
                )
            }
        }
    }

    private func network(_ description: NetworkDescription) throws -> Network {
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 11)
        return network
    }

    @Test("Every block of an LSN leaves spikes, and they are the gate's", arguments: [false, true])
    func binaryOutputs(isBottleneck: Bool) throws {
        let network = try network(smallDescription(isBottleneck: isBottleneck))
        let notebook = Notebook()
        _ = try step(network, try pictures(network.description, images: 2), observer: notebook)
        #expect(notebook.blocks.map(\.name) == ["stem", "stages.0.0", "stages.1.0", "stages.1.1"])
        for block in notebook.blocks.dropFirst() {
            let x = try spikes(block.input)
            let e = try backend.values(try #require(block.excitatory))
            let i = try backend.values(try #require(block.inhibitory))
            let output = try spikes(block.output)
            #expect(output.contains(1) && output.contains(0))
            for index in output.indices {
                let t = e[index] + i[index] - 2 * e[index] * i[index]
                #expect(output[index] == (1 - t) * x[index] + e[index] - e[index] * i[index])
            }
            #expect(try spareBits(block.output) == 0)
        }
    }

    @Test("A family that is called binary leaves spikes, another does not", arguments: BlockFamily.allCases)
    func binaryFamilies(family: BlockFamily) throws {
        let network = try network(smallDescription(family: family))
        #expect(network.description.hasBinaryBlockOutputs == family.hasBinaryOutputs)
        let notebook = Notebook()
        _ = try step(network, try pictures(network.description, images: 2), observer: notebook)
        var largest: Float = 0
        for block in notebook.blocks.dropFirst() {
            #expect((block.branch == nil) == (family == .lsn))
            switch block.output {
            case .spikes: #expect(family.hasBinaryOutputs)
            case .real(let tensor):
                #expect(!family.hasBinaryOutputs)
                let values = try backend.values(tensor)
                largest = max(largest, values.max() ?? 0)
                let areIntegers = values.allSatisfy { $0 >= 0 && $0 == $0.rounded() }
                #expect(areIntegers == (notebook.blocks[0].output.isSpikes))
            }
        }
        #expect(family.hasBinaryOutputs || largest > 1)
    }

    @Test("Multi-level neurons leave numbers of spikes")
    func levels() throws {
        var description = smallDescription(family: .dsResNet)
        description.neuron.higherThresholds = [2, 3]
        #expect(!description.hasBinaryBlockOutputs)
        let notebook = Notebook()
        _ = try step(try network(description), try pictures(description, images: 2), observer: notebook)
        guard case .real(let stem) = notebook.blocks[0].output else {
            Issue.record("the stem leaves spikes")
            return
        }
        #expect(Set(try backend.values(stem)).isSubset(of: [0, 1, 2, 3]))
        #expect(try backend.values(stem).contains { $0 > 1 })
    }

    @Test("Gradients are heard from the logits back to the stem, and watching changes nothing")
    func gradients() throws {
        let description = smallDescription(head: .fc256)
        let notebook = Notebook()
        let watched = try network(description)
        let input = try pictures(description, images: 2)
        let result = try step(watched, input, observer: notebook)
        #expect(notebook.gradients.map(\.name) == watched.layerNames.reversed())
        for (name, values) in notebook.gradients {
            #expect(values.contains { $0 != 0 }, "\(name)")
        }
        #expect(notebook.gradients[0].values.count == result.logits.count)
        #expect(try step(try network(description), input) == result)
    }

    @Test("Memory comes back layer by layer")
    func memory() throws {
        let network = try network(smallDescription())
        let input = try pictures(network.description, images: 2)
        let training = MemoryWatch()
        _ = try step(network, input, observer: training)
        let all = ["stages.0.0", "stages.1.0", "stages.1.1"]
        #expect(training.alive["head"] == all)
        #expect(training.alive["stages.1.1"] == all)
        #expect(training.alive["stages.1.0"] == Array(all.prefix(2)))
        #expect(training.alive["stages.0.0"] == Array(all.prefix(1)))
        #expect(training.alive["stem"] == [])
        #expect(training.mostGradients == 1)

        let inference = MemoryWatch()
        _ = try network.forward(input, isStatic: true, training: false, observer: inference).logits
        for name in all { #expect(inference.alive[name] == [name]) }
    }

    private func spikes(_ activation: Activation) throws -> [Float] {
        guard case .spikes(let tensor) = activation else {
            Issue.record("real values of shape \(activation.shape)")
            return []
        }
        return try backend.values(tensor)
    }

    /// How many bits beyond the channels are set.
    private func spareBits(_ activation: Activation) throws -> Int {
        guard case .spikes(let tensor) = activation else { return 0 }
        let words = try backend.read(tensor.storage, count: tensor.shape.spikeWords)
        let set = words.reduce(0) { $0 + $1.nonzeroBitCount }
        return set - Int(try backend.values(tensor).reduce(0, +))
    }
}

extension Activation {
    fileprivate var isSpikes: Bool {
        if case .spikes = self { true } else { false }
    }
}
