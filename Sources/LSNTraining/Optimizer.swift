public import LSNNetworks
public import LSNTensors

/// The rules by which parameters follow their gradients, as PyTorch has them.
public enum OptimizerKind: String, CaseIterable, Codable, Sendable {
    /// Adam with the decay added to the gradient (L2), as in the paper.
    case adam
    /// Adam with the decay taken from the parameter.
    case adamw
    /// Stochastic gradient descent with momentum 0.9.
    case sgd

    /// Names of the flat runs of words that the rule remembers from step to step, as checkpoints call them.
    public var momentNames: [String] {
        switch self {
        case .adam, .adamw: ["first_moment", "second_moment"]
        case .sgd: ["velocity"]
        }
    }
}

/// Moves a network's flat parameters along their flat gradients, all layers in one call to the backend.
///
/// Words between layers are zero in parameters, gradients and moments alike, and every rule leaves them so.
public struct Optimizer: Sendable {
    /// The rule.
    public let kind: OptimizerKind
    /// Share of the parameter that decays, on every parameter that does.
    public let weightDecay: Float
    /// What the rule remembers, in the order of ``OptimizerKind/momentNames``; as long as the parameters.
    public let moments: [any Storage]

    private let backend: Backend
    private let groups: ParameterGroups

    /// An optimizer whose moments are zero.
    public init(
        _ kind: OptimizerKind,
        weightDecay: Float,
        groups: ParameterGroups = ParameterGroups(),
        parameters: ParameterSet,
        backend: Backend
    ) throws(BackendError) {
        self.kind = kind
        self.groups = groups
        self.weightDecay = weightDecay
        self.backend = backend
        var moments: [any Storage] = []
        for _ in kind.momentNames {
            moments.append(try backend.zeros(words: parameters.wordCount))
        }
        self.moments = moments
    }

    /// Forgets all steps.
    public func reset(_ parameters: ParameterSet) throws(BackendError) {
        for moment in moments {
            try backend.fill(moment, with: 0, count: parameters.wordCount)
        }
    }

    /// Updates all parameters in place but for those that are frozen, of which the moments stay 0.
    ///
    /// - Parameters:
    ///   - parameters: with their gradients.
    ///   - learningRate: of this step, of parameters that are not scaled.
    ///   - step: 1 for the first step of the run.
    public func update(
        _ parameters: ParameterSet,
        learningRate: Double,
        step: Int
    ) throws(BackendError) {
        for (words, rule) in groups.runs(of: parameters) {
            try update(words, of: parameters, by: rule, learningRate: Float(learningRate * rule.rateScale), step: step)
        }
    }

    private func update(
        _ words: Range<Int>,
        of parameters: ParameterSet,
        by rule: ParameterGroups.Rule,
        learningRate: Float,
        step: Int
    ) throws(BackendError) {
        func part(_ storage: any Storage) throws(BackendError) -> any Storage {
            guard words.count < parameters.wordCount else { return storage }
            return try backend.slice(storage, offset: words.lowerBound, count: words.count)
        }
        let weightDecay = rule.decays ? weightDecay : 0
        switch kind {
        case .adam, .adamw:
            try backend.adam(
                parameters: part(parameters.values),
                gradients: part(parameters.gradients),
                firstMoment: part(moments[0]),
                secondMoment: part(moments[1]),
                count: words.count,
                step: AdamStep(
                    learningRate: learningRate,
                    weightDecay: weightDecay,
                    isDecoupled: kind == .adamw,
                    step: step
                )
            )
        case .sgd:
            try backend.sgd(
                parameters: part(parameters.values),
                gradients: part(parameters.gradients),
                velocity: part(moments[0]),
                count: words.count,
                step: SGDStep(learningRate: learningRate, weightDecay: weightDecay, step: step)
            )
        }
    }
}
