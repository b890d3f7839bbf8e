/// What training makes small. o[t, n, k] are the logits, y[n] the labels, CE the softmax cross-entropy, averaged over
/// the batch. With label smoothing ε its target is (1 − ε)·[k = y] + ε / K instead of [k = y], as in PyTorch.
public enum Loss: Hashable, Sendable {
    /// CE(mean over t of o[t], y).
    case meanCrossEntropy
    /// Temporal efficient training (Deng et al.): (1 − λ)·mean over t of CE(o[t], y) + λ·mean((o − φ)²).
    case temporalEfficient(lambda: Float, phi: Float)

    /// TET with the constants of its paper.
    public static let tet = tet()

    /// TET, with the constants of its paper unless others are given.
    public static func tet(lambda: Float? = nil, phi: Float? = nil) -> Loss {
        .temporalEfficient(lambda: lambda ?? 0.05, phi: phi ?? 1)
    }
}

/// The words of a step's record, which the device fills while the step runs and the host reads once.
public enum StepRecord {
    /// The loss, a float.
    public static let loss = 0
    /// How many samples of the batch were classified rightly, an integer.
    public static let correct = 1
    /// The first non-finite gradient, parameter and running statistic: an index, or ``none``.
    public static let gradient = 2
    /// See ``gradient``.
    public static let parameter = 3
    /// See ``gradient``.
    public static let statistic = 4
    /// The norm of the whole batch's gradient, where it is clipped: as it was before.
    public static let norm = 5
    /// Words of a record.
    public static let words = 8
    /// Stands for "none was found".
    public static let none = UInt32.max
}

/// The classifier's end: a bias, and the loss.
extension Backend {
    /// Adds a bias to every pixel of `tensor`, in place.
    public func addBias(_ bias: ChannelVector, to tensor: RealTensor) throws(BackendError) {
        try require(tensor, "addBias", "the tensor")
        try require(bias, channels: tensor.shape.channels, "addBias", "the bias")
        try kernels.head.addBias(bias, to: tensor)
    }

    /// ∂L/∂bias: the sum of `gradient` over all pixels, written to `result`.
    public func biasGradient(of gradient: RealTensor, result: ChannelVector) throws(BackendError) {
        try require(gradient, "biasGradient", "the gradient")
        try require(result, channels: gradient.shape.channels, "biasGradient", "the result")
        try kernels.head.biasGradient(of: gradient, result: result)
    }

    /// The loss of `logits` (`[T·N, 1, 1, classes]`) for the `labels` (N integers), and the number of samples whose
    /// time-averaged logits are largest at the label (the first of equals counts), written to `record`
    /// (see ``StepRecord``). Returns ∂loss/∂logits. `labelSmoothing` is ε of ``Loss``, at least 0 and below 1.
    ///
    /// Of a micro-batch, `batchSize` is the number of samples of the whole batch, over which the loss is averaged: losses and
    /// gradients of the micro-batches add up to the batch's. nil: these samples are the batch.
    ///
    /// Where samples are mixed with others, q is the two labels' in their shares, λ·[k = y] + (1 − λ)·[k = y'] in the place of
    /// [k = y], and right is what has the larger share, see ``SampleMix/countsOwn``.
    ///
    /// A label that is no class makes the loss NaN where labels are on a device, and is a mismatch on the reference.
    public func classificationLoss(
        _ logits: RealTensor,
        labels: any Storage,
        timeSteps: Int,
        loss: Loss,
        labelSmoothing: Float = 0,
        mixed: MixedLabels? = nil,
        batchSize: Int? = nil,
        record: any Storage
    ) throws(BackendError) -> RealTensor {
        let operation = "classificationLoss"
        let shape = logits.shape
        try require(logits, operation, "the logits")
        try require(
            shape.area == 1 && timeSteps >= 1 && shape.images % max(timeSteps, 1) == 0,
            operation,
            "logits of shape \(shape) are not [T·N, classes, 1, 1] with T = \(timeSteps)"
        )
        try require(
            labelSmoothing >= 0 && labelSmoothing < 1,
            operation,
            "the label smoothing is \(labelSmoothing); it must be at least 0 and below 1"
        )
        let samples = shape.images / timeSteps
        let batchSize = batchSize ?? samples
        try require(batchSize >= samples, operation, "\(samples) samples are no part of a batch of \(batchSize)")
        try requireRoom(samples, in: labels, operation, "the labels")
        if let mixed {
            try requireRoom(samples, in: mixed.labels, operation, "the others' labels")
            try require(0...1 ~= mixed.mix.share, operation, "a share of \(mixed.mix.share) is not from 0 to 1")
        }
        try requireRoom(StepRecord.words, in: record, operation, "the record")
        let gradient = try newTensor(shape)
        try kernels.head.classificationLoss(
            logits,
            labels: labels,
            timeSteps: timeSteps,
            loss: loss,
            labelSmoothing: labelSmoothing,
            mixed: mixed,
            batchSize: batchSize,
            record: record,
            gradient: gradient
        )
        return gradient
    }
}

/// What the classifier's end runs.
public protocol HeadKernels: Sendable {
    /// tensor += bias, at every pixel.
    func addBias(_ bias: ChannelVector, to tensor: RealTensor) throws(BackendError)
    /// The sum over all pixels.
    func biasGradient(of gradient: RealTensor, result: ChannelVector) throws(BackendError)
    /// The loss and the right answers, in `record`, and ∂loss/∂logits.
    func classificationLoss(
        _ logits: RealTensor,
        labels: any Storage,
        timeSteps: Int,
        loss: Loss,
        labelSmoothing: Float,
        mixed: MixedLabels?,
        batchSize: Int,
        record: any Storage,
        gradient: RealTensor
    ) throws(BackendError)
}
