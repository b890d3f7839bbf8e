import LSNNetworks

/// How parameters differ in what an update does to them: the parameter groups of PyTorch's optimizers.
public struct ParameterGroups: Hashable, Sendable {
    /// Whether parameters of one dimension do not decay: weights and biases of norms, biases, learned leaks. It is timm's rule
    /// (`param_groups_weight_decay`).
    public var excludesVectors: Bool
    /// Factors of the learning rate, also of its minimum and in the warm-up, as timm's `lr_scale`; nil: 1 everywhere.
    public var rateScales: LearningRateScales?

    /// All parameters alike, unless told otherwise.
    public init(excludesVectors: Bool = false, rateScales: LearningRateScales? = nil) {
        self.excludesVectors = excludesVectors
        self.rateScales = rateScales
    }

    /// What an update does to a parameter.
    struct Rule: Hashable, Sendable {
        /// Of the learning rate.
        var rateScale = 1.0
        var decays = true
    }

    private func rule(of entry: ParameterEntry) -> Rule {
        Rule(
            rateScale: rateScales?.factor(of: entry.name) ?? 1,
            decays: !(excludesVectors && entry.layout == .vector)
        )
    }

    /// The words that training moves, in ascending runs whose parameters have one rule each.
    func runs(of parameters: ParameterSet) -> [(words: Range<Int>, rule: Rule)] {
        guard self != ParameterGroups() else { return parameters.trainedWords.map { ($0, Rule()) } }
        return parameters.trainedRuns(by: rule).map { ($0.words, $0.key) }
    }
}
