/// The settings of one step of Adam or AdamW, as PyTorch names them.
public struct AdamStep: Hashable, Sendable {
    /// lr of this step.
    public var learningRate: Float
    /// β₁.
    public var beta1: Float
    /// β₂.
    public var beta2: Float
    /// ε.
    public var epsilon: Float
    /// Decay; added to the gradient (Adam), or taken from the parameter (AdamW).
    public var weightDecay: Float
    /// Whether the decay is AdamW's.
    public var isDecoupled: Bool
    /// 1 for the first step.
    public var step: Int

    /// A step with PyTorch's defaults.
    public init(
        learningRate: Float,
        beta1: Float = 0.9,
        beta2: Float = 0.999,
        epsilon: Float = 1e-8,
        weightDecay: Float = 0,
        isDecoupled: Bool = false,
        step: Int
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.isDecoupled = isDecoupled
        self.step = step
    }
}

/// The numbers of a step of Adam or AdamW that kernels take:
///
///     g ← g + decay·p  (Adam)                 p ← p − decay·p  (AdamW)
///     m ← m + (1 − β₁)·(g − m)                v ← β₂·v + (1 − β₂)·g²
///     p ← p − rate·m / (√v / correction + ε)
///
/// Computed in Double and rounded once, in one place for every backend.
public struct AdamFactors: Hashable, Sendable {
    /// lr / (1 − β₁ˢ) of step s.
    public let rate: Float
    /// 1 − β₁.
    public let complement1: Float
    /// β₂.
    public let beta2: Float
    /// 1 − β₂.
    public let complement2: Float
    /// √(1 − β₂ˢ).
    public let correction: Float
    /// ε.
    public let epsilon: Float
    /// The decay, times lr where it is AdamW's.
    public let decay: Float

    /// The numbers of a step.
    public init(_ step: AdamStep) {
        let (first, second) = (Double(step.beta1), Double(step.beta2))
        rate = Float(Double(step.learningRate) / (1 - PortableMath.pow(first, step.step)))
        complement1 = Float(1 - first)
        beta2 = step.beta2
        complement2 = Float(1 - second)
        correction = Float((1 - PortableMath.pow(second, step.step)).squareRoot())
        epsilon = step.epsilon
        decay = step.isDecoupled ? step.learningRate * step.weightDecay : step.weightDecay
    }
}

/// The settings of one step of SGD with momentum, as PyTorch's (no dampening, no Nesterov).
public struct SGDStep: Hashable, Sendable {
    /// lr of this step.
    public var learningRate: Float
    /// Share of the velocity that is kept.
    public var momentum: Float
    /// Added to the gradient, times the parameter.
    public var weightDecay: Float
    /// 1 for the first step, whose velocity is the gradient itself.
    public var step: Int

    /// A step.
    public init(learningRate: Float, momentum: Float = 0.9, weightDecay: Float = 0, step: Int) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.step = step
    }
}

/// Updates of parameters, in place, on flat runs of `count` words.
extension Backend {
    /// Adam (Kingma and Ba) or AdamW (Loshchilov and Hutter); the moments start at zero.
    public func adam(
        parameters: any Storage,
        gradients: any Storage,
        firstMoment: any Storage,
        secondMoment: any Storage,
        count: Int,
        step: AdamStep
    ) throws(BackendError) {
        try requireRun(count, in: parameters, "adam", "the parameters")
        try requireRun(count, in: gradients, "adam", "the gradients")
        try requireRun(count, in: firstMoment, "adam", "the first moment")
        try requireRun(count, in: secondMoment, "adam", "the second moment")
        try require(step.step >= 1, "adam", "step \(step.step) is before the first, 1")
        try kernels.optimizer.adam(
            parameters: parameters,
            gradients: gradients,
            firstMoment: firstMoment,
            secondMoment: secondMoment,
            count: count,
            step: step
        )
    }

    /// SGD with momentum; the velocity starts at zero.
    public func sgd(
        parameters: any Storage,
        gradients: any Storage,
        velocity: any Storage,
        count: Int,
        step: SGDStep
    ) throws(BackendError) {
        try requireRun(count, in: parameters, "sgd", "the parameters")
        try requireRun(count, in: gradients, "sgd", "the gradients")
        try requireRun(count, in: velocity, "sgd", "the velocity")
        try require(step.step >= 1, "sgd", "step \(step.step) is before the first, 1")
        try kernels.optimizer.sgd(
            parameters: parameters,
            gradients: gradients,
            velocity: velocity,
            count: count,
            step: step
        )
    }
}

/// Which words of a flat storage a norm is taken over, cut into runs as ``SumOrder`` cuts words.
public struct RunTable: Sendable {
    /// Two words a run: its first word, and how many it has, at most ``SumOrder/wordRun``.
    public let table: any Storage
    /// Runs.
    public let count: Int
    /// Words that the storage must have.
    let end: Int
}

/// Gradients that are too large.
extension Backend {
    /// A table of the runs of some parts of a flat storage. Each part is cut by itself, so that a sum over all of them does not
    /// depend on what lies between them.
    ///
    /// - Parameter parts: of words, each beginning and ending at a multiple of ``ImageShape/channelAlignment``; one at least.
    public func runTable(_ parts: [Range<Int>]) throws(BackendError) -> RunTable {
        let operation = "runTable"
        var table: [UInt32] = []
        for part in parts {
            try require(
                [part.lowerBound, part.upperBound].allSatisfy {
                    $0 >= 0 && $0 <= Int(UInt32.max) && $0 % ImageShape.channelAlignment == 0
                },
                operation,
                "words \(part) do not begin and end at multiples of \(ImageShape.channelAlignment)"
            )
            for start in stride(from: part.lowerBound, to: part.upperBound, by: SumOrder.wordRun) {
                table += [UInt32(start), UInt32(min(SumOrder.wordRun, part.upperBound - start))]
            }
        }
        try require(!table.isEmpty, operation, "there are no words")
        return RunTable(
            table: try upload(table),
            count: table.count / 2,
            end: parts.map(\.upperBound).max() ?? 0
        )
    }

    /// Writes the Euclidean norm of the words in `runs` to word `word` of `record`, and scales all `count` words of `values`, in
    /// place, where the norm is larger than `maximum`:
    ///
    ///     x ← x · min(1, maximum / (norm + 1e-6))
    ///
    /// as PyTorch's `clip_grad_norm_`. Neither large nor small values overflow or vanish in the norm.
    public func clipNorm(
        of values: any Storage,
        count: Int,
        over runs: RunTable,
        maximum: Float,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let operation = "clipNorm"
        try requireRun(count, in: values, operation, "the values")
        try requireRoom(2 * runs.count, in: runs.table, operation, "the runs")
        try require(runs.end <= count, operation, "runs up to word \(runs.end) do not lie within \(count)")
        try require(maximum > 0, operation, "the largest norm is \(maximum); it must be more than 0")
        try requireWords(1, at: word, of: record, operation)
        try kernels.optimizer.clipNorm(
            of: values,
            count: count,
            over: runs,
            maximum: maximum,
            record: record,
            word: word
        )
    }
}

/// What the updates of ``Backend`` run.
public protocol OptimizerKernels: Sendable {
    /// The norm, and the scaling.
    func clipNorm(
        of values: any Storage,
        count: Int,
        over runs: RunTable,
        maximum: Float,
        record: any Storage,
        word: Int
    ) throws(BackendError)

    /// One step of Adam or AdamW.
    func adam(
        parameters: any Storage,
        gradients: any Storage,
        firstMoment: any Storage,
        secondMoment: any Storage,
        count: Int,
        step: AdamStep
    ) throws(BackendError)

    /// One step of SGD with momentum.
    func sgd(
        parameters: any Storage,
        gradients: any Storage,
        velocity: any Storage,
        count: Int,
        step: SGDStep
    ) throws(BackendError)
}
