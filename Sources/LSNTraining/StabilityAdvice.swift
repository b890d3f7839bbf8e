public import LSNNetworks
import LSNTensors

/// Which options change how a network's values and gradients grow, by what the network is made of: an option that its
/// family or its neuron does not have is no advice.
public struct StabilityAdvice: Sendable {
    /// Its neurons are ReLUs.
    private let isReLU: Bool
    /// The option of its surrogate's peak, and whether the peak grows with the number.
    private let surrogate: (option: String, growsWithPeak: Bool)
    /// Whether a smaller branch scale is something to choose.
    private let hasBranchScale: Bool
    /// Whether blocks join by a gate already.
    private let hasGate: Bool

    /// For a network.
    public init(_ network: NetworkDescription) {
        isReLU = network.neuron.isReLU
        surrogate =
            switch network.neuron.surrogate.kind {
            case .triangular: ("--surrogate-height", true)
            case .sigmoid, .arctan: ("--surrogate-slope", true)
            case .rectangle: ("--surrogate-width", false)
            case .dspike: ("--surrogate-temperature", true)
            }
        hasBranchScale = network.stages.allSatisfy { $0.family.branchEndsWithNorm && $0.branchScale != 0 }
        hasGate = network.families == [.lsn]
    }

    /// For values that are not finite.
    var divergence: String {
        let rates = "A lower --learning-rate"
        return isReLU
            ? "\(rates) or a longer --warmup-epochs keeps values finite"
            : "\(rates), a longer --warmup-epochs or \(lowerPeak) keeps values finite"
    }

    /// For a gradient that grows on its way back.
    var explosion: String {
        switch (isReLU, hasBranchScale) {
        case (true, true): "a smaller --branch-scale keeps it level"
        case (true, false): "a lower --learning-rate keeps it level"
        case (false, true): "\(lowerPeak) or --branch-scale keeps it level"
        case (false, false): "\(lowerPeak) keeps it level"
        }
    }

    /// For a gradient that is lost on its way back.
    var vanishing: String {
        if isReLU {
            return "a lower --learning-rate keeps more units from staying at 0; so does a shallower --model"
        }
        let peak = "a \(surrogate.growsWithPeak ? "larger" : "smaller") \(surrogate.option) keeps it level"
        return hasGate ? peak : "\(peak); so do blocks with a gate (lsn…)"
    }

    /// For neurons that never fire.
    var silence: String {
        isReLU
            ? "a lower --learning-rate keeps units from staying at 0"
            : "a lower --threshold lets them fire; so may a lower --learning-rate"
    }

    /// For neurons that always fire.
    var saturation: String { "a higher --threshold keeps some silent; so may a lower --learning-rate" }

    private var lowerPeak: String { "a \(surrogate.growsWithPeak ? "smaller" : "larger") \(surrogate.option)" }
}
