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

/// The settings of one step of SGD with momentum, as PyTorch's (no dampening, no Nesterov).
public struct MomentumStep: Hashable, Sendable {
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
public protocol OptimizerOperations: StorageOperations {
    /// Adam (Kingma and Ba) or AdamW (Loshchilov and Hutter); the moments start at zero.
    func adam(
        parameters: any Storage,
        gradients: any Storage,
        firstMoment: any Storage,
        secondMoment: any Storage,
        count: Int,
        step: AdamStep
    ) throws(BackendError)

    /// SGD with momentum; the velocity starts at zero.
    func momentum(
        parameters: any Storage,
        gradients: any Storage,
        velocity: any Storage,
        count: Int,
        step: MomentumStep
    ) throws(BackendError)
}
