import Foundation
import OpenCLRuntime
public import Tensors

// Kernels/neuron: fire.cl, fire_backward.cl; the norm's gradients go on in Kernels/normalization/backward.cl.
extension OpenCLBackend: NeuronOperations {
    /// Normalises `input` (or takes it as it is, without `normalization`) and steps the neuron over all T, in one kernel.
    public func fire(
        _ input: RealTensor<OpenCLBackend>,
        normalization: Normalization<OpenCLBackend>?,
        neuron: Neuron,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor<OpenCLBackend> {
        let layer = try NeuronLayer(self, input, normalization, neuron, time, "fire")
        let shape = input.shape
        let output = try newSpikes(layer.outputShape)
        let wordStride = min(shape.channelStride, ImageShape.spikesPerWord)
        let runs = PixelRuns(pixels: layer.pixels, bytes: layer.inputSteps * wordStride * wordBytes)
        var arguments: [KernelArgument] = [.storage(input.storage)]
        if let normalization {
            arguments += [
                .storage(normalization.statistics.storage), .storage(normalization.parameters.weight.storage),
                .storage(normalization.parameters.bias.storage), .float(normalization.parameters.gain),
            ]
        }
        arguments += [
            .storage(output.storage), .int(layer.pixels), .int(shape.channelStride), .int(shape.wordsPerPixel),
            .int(shape.channels), .int(runs.length), .float(neuron.leak), .float(neuron.threshold),
        ]
        try run(
            "fire",
            "neuron/fire.cl",
            options: layer.options + [
                .define("CHUNKS", (wordStride + shape.vectorWidth - 1) / shape.vectorWidth)
            ],
            arguments: arguments,
            global: [shape.wordsPerPixel, runs.count]
        )
        return output
    }

    /// ∂L/∂input from ∂L/∂spikes, back through time, the surrogate and, with `normalization`, the batch's statistics; the
    /// result stands in the gradient's memory.
    public func fireBackward(
        _ gradient: RealTensor<OpenCLBackend>,
        input: RealTensor<OpenCLBackend>,
        normalization: Normalization<OpenCLBackend>?,
        neuron: Neuron,
        time: TimeAxis,
        gradients: NormalizationGradients<OpenCLBackend>?
    ) throws(BackendError) -> RealTensor<OpenCLBackend> {
        let operation = "fireBackward"
        let layer = try NeuronLayer(self, input, normalization, neuron, time, operation)
        let shape = input.shape
        try requireEqual(gradient.shape, layer.outputShape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        try require(
            (normalization == nil) == (gradients == nil),
            operation,
            "the norm's gradients must be given exactly when there is a norm"
        )
        let runs = PixelRuns(
            pixels: layer.pixels,
            bytes: 2 * time.steps * shape.vectorWidth * wordBytes,
            limit: PixelRuns.reduction
        )
        var arguments: [KernelArgument] = [.storage(gradient.storage), .storage(input.storage)]
        var partials: OpenCLStorage?
        if let normalization, let gradients {
            try require(gradients, channels: shape.channels, operation)
            let sums = try allocate(words: runs.count * 2 * shape.channelStride)
            partials = sums
            arguments += [
                .storage(normalization.statistics.storage), .storage(normalization.parameters.weight.storage),
                .storage(normalization.parameters.bias.storage), .storage(sums),
                .float(normalization.parameters.gain),
            ]
        }
        let surrogate = SurrogateNumbers(neuron.surrogate)
        arguments += [
            .int(layer.pixels), .int(shape.channelStride), .int(runs.length), .float(neuron.leak),
            .float(neuron.threshold), .float(surrogate.scale), .float(surrogate.slope),
        ]
        try run(
            "fire_backward",
            "neuron/fire_backward.cl",
            options: layer.options + [
                .define("DETACH_RESET", neuron.detachReset), .define("SURROGATE", surrogate.kind),
            ],
            arguments: arguments,
            global: [shape.chunks, runs.count]
        )
        if let partials, let normalization, let gradients {
            try finishNormalizeBackward(
                gradient.storage,
                partials: partials,
                runs: runs.count,
                input: input,
                normalization: normalization,
                gradients: gradients,
                result: gradient.storage
            )
        }
        return RealTensor(shape: shape, storage: gradient.storage)
    }
}

/// What both passes of a neuron layer need, with its operands checked.
private struct NeuronLayer {
    let outputShape: ImageShape
    /// Pixels of one time step.
    let pixels: Int
    /// Time steps of the input.
    let inputSteps: Int
    let options: [KernelOption]

    init(
        _ backend: OpenCLBackend,
        _ input: RealTensor<OpenCLBackend>,
        _ normalization: Normalization<OpenCLBackend>?,
        _ neuron: Neuron,
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
        outputShape = shape.with(images: time.outputImages(shape.images))
        try backend.requirePixels(outputShape, operation)
        pixels = time.batch(shape.images) * shape.area
        inputSteps = time.isStatic ? 1 : time.steps
        options = [
            .width(shape), .define("TIME_STEPS", time.steps), .define("NORMALIZED", normalization != nil),
            .define("STATIC_INPUT", time.isStatic), .define("SOFT_RESET", neuron.reset == .soft),
        ]
    }
}

/// A surrogate as neuron/dynamics.cl computes it: its kind there and two numbers.
private struct SurrogateNumbers {
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
