import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNInterchange

/// Steps a graph as its readers do, in Double: nodes in order, edges into a node summed, `v += dt/τ·(R·I − v)`.
private struct GraphRunner {
    struct Value {
        var shape: [Int]
        var values: [Double]
    }

    let graph: NIRGraph
    private var potentials: [String: [Double]] = [:]

    init(_ graph: NIRGraph) {
        self.graph = graph
    }

    /// What goes out at one time step.
    mutating func step(_ input: Value) throws -> [Double] {
        var results: [String: Value] = [:]
        for (name, node) in graph.nodes {
            let sources = graph.edges.filter { $0.target == name }.map(\.source)
            var sum = try sources.first.map { try #require(results[$0]) } ?? input
            for source in sources.dropFirst() {
                let other = try #require(results[source])
                #expect(other.shape == sum.shape)
                for index in sum.values.indices { sum.values[index] += other.values[index] }
            }
            results[name] = compute(name, node, sum)
        }
        return try #require(results["output"]).values
    }

    private mutating func compute(_ name: String, _ node: NIRGraph.Node, _ input: Value) -> Value {
        switch node {
        case .input(let shape), .output(let shape):
            #expect(input.shape == shape)
            return input
        case .convolution(let weight, let shape, let bias, let stride, let padding, let height, let width):
            #expect(input.shape == [shape[1], height, width])
            return convolve(input, weight, shape, bias, stride, padding)
        case .affine(let weight, let shape, let bias):
            let values = (0..<shape[0]).map { row in
                (0..<shape[1]).reduce(Double(bias[row])) { $0 + Double(weight[row * shape[1] + $1]) * input.values[$1] }
            }
            return Value(shape: [shape[0]], values: values)
        case .leakyNeurons(let tau, let resistance, let threshold, let shape):
            #expect(input.shape == shape)
            let share = Double(NIRGraph.timeStep) / Double(tau)
            return fire(name, input, Double(threshold)) { $0 + share * (Double(resistance) * $1 - $0) }
        case .neurons(let resistance, let threshold, let shape):
            #expect(input.shape == shape)
            let gain = Double(NIRGraph.timeStep) * Double(resistance)
            return fire(name, input, Double(threshold)) { $0 + gain * $1 }
        case .channelwise(let factor, let window, let channels, let stride, let padding, let height, let width):
            #expect(input.shape == [channels, height, width])
            let weight = NIRGraph.Node.diagonal(factor, window: window, channels: channels)
            let none = [Float](repeating: 0, count: channels)
            return convolve(input, weight, [channels, channels, window, window], none, stride, padding)
        case .averagePool(let height, let width):
            #expect(Array(input.shape.dropFirst()) == [height, width])
            let area = height * width
            let means = (0..<input.shape[0]).map { channel in
                input.values[channel * area..<(channel + 1) * area].reduce(0, +) / Double(area)
            }
            return Value(shape: [input.shape[0], 1, 1], values: means)
        case .flatten(let shape):
            #expect(input.shape == shape)
            return Value(shape: [input.values.count], values: input.values)
        }
    }

    private mutating func fire(
        _ name: String,
        _ input: Value,
        _ threshold: Double,
        _ update: (Double, Double) -> Double
    ) -> Value {
        var state = potentials[name] ?? [Double](repeating: 0, count: input.values.count)
        var spikes = input
        for index in state.indices {
            state[index] = update(state[index], input.values[index])
            spikes.values[index] = state[index] >= threshold ? 1 : 0
            if spikes.values[index] == 1 { state[index] = 0 }
        }
        potentials[name] = state
        return spikes
    }

    private func convolve(
        _ input: Value,
        _ weight: [Float],
        _ shape: [Int],
        _ bias: [Float],
        _ stride: Int,
        _ padding: Int
    ) -> Value {
        let (height, width) = (input.shape[1], input.shape[2])
        let rows = (height + 2 * padding - shape[2]) / stride + 1
        let columns = (width + 2 * padding - shape[3]) / stride + 1
        var result: [Double] = []
        for output in 0..<shape[0] {
            for row in 0..<rows {
                for column in 0..<columns {
                    var sum = Double(bias[output])
                    for channel in 0..<shape[1] {
                        for y in 0..<shape[2] {
                            for x in 0..<shape[3] {
                                let (r, c) = (row * stride + y - padding, column * stride + x - padding)
                                guard r >= 0, r < height, c >= 0, c < width else { continue }
                                let tap = ((output * shape[1] + channel) * shape[2] + y) * shape[3] + x
                                sum += Double(weight[tap]) * input.values[(channel * height + r) * width + c]
                            }
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return Value(shape: [shape[0], rows, columns], values: result)
    }
}

/// A network with random parameters and running estimates that make it fire.
private func makeNetwork(_ description: NetworkDescription) throws -> Network {
    let network = try Network(description, backend: Backend(ReferenceBackend()))
    try network.initialize(seed: 9)
    var random = Philox(seed: 3, purpose: .conformance)
    let state = try network.parameters.exportState().map { tensor in
        var tensor = tensor
        // Means of few spikes are small; the head's neurons are to fire all the same.
        if tensor.name == "head.fc1.weight" { tensor.values = tensor.values.map { 12 * $0 } }
        guard tensor.name.contains(".bn.") else { return tensor }
        let base: Float = tensor.name.hasSuffix("weight") || tensor.name.hasSuffix("var") ? 0.7 : 0
        tensor.values = tensor.values.map { _ in base + 0.6 * random.uniform() }
        return tensor
    }
    try network.parameters.load(state: state, source: "a test")
    return network
}

private func describe(
    family: BlockFamily = .lsn,
    isBottleneck: Bool = false,
    stem: Stem = .cifar,
    head: Head = .fc,
    neuron: Neuron = Neuron()
) -> NetworkDescription {
    NetworkDescription(
        family: family,
        isBottleneck: isBottleneck,
        stages: [1, 2],
        widths: [3, 4],
        stemWidth: 3,
        stem: stem,
        head: head,
        classes: 5,
        timeSteps: 3,
        inChannels: 2,
        imageHeight: 9,
        imageWidth: 11,
        neuron: neuron,
        branchScale: 0.5,
        branchBias: 0
    )
}

@Suite("NIR graphs")
struct NIRGraphTests {
    static let networks: [NetworkDescription] = [
        describe(), describe(isBottleneck: true, stem: .imagenet),
        describe(head: .fc256, neuron: Neuron(threshold: 0.1)),
        describe(neuron: Neuron(leak: 1)), describe(neuron: Neuron(leak: 0.25, threshold: 0.5)),
        describe(family: .spikingResNet, stem: .imagenet, neuron: Neuron(leak: 1, threshold: 0.75)),
        describe(family: .sew(.add), head: .fc256), describe(family: .sew(.and), neuron: Neuron(threshold: 0.25)),
        describe(family: .sew(.iand)),
        describe(family: .sew(.iandBranch), neuron: Neuron(threshold: 0.25)),
    ]

    @Test("compute the network's logits at every time step", arguments: networks)
    func logits(description: NetworkDescription) throws {
        let network = try makeNetwork(description)
        let shape = ImageShape(images: 2, height: 9, width: 11, channels: 2)
        var random = Philox(seed: 8, purpose: .conformance)
        let pictures = (0..<shape.count).map { _ in 4 * random.uniform() - 2 }
        let input = try network.backend.realTensor(pictures, shape: shape)
        let pass = try network.forward(input, isStatic: true, training: false)
        let logits = try network.backend.values(pass.logits)
        #expect(Set(logits.map(\.bitPattern)).count > 10)

        let graph = try NIRGraph(description, state: network.parameters.exportState())
        for sample in 0..<2 {
            var runner = GraphRunner(graph)
            let size = 2 * 9 * 11
            let values = pictures[sample * size..<(sample + 1) * size].map { Double($0) }
            for step in 0..<3 {
                let outputs = try runner.step(GraphRunner.Value(shape: [2, 9, 11], values: values))
                let start = (2 * step + sample) * 5
                for (output, logit) in zip(outputs, logits[start..<start + 5]) {
                    #expect(abs(output - Double(logit)) < 1e-4, "sample \(sample), step \(step)")
                }
            }
        }
    }

    @Test("express the gate by a threshold: the whole truth table")
    func gate() {
        for bits in 0..<8 {
            let (x, e, i) = (Double(bits >> 2), Double(bits >> 1 & 1), Double(bits & 1))
            #expect((x + e - i > 0.5 ? 1 : 0) == (e != i ? e : x))
        }
    }

    @Test("name every node that they cannot express")
    func inexpressible() throws {
        let description = describe(head: .fc256, neuron: Neuron(reset: .soft))
        let network = try makeNetwork(description)
        let error = #expect(throws: InterchangeError.self) {
            try NIRGraph(description, state: network.parameters.exportState())
        }
        let text = error?.description ?? ""
        for name in ["stem", "stages.0.0", "stages.1.0", "stages.1.1", "head"] { #expect(text.contains(name)) }
        #expect(text.contains("cannot subtract the threshold"))
    }

    @Test("are not made of blocks that have no nodes")
    func otherFamilies() {
        let error = #expect(throws: InterchangeError.self) {
            try NIRGraph(describe(family: .residual(.fullPreactivation)), state: [])
        }
        #expect(error?.description.contains("stages.0.0, stages.1.0, stages.1.1") == true)
    }

    @Test("lack no tensor")
    func missing() throws {
        let description = describe()
        let state = try makeNetwork(description).parameters.exportState()
        let error = #expect(throws: InterchangeError.self) {
            try NIRGraph(description, state: state.filter { $0.name != "stages.1.0.shortcut.bn.bias" })
        }
        #expect(error?.description.contains("stages.1.0.shortcut.bn.bias") == true)
    }

    @Test("are files that hold every node")
    func file() throws {
        let description = describe()
        let graph = try NIRGraph(description, state: try makeNetwork(description).parameters.exportState())
        let names = graph.nodes.map(\.name)
        #expect(Set(names).count == names.count && !names.contains { $0.contains(".") })
        #expect(graph.edges.allSatisfy { names.contains($0.source) && names.contains($0.target) })
        #expect(Set(graph.edges).count == graph.edges.count)
        let bytes = graph.serialized(metadata: ["model": "tiny"])
        #expect(bytes.starts(with: [0x89, 0x48, 0x44, 0x46]))
        for name in names { #expect(bytes.firstRange(of: name.utf8) != nil) }
    }
}
