import LSNTensors

/// A neuron other than the standard one, to be timed beside it.
struct NeuronVariant: Sendable {
    /// Empty for the standard neuron, so that its benchmarks keep their names.
    let title: String
    let neuron: Neuron

    var suffix: String { title.isEmpty ? "" : "-\(title)" }

    static let standard = NeuronVariant(title: "", neuron: Neuron())

    /// Every surrogate, the neuron without leak and the one that learns it, both ways to reset, and a detached reset.
    static let all: [NeuronVariant] =
        Surrogate.Kind.allCases.filter { $0 != .triangular }.map {
            NeuronVariant(title: $0.rawValue, neuron: Neuron(surrogate: Surrogate($0)))
        } + [
            NeuronVariant(title: "if", neuron: Neuron(leak: 1)),
            NeuronVariant(title: "plif", neuron: Neuron(isLeakLearned: true)),
            NeuronVariant(title: "soft", neuron: Neuron(reset: .soft)),
            NeuronVariant(title: "detached", neuron: Neuron(detachReset: true)),
        ]
}
