public import Tensors

/// What a run makes small: a loss of the logits and, for ``LossKind/membranePotential``, one of the potentials beside it.
public struct Objective: Hashable, Sendable {
    /// Its name.
    public let kind: LossKind
    /// The loss of the logits.
    public let logits: Loss
    /// ε of the logits' targets.
    public let labelSmoothing: Float
    /// The loss of every neuron layer's potentials, whose mean over the layers is added.
    public let potentials: PotentialDistributionLoss?

    /// The weight of the loss on potentials where none is given.
    public static let standardPotentialWeight: Float = 0.1

    /// What `options` ask for.
    ///
    /// - Throws: ``ConfigurationError/misplaced(option:problem:advice:)`` for a constant of another loss.
    init(_ options: TrainingOptions, neuron: Neuron) throws(ConfigurationError) {
        kind = options.loss ?? .meanCrossEntropy
        labelSmoothing = options.labelSmoothing ?? 0
        let constants: [(TrainingOptions.CodingKeys, isGiven: Bool, LossKind)] = [
            (.tetLambda, options.tetLambda != nil, .temporalEfficient),
            (.tetPhi, options.tetPhi != nil, .temporalEfficient),
            (.mpdWeight, options.mpdWeight != nil, .membranePotential),
        ]
        for (key, isGiven, owner) in constants where isGiven && owner != kind {
            throw .misplaced(
                option: key.option,
                problem: "it belongs to the loss \(owner.rawValue), and the loss is \(kind.rawValue)",
                advice: "Leave it out, or use --loss \(owner.rawValue)"
            )
        }
        switch kind {
        case .meanCrossEntropy:
            (logits, potentials) = (.meanCrossEntropy, nil)
        case .temporalEfficient:
            (logits, potentials) = (.tet(lambda: options.tetLambda, phi: options.tetPhi), nil)
        case .membranePotential:
            guard !neuron.isRectifier else {
                throw .misplaced(
                    option: TrainingOptions.CodingKeys.loss.option,
                    problem: "mpd is a loss on membrane potentials, and rectifiers (relu) have none",
                    advice: "Use --loss mean-ce"
                )
            }
            logits = .meanCrossEntropy
            potentials = PotentialDistributionLoss(weight: options.mpdWeight ?? Self.standardPotentialWeight)
        }
    }

    /// Its constants as options.
    func write(to options: inout TrainingOptions) {
        options.loss = kind
        options.labelSmoothing = labelSmoothing
        if case .temporalEfficient(let lambda, let phi) = logits {
            options.tetLambda = lambda
            options.tetPhi = phi
        }
        options.mpdWeight = potentials?.weight
    }
}
