import Foundation
import LSNNetworks
import LSNTensors

// Neurons and block families, as golden files describe them.
extension CaseOperands {
    /// `leak` (unless it is learned), `threshold` or `thresholds`, `detach_reset`, `reset`, `surrogate` and
    /// `surrogate_parameter`.
    mutating func neuron(isLeakLearned: Bool = false) throws(ConformanceError) -> Neuron {
        var thresholds: [Float] = []
        if hasAttribute("thresholds") {
            thresholds = try numbers("thresholds").map { Float($0) }
        } else {
            thresholds = [try float("threshold")]
        }
        guard let first = thresholds.first else { throw refuse("thresholds", "a list of one number or more") }
        return Neuron(
            leak: isLeakLearned ? 0.5 : try float("leak"),
            threshold: first,
            reset: try choice("reset", default: Reset.hard),
            detachReset: try flag("detach_reset"),
            surrogate: try surrogate(),
            isLeakLearned: isLeakLearned,
            higherThresholds: Array(thresholds.dropFirst())
        )
    }

    /// A neuron, and its leak where `parameter.w` has one to learn.
    mutating func neuronAndLeak(on backend: Backend) throws -> (neuron: Neuron, leak: LearnedLeak?) {
        guard has("parameter.w") else { return (try neuron(), nil) }
        let leak = LearnedLeak(
            weight: try vector("parameter.w", on: backend),
            gradient: ChannelVector(channels: 1, storage: try backend.allocate(words: ImageShape.channelAlignment))
        )
        return (try neuron(isLeakLearned: true), leak)
    }

    private mutating func surrogate() throws(ConformanceError) -> Surrogate {
        let kind = try choice("surrogate", default: Surrogate.Kind.triangular)
        return Surrogate(kind, parameter: try float("surrogate_parameter", default: kind.standardParameter))
    }

    /// Whether a block or a network of this case has leaks to learn.
    var learnsLeak: Bool { tensorNames.contains { $0.hasPrefix("parameter.") && $0.hasSuffix("neuron.w") } }

    /// `family`, and of residual blocks their `order`.
    mutating func family() throws(ConformanceError) -> BlockFamily {
        guard hasAttribute("order") else { return try choice("family") }
        guard try text("family") == "residual" else { throw refuse("family", "residual where there is an order") }
        let order = String(try text("order").map { $0 == "_" ? "-" : $0 })
        guard let order = ResidualOrder(rawValue: order) else { throw refuse("order", "one that this program knows") }
        return .residual(order)
    }
}
