package import LSNNetworks
package import LSNTensors

// How a trained network becomes a NIR graph that computes the same spikes.
//
// - A unit is a Conv2d with the norm's running estimates folded in, and a LIF (or IF) node. A reader that steps
//   v += dt/τ·(R·I − v) gets Û = α·U + x for τ = dt / (1 − α) and R = 1 / (1 − α); IF steps v += dt·R·I with R = 1 / dt.
//   It fires at v ≥ threshold and resets to 0, as here.
// - A threshold of spikes, without memory, is a LIF that forgets: τ = (1 + 2⁻¹⁰)·dt, R = τ / dt, so v = 2⁻¹⁰·v + I, and the
//   sums of spikes that come in are whole numbers, none within 2⁻⁸ of the threshold. (τ = dt would leave nothing, but
//   SpikingJelly takes no τ ≤ dt; NIR's own Threshold and Scale are known to no reader.)
// - The logic gate: E if E ≠ I else X is the majority of X, E and ¬I, which is X + E − I > ½: three edges into a threshold
//   of ½, that of I through a convolution of −1.
// - Max-pooling of spikes is an OR: a convolution of ones over each channel, then a threshold of ½.
// - Sums are edges: before a neuron (Spiking ResNet) two, behind neurons (SEW ADD) one from each summand to whatever reads
//   the sum. AND is two edges into a threshold of 3/2, IAND (x and not o) two into one of ½, the branch's through −1.
//
// What stays with the reader: a static picture is the input at every time step, and the logits of all steps are averaged.
extension NIRGraph {
    /// The graph of a network.
    ///
    /// - Parameters:
    ///   - network: what was trained.
    ///   - state: its parameters and running estimates, by the names that checkpoints use.
    /// - Throws: ``InterchangeError`` that names every node that NIR cannot express, or a tensor that is missing.
    package init(_ network: NetworkDescription, state: [NamedTensor]) throws(InterchangeError) {
        try Self.checkExpressible(network)
        var builder = NIRBuilder(network: network, state: state)
        try builder.build()
        self = builder.graph
    }

    /// NIR's LIF resets to a value, knows one leak and one threshold a neuron, and spikes are 0 or 1.
    private static func checkExpressible(_ network: NetworkDescription) throws(InterchangeError) {
        let families = [.lsn, .spikingResNet] + SEWFunction.allCases.map(BlockFamily.sew)
        if let unknown = network.families.first(where: { !families.contains($0) }) {
            let names = network.blocks.filter { $0.family == unknown }.map(\.name).joined(separator: ", ")
            throw InterchangeError(
                "NIR export knows no nodes for blocks of the family \(unknown.rawValue): \(names); use --format "
                    + "safetensors or npz"
            )
        }
        let neuron = network.neuron
        let plain = Neuron(
            leak: neuron.leak,
            threshold: neuron.threshold,
            reset: .hard,
            detachReset: neuron.detachReset,
            surrogate: neuron.surrogate
        )
        if neuron != plain || neuron.leak <= 0 {
            let problem =
                neuron.reset == .soft
                ? "its LIF and IF reset to a value and cannot subtract the threshold"
                : "its LIF and IF know one fixed leak above 0 and one threshold"
            throw InterchangeError(
                "NIR cannot express the neurons of \(neuronNames(network).joined(separator: ", ")): \(problem); use "
                    + "--format safetensors or npz"
            )
        }
    }

    private static func neuronNames(_ network: NetworkDescription) -> [String] {
        ["stem"] + network.blocks.map(\.name) + (network.head == .fc256 ? ["head"] : [])
    }
}

/// A graph under construction.
private struct NIRBuilder {
    let network: NetworkDescription
    private let tensors: [String: NamedTensor]
    private(set) var graph = NIRGraph()

    init(network: NetworkDescription, state: [NamedTensor]) {
        self.network = network
        tensors = Dictionary(state.map { ($0.name, $0) }) { first, _ in first }
    }

    mutating func build() throws(InterchangeError) {
        let shape = ImageShape(
            images: 1,
            height: network.imageHeight,
            width: network.imageWidth,
            channels: network.inChannels
        )
        let input = graph.add("input", .input(shape: extents(shape)), from: [])
        var signal = try stem(Signal(names: [input], shape: shape))
        for block in network.blocks { signal = try add(block, to: signal) }
        try head(signal)
    }

    /// The sum of what nodes give.
    private struct Signal {
        let names: [String]
        let shape: ImageShape

        static func + (a: Signal, b: Signal) -> Signal { Signal(names: a.names + b.names, shape: a.shape) }
    }

    private mutating func stem(_ input: Signal) throws(InterchangeError) -> Signal {
        let isPooled = network.stem == .imagenet
        let convolved = try convolution("stem", stride: isPooled ? 2 : 1, gain: network.stemNormGain, of: input)
        let fired = fire("stem", convolved)
        guard isPooled else { return fired }
        let sum = channelwise("stem_pool_sum", 1, window: 3, WindowGeometry(stride: 2, padding: 1), of: fired)
        return threshold("stem_pool", 0.5, sum)
    }

    private mutating func add(_ block: BlockDescription, to input: Signal) throws(InterchangeError) -> Signal {
        switch block.family {
        case .lsn:
            let e = try branch("excitatory", of: block, on: input)
            let i = try branch("inhibitory", of: block, on: input)
            let x = try shortcut(of: block, on: input)
            return gate(block, 0.5, x + e + negate(i, in: "\(block.name).inhibitory"))
        case .spikingResNet:
            let a = try branch("branch", of: block, on: input)
            return fire(block.name, a + (try shortcut(of: block, on: input)))
        case .sew(.and):
            let a = try branch("branch", of: block, on: input)
            return gate(block, 1.5, a + (try shortcut(of: block, on: input)))
        case .sew(.iand):
            let a = try branch("branch", of: block, on: input)
            let x = try shortcut(of: block, on: input)
            return gate(block, 0.5, x + negate(a, in: "\(block.name).branch"))
        case .sew(.iandBranch):
            let a = try branch("branch", of: block, on: input)
            let x = try shortcut(of: block, on: input)
            return gate(block, 0.5, a + negate(x, in: "\(block.name).shortcut"))
        default:
            return try branch("branch", of: block, on: input) + shortcut(of: block, on: input)
        }
    }

    /// Spikes where a sum of spikes is above a threshold.
    private mutating func gate(_ block: BlockDescription, _ threshold: Float, _ sum: Signal) -> Signal {
        self.threshold(node("\(block.name).gate"), threshold, sum)
    }

    private mutating func threshold(_ name: String, _ threshold: Float, _ sum: Signal) -> Signal {
        let resistance: Float = 1 + 0x1p-10
        let neurons = NIRGraph.Node.leakyNeurons(
            tau: NIRGraph.timeStep * resistance,
            resistance: resistance,
            threshold: threshold,
            shape: extents(sum.shape)
        )
        return Signal(names: [graph.add(name, neurons, from: sum.names)], shape: sum.shape)
    }

    private mutating func negate(_ input: Signal, in part: String) -> Signal {
        channelwise(node("\(part).negated"), -1, window: 1, WindowGeometry(stride: 1, padding: 0), of: input)
    }

    private mutating func channelwise(
        _ name: String,
        _ factor: Float,
        window: Int,
        _ geometry: WindowGeometry,
        of input: Signal
    ) -> Signal {
        let shape = input.shape
        let convolution = NIRGraph.Node.channelwise(
            factor: factor,
            window: window,
            channels: shape.channels,
            stride: geometry.stride,
            padding: geometry.padding,
            height: shape.height,
            width: shape.width
        )
        return Signal(
            names: [graph.add(name, convolution, from: input.names)],
            shape: geometry.output(of: shape, window: window)
        )
    }

    /// A branch's units; the last neuron of Spiking ResNet is the block's.
    private mutating func branch(
        _ name: String,
        of block: BlockDescription,
        on input: Signal
    ) throws(InterchangeError) -> Signal {
        let strides = block.isBottleneck ? [1, block.stride, 1] : [block.stride, 1]
        var signal = input
        for (position, stride) in strides.enumerated() {
            let unit = "\(block.name).\(name).\(position)"
            let isLast = position == strides.count - 1
            let isSummed = block.family == .spikingResNet && isLast
            let convolved = try convolution(unit, stride: stride, gain: block.normGain(isLast: isLast), of: signal)
            signal = isSummed ? convolved : fire(unit, convolved)
        }
        return signal
    }

    private mutating func shortcut(of block: BlockDescription, on input: Signal) throws(InterchangeError) -> Signal {
        guard block.hasProjection else { return input }
        let unit = "\(block.name).shortcut"
        let isSummed = block.family == .spikingResNet
        let convolved = try convolution(unit, stride: block.stride, gain: block.normGain(isLast: true), of: input)
        return isSummed ? convolved : fire(unit, convolved)
    }

    private mutating func head(_ input: Signal) throws(InterchangeError) {
        let shape = input.shape
        let pooled = graph.add(
            "head_pool",
            .averagePool(height: shape.height, width: shape.width),
            from: input.names
        )
        var name = graph.add("head_flatten", .flatten(shape: [shape.channels, 1, 1]), from: [pooled])
        if network.head == .fc256 {
            name = try linear("head.fc1", from: name)
            name = graph.add("head_neuron", neurons(shape: [Head.hiddenWidth]), from: [name])
            name = try linear("head.fc2", from: name)
        } else {
            name = try linear("head.fc", from: name)
        }
        _ = graph.add("output", .output(shape: [network.classes]), from: [name])
    }
}

// Nodes with parameters.
extension NIRBuilder {
    /// Variance is never divided by less; see `NormalizationOperations`.
    private static let epsilon = 1e-5

    /// A convolution with its norm folded in: γ·gain/√(σ² + ε) scales each output, and what is left is the bias.
    private mutating func convolution(
        _ unit: String,
        stride: Int,
        gain: Float,
        of input: Signal
    ) throws(InterchangeError) -> Signal {
        let weight = try tensor("\(unit).conv.weight")
        let shape = weight.shape
        guard shape.count == 4, shape[1] == input.shape.channels, shape[2] == shape[3] else {
            throw InterchangeError(
                "\(weight.name) has shape \(shape), which does not take \(input.shape.channels) channels"
            )
        }
        let gamma = try vector("\(unit).bn.weight", shape[0])
        let beta = try vector("\(unit).bn.bias", shape[0])
        let mean = try vector("\(unit).bn.running_mean", shape[0])
        let variance = try vector("\(unit).bn.running_var", shape[0])
        var folded = weight.values
        var bias = [Float](repeating: 0, count: shape[0])
        let taps = shape[1] * shape[2] * shape[3]
        for output in 0..<shape[0] {
            let deviation = (Double(variance[output]) + Self.epsilon).squareRoot()
            let factor = Double(gamma[output]) * Double(gain) / deviation
            bias[output] = Float(Double(beta[output]) - Double(mean[output]) * factor)
            for tap in output * taps..<(output + 1) * taps { folded[tap] = Float(Double(folded[tap]) * factor) }
        }
        let geometry = WindowGeometry(stride: stride, padding: shape[2] / 2)
        let filter = FilterShape(outputs: shape[0], inputs: shape[1], height: shape[2], width: shape[3])
        let name = graph.add(
            node("\(unit).conv"),
            .convolution(
                weight: folded,
                shape: shape,
                bias: bias,
                stride: stride,
                padding: geometry.padding,
                height: input.shape.height,
                width: input.shape.width
            ),
            from: input.names
        )
        return Signal(names: [name], shape: geometry.output(of: input.shape, filter: filter))
    }

    private mutating func linear(_ layer: String, from source: String) throws(InterchangeError) -> String {
        let weight = try tensor("\(layer).weight")
        guard weight.shape.count == 2 else {
            throw InterchangeError("\(weight.name) has shape \(weight.shape), not [out, in]")
        }
        let bias = try vector("\(layer).bias", weight.shape[0])
        return graph.add(node(layer), .affine(weight: weight.values, shape: weight.shape, bias: bias), from: [source])
    }

    private mutating func fire(_ unit: String, _ input: Signal) -> Signal {
        let neurons = neurons(shape: extents(input.shape))
        return Signal(names: [graph.add(node("\(unit).neuron"), neurons, from: input.names)], shape: input.shape)
    }

    private func neurons(shape: [Int]) -> NIRGraph.Node {
        let neuron = network.neuron
        if neuron.leak == 1 {
            return .neurons(resistance: 1 / NIRGraph.timeStep, threshold: neuron.threshold, shape: shape)
        }
        return .leakyNeurons(
            tau: NIRGraph.timeStep / (1 - neuron.leak),
            resistance: 1 / (1 - neuron.leak),
            threshold: neuron.threshold,
            shape: shape
        )
    }

    private func tensor(_ name: String) throws(InterchangeError) -> NamedTensor {
        guard let tensor = tensors[name] else { throw InterchangeError("the network has no tensor \(name)") }
        return tensor
    }

    private func vector(_ name: String, _ count: Int) throws(InterchangeError) -> [Float] {
        let tensor = try tensor(name)
        guard tensor.shape == [count] else {
            throw InterchangeError("\(name) has shape \(tensor.shape), expected [\(count)]")
        }
        return tensor.values
    }

    /// Names of modules in other frameworks hold no dots.
    private func node(_ name: String) -> String { String(name.map { $0 == "." ? "_" : $0 }) }

    private func extents(_ shape: ImageShape) -> [Int] { [shape.channels, shape.height, shape.width] }
}
