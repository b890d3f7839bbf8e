import LSNOpenCLRuntime
import LSNTensors

/// A neuron layer as the kernels of neuron/ take it.
struct NeuronLayer {
    private let operands: NeuronOperands
    /// Pixels of one time step.
    let pixels: Int
    /// How the kernels cut the input's channels.
    let lanes: ChannelLanes

    /// The kernels take so many thresholds.
    static let mostThresholds = 4

    init(_ operands: NeuronOperands, lanes: ChannelLanes) {
        self.operands = operands
        self.lanes = lanes
        let shape = operands.input.shape
        pixels = operands.time.batch(shape.images) * shape.area
    }

    /// Before it is normalised.
    var input: RealTensor { operands.input }
    private var neuron: Neuron { operands.neuron }
    private var time: TimeAxis { operands.time }

    /// Time steps of the input.
    var inputSteps: Int { time.isStatic ? 1 : time.steps }

    /// How the kernels of neuron/ are specialised.
    var options: [KernelOption] {
        [
            lanes.option, .define("TIME_STEPS", time.steps), .define("NORMALIZED", operands.normalization != nil),
            .define("STATIC_INPUT", time.isStatic), .define("SOFT_RESET", neuron.reset == .soft),
            .define("LEVELS", neuron.thresholds.count), .define("LEARNED_LEAK", operands.leak != nil),
        ]
    }

    /// The norm, as the kernels take it; `sums` goes between its vectors and its gain.
    func normArguments(sums: (any Storage)? = nil) throws(BackendError) -> [KernelArgument] {
        guard let normalization = operands.normalization else { return [] }
        let parameters = normalization.parameters
        var arguments: [KernelArgument] = [
            try .storage(normalization.statistics.storage), try .storage(parameters.weight.storage),
            try .storage(parameters.bias.storage),
        ]
        if let sums { arguments.append(try .storage(sums)) }
        return arguments + [.float(parameters.gain)]
    }

    /// What kernels of the forward pass take first.
    func fireArguments(_ output: Activation) throws(BackendError) -> [KernelArgument] {
        let shape = input.shape
        return [try .storage(input.storage)] + (try normArguments())
            + [
                try .storage(output.storage), .int(pixels), .int(shape.channelStride), .int(shape.wordsPerPixel),
                .int(shape.channels),
            ]
    }

    /// The leak, as the kernels take it.
    func leakArgument() throws(BackendError) -> KernelArgument {
        if let leak = operands.leak { try .storage(leak.weight.storage) } else { .float(neuron.leak) }
    }

    /// The leak, then the thresholds: one, or room for as many as there may be.
    func neuronArguments() throws(BackendError) -> [KernelArgument] {
        let thresholds = neuron.thresholds
        let numbers: [KernelArgument] =
            thresholds.count == 1
            ? [.float(neuron.threshold)]
            : (0..<Self.mostThresholds).map { .float($0 < thresholds.count ? thresholds[$0] : 0) }
        return [try leakArgument()] + numbers
    }
}

extension Surrogate.Kind {
    /// SURROGATE of neuron/dynamics.cl.
    var number: Int {
        switch self {
        case .triangular: 0
        case .sigmoid: 1
        case .arctan: 2
        case .rectangle: 3
        case .dspike: 4
        }
    }
}
