import Foundation
import OpenCLRuntime
import Tensors

/// What every operation of a neuron layer needs, with its operands checked.
struct NeuronLayer {
    let input: RealTensor
    let normalization: Normalization?
    let neuron: Neuron
    let leak: LearnedLeak?
    let time: TimeAxis
    let outputShape: ImageShape
    /// Pixels of one time step.
    let pixels: Int
    /// How the kernels cut the input's channels.
    let lanes: ChannelLanes

    /// The kernels take so many thresholds.
    private static let mostLevels = 4

    init(
        _ backend: OpenCLBackend,
        _ input: RealTensor,
        _ normalization: Normalization?,
        _ neuron: Neuron,
        _ leak: LearnedLeak?,
        _ time: TimeAxis,
        _ operation: String
    ) throws(BackendError) {
        let shape = input.shape
        try backend.require(input, operation, "the input")
        if let normalization { try backend.require(normalization, channels: shape.channels, operation) }
        try backend.require(
            time.steps >= 1 && (time.isStatic || shape.images % time.steps == 0),
            operation,
            "the input of shape \(shape) does not divide into \(time.steps) time steps"
        )
        try backend.require(
            neuron.isLeakLearned == (leak != nil),
            operation,
            "a leak must be given exactly when the neuron learns it"
        )
        if let leak { try backend.require(leak.weight, channels: 1, operation, "the leak's w") }
        let levels = neuron.thresholds.count
        try backend.require(
            levels <= Self.mostLevels,
            operation,
            "the neuron has \(levels) thresholds; the kernels take \(Self.mostLevels) at most"
        )
        self.input = input
        self.normalization = normalization
        self.neuron = neuron
        self.leak = leak
        self.time = time
        outputShape = shape.with(images: time.outputImages(shape.images))
        try backend.requirePixels(outputShape, operation)
        pixels = time.batch(shape.images) * shape.area
        lanes = backend.lanes(of: shape)
    }

    /// Time steps of the input.
    var inputSteps: Int { time.isStatic ? 1 : time.steps }

    /// How the kernels of neuron/ are specialised.
    var options: [KernelOption] {
        [
            lanes.option, .define("TIME_STEPS", time.steps), .define("NORMALIZED", normalization != nil),
            .define("STATIC_INPUT", time.isStatic), .define("SOFT_RESET", neuron.reset == .soft),
            .define("LEVELS", neuron.thresholds.count), .define("LEARNED_LEAK", leak != nil),
        ]
    }

    /// The norm, as the kernels take it; `sums` goes between its vectors and its gain.
    func normArguments(sums: (any Storage)? = nil) throws(BackendError) -> [KernelArgument] {
        guard let normalization else { return [] }
        let parameters = normalization.parameters
        var arguments: [KernelArgument] = [
            try .storage(normalization.statistics.storage), try .storage(parameters.weight.storage),
            try .storage(parameters.bias.storage),
        ]
        if let sums { arguments.append(try .storage(sums)) }
        return arguments + [.float(parameters.gain)]
    }

    /// The leak, as the kernels take it.
    func leakArgument() throws(BackendError) -> KernelArgument {
        if let leak { try .storage(leak.weight.storage) } else { .float(neuron.leak) }
    }

    /// The thresholds, as the kernels take them: one, or room for as many as there may be.
    var thresholdArguments: [KernelArgument] {
        let thresholds = neuron.thresholds
        guard thresholds.count > 1 else { return [.float(neuron.threshold)] }
        return (0..<Self.mostLevels).map { .float($0 < thresholds.count ? thresholds[$0] : 0) }
    }
}

/// A surrogate as neuron/dynamics.cl computes it: its kind there and two numbers.
struct SurrogateNumbers {
    let kind: Int
    let scale, slope: Float

    init(_ surrogate: Surrogate) {
        switch surrogate {
        case .triangular(let height):
            (kind, scale, slope) = (0, height, 0)
        case .sigmoid(let a):
            (kind, scale, slope) = (1, a, a)
        case .arctan(let a):
            (kind, scale, slope) = (2, a / 2, Float(Double.pi * Double(a) / 2))
        case .rectangle(let width):
            (kind, scale, slope) = (3, 1 / width, width / 2)
        case .dspike(let b):
            (kind, scale, slope) = (4, Float(Double(b) / (2 * tanh(Double(b) / 2))), b)
        }
    }
}
