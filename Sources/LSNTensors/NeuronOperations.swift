/// How a neuron layer sees its input.
public struct TimeAxis: Hashable, Sendable {
    /// T.
    public let steps: Int
    /// Whether the input is one picture that stands at every time step (N images in, T·N out), instead of a sequence
    /// (T·N in, T·N out).
    public let isStatic: Bool

    /// An axis of `steps` ≥ 1 time steps.
    public init(steps: Int, isStatic: Bool = false) {
        self.steps = steps
        self.isStatic = isStatic
    }

    /// Images of the output for `inputImages` of the input.
    public func outputImages(_ inputImages: Int) -> Int {
        isStatic ? inputImages * steps : inputImages
    }

    /// N for `inputImages` of the input.
    public func batch(_ inputImages: Int) -> Int {
        isStatic ? inputImages : inputImages / steps
    }
}

/// What every operation of a neuron layer takes.
public struct NeuronOperands: Sendable {
    /// Before it is normalised.
    public let input: RealTensor
    /// The norm before the neurons, if there is one.
    public let normalization: Normalization?
    /// The neuron.
    public let neuron: Neuron
    /// The leak in place of the neuron's, where the layer learns its own.
    public let leak: LearnedLeak?
    /// How the layer sees its input.
    public let time: TimeAxis

    /// The shape of what leaves the neurons.
    public var outputShape: ImageShape { input.shape.with(images: time.outputImages(input.shape.images)) }
}

/// Neurons stepped over all time steps at once, fused with the batch norm before them.
extension Backend {
    /// Normalises `input` (or takes it as it is, without `normalization`) and steps the neuron over all T.
    ///
    /// The membrane potential starts at zero in every call: no state outlives it. `leak` takes the place of the neuron's
    /// where the layer learns its own. A multi-level neuron is a mismatch: see ``fireLevels(_:normalization:neuron:leak:time:)``.
    public func fire(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak? = nil,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor {
        let layer = try operands(input, normalization, neuron, leak, time, "fire")
        try require(!neuron.isMultiLevel, "fire", "a neuron of \(neuron.thresholds.count) levels leaves no spikes")
        let output = try newSpikes(layer.outputShape)
        try kernels.neuron.fire(layer, output: .spikes(output))
        return output
    }

    /// The same for a multi-level neuron: how many of its thresholds fire, an integer from 0 to as many as there are.
    public func fireLevels(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak? = nil,
        time: TimeAxis
    ) throws(BackendError) -> RealTensor {
        let layer = try operands(input, normalization, neuron, leak, time, "fireLevels")
        try require(neuron.isMultiLevel, "fireLevels", "a neuron of one level leaves spikes")
        let output = try newTensor(layer.outputShape)
        try kernels.neuron.fire(layer, output: .real(output))
        return output
    }

    /// ∂L/∂input from ∂L/∂output, back through time, the surrogate and, with `normalization`, the batch's statistics;
    /// the norm's gradients go to `gradients`, which is given exactly when `normalization` is, and a learned leak's to
    /// its own.
    ///
    /// With g[t] = ∂L/∂Y[t], c[t] = ∂L/∂U[t], c[T−1] = 0:
    ///
    ///     gY = g[t] − Û[t]·c[t]          (hard reset; g[t] when detached; g[t] − V_th·c[t] for the soft one)
    ///     ∂L/∂Û[t] = gY·S(Û[t]) + (1 − Y[t])·c[t]        (c[t] whole for the soft reset), and `mpd`'s share
    ///     c[t−1] = leak·∂L/∂Û[t]
    ///     ∂L/∂leak = Σ ∂L/∂Û[t]·U[t−1]
    ///
    /// A multi-level neuron's ∂L/∂input is the sum over its thresholds. `gradient` is spent: the result stands in its
    /// memory.
    public func fireBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak? = nil,
        time: TimeAxis,
        gradients: NormalizationGradients?,
        mpd: MPDGradient? = nil
    ) throws(BackendError) -> RealTensor {
        let operation = "fireBackward"
        let layer = try operands(input, normalization, neuron, leak, time, operation)
        let channels = input.shape.channels
        try requireEqual(gradient.shape, layer.outputShape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        try require(
            (normalization == nil) == (gradients == nil),
            operation,
            "the norm's gradients must be given exactly when there is a norm"
        )
        if let gradients { try require(gradients, channels: channels, operation) }
        if let leak { try require(leak.gradient, channels: 1, operation, "the gradient of the leak's w") }
        if let mpd {
            try require(
                mpd.channels == channels,
                operation,
                "the MPD gradient has \(mpd.channels) channels, expected \(channels)"
            )
            try requireRoom(MPDGradient.words(channels), in: mpd.storage, operation, "the MPD gradient")
        }
        try kernels.neuron.fireBackward(layer, gradient: gradient, gradients: gradients, mpd: mpd)
        return RealTensor(shape: input.shape, storage: gradient.storage)
    }

    /// Adds `loss` of the layer's potentials to the record's word ``StepRecord/loss``, and returns its derivative, for
    /// the backward pass of the same layer.
    public func mpdLoss(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis,
        loss: MPDLoss,
        record: any Storage
    ) throws(BackendError) -> MPDGradient {
        let operation = "mpdLoss"
        let layer = try operands(input, normalization, neuron, leak, time, operation)
        try requireRoom(StepRecord.words, in: record, operation, "the record")
        let channels = input.shape.channels
        let words = MPDGradient.words(channels)
        let mpd = MPDGradient(channels: channels, storage: try kernels.device.allocate(words: words))
        try kernels.neuron.mpdLoss(layer, loss: loss, record: record, result: mpd)
        return mpd
    }

    private func operands(
        _ input: RealTensor,
        _ normalization: Normalization?,
        _ neuron: Neuron,
        _ leak: LearnedLeak?,
        _ time: TimeAxis,
        _ operation: String
    ) throws(BackendError) -> NeuronOperands {
        try require(input, operation, "the input")
        if let normalization { try require(normalization, channels: input.shape.channels, operation) }
        _ = try outputShape(input.shape, time, operation, "the input")
        try require(
            neuron.isLeakLearned == (leak != nil),
            operation,
            "a leak must be given exactly when the neuron learns it"
        )
        if let leak { try require(leak.weight, channels: 1, operation, "the leak's w") }
        let levels = neuron.thresholds.count
        try require(
            levels <= kernels.neuron.mostThresholds,
            operation,
            "the neuron has \(levels) thresholds; the kernels take \(kernels.neuron.mostThresholds) at most"
        )
        return NeuronOperands(input: input, normalization: normalization, neuron: neuron, leak: leak, time: time)
    }

    /// The shape with all time steps, checked: the images divide by them, and kernels can count the pixels.
    func outputShape(
        _ shape: ImageShape,
        _ time: TimeAxis,
        _ operation: String,
        _ name: String
    ) throws(BackendError) -> ImageShape {
        try require(
            time.steps >= 1 && (time.isStatic || shape.images % max(time.steps, 1) == 0),
            operation,
            "\(name) of shape \(shape) does not divide into \(time.steps) time steps"
        )
        try require(
            !time.isStatic || time.steps <= Int(Int32.max) / shape.images,
            operation,
            "\(time.steps) time steps of \(name) of shape \(shape) are 2³¹ images or more"
        )
        let output = shape.with(images: time.outputImages(shape.images))
        try requirePixels(output, operation)
        return output
    }
}

/// What the neurons of ``Backend`` run.
public protocol NeuronKernels: Sendable {
    /// The most thresholds that a neuron may have.
    var mostThresholds: Int { get }

    /// Spikes, or of a neuron with several thresholds how many fire.
    func fire(_ layer: NeuronOperands, output: Activation) throws(BackendError)

    /// ∂L/∂input, in the place of `gradient`, which is ∂L/∂output; of a static input, whose ∂L/∂input has fewer images,
    /// at the beginning of it. The norm's gradients and the leak's go where they belong.
    func fireBackward(
        _ layer: NeuronOperands,
        gradient: RealTensor,
        gradients: NormalizationGradients?,
        mpd: MPDGradient?
    ) throws(BackendError)

    /// The loss, added to the record, and its derivative.
    func mpdLoss(
        _ layer: NeuronOperands,
        loss: MPDLoss,
        record: any Storage,
        result: MPDGradient
    ) throws(BackendError)
}
