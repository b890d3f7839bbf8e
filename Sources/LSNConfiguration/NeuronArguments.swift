package import ArgumentParser
package import LSNNetworks
package import LSNTensors

/// Options that say what every neuron of a network is.
package struct NeuronArguments: ParsableArguments {
    /// The neuron.
    @Option(
        help: .choice(
            NeuronModel.self,
            "Neuron: without leak, leaky, with a leak that each layer learns, or ReLU (default: the model's own: lif, or if for spiking-resnet… and sew-resnet…)."
        ),
        transform: named
    )
    package var neuron: NeuronModel?

    /// α.
    @Option(
        parsing: .unconditional,
        help:
            "Share of the membrane potential left a time step later: 1 − 1/tau of SpikingJelly (decay_input=False), snnTorch's beta; plif starts from it (default: 0.5; if: 1; ds-resnet…: 0.25).",
        transform: number("from 0 to 1") { 0...1 ~= $0 }
    )
    package var leak: Float?

    /// V_th.
    @Option(
        parsing: .unconditional,
        help:
            "Membrane potential at which a neuron fires, SpikingJelly's v_threshold (default: 1; ds-resnet…: 0.6, higher levels 1 and 2 above it).",
        transform: positive
    )
    package var threshold: Float?

    /// What firing does to the membrane potential.
    @Option(
        help: .choice(
            Reset.self,
            "What firing does to the membrane potential: to zero, or less the threshold, SpikingJelly's v_reset=0 or None (default: hard)."
        ),
        transform: named
    )
    package var reset: Reset?

    /// Whether the reset is a constant in the backward pass.
    @Flag(
        inversion: .prefixedNo,
        exclusivity: .chooseLast,
        help: "Take the reset as a constant in the backward pass, SpikingJelly's detach_reset (default: no)."
    )
    package var detachReset: Bool?

    /// ∂Y/∂Û in the backward pass.
    @Option(
        help: .choice(
            Surrogate.Kind.self,
            "The surrogate gradient: the spike's derivative in the backward pass (default: triangular; ds-resnet…: rectangle)."
        ),
        transform: named
    )
    package var surrogate: Surrogate.Kind?

    /// Peak of the triangular surrogate.
    @Option(
        parsing: .unconditional,
        help:
            "Peak of the triangular surrogate, a factor of SpikingJelly's PiecewiseQuadratic(alpha=1) (default: 1; LSNs of more than 12 blocks: 0.7; of more than 33: 0.7·√(33/blocks), at least 0.3).",
        transform: positive
    )
    package var surrogateHeight: Float?

    /// Slope of the sigmoid or of the arctan surrogate.
    @Option(
        parsing: .unconditional,
        help: "Slope of the surrogates sigmoid (default: 4) and arctan (default: 2), SpikingJelly's alpha.",
        transform: positive
    )
    package var surrogateSlope: Float?

    /// Width of the rectangle surrogate.
    @Option(
        parsing: .unconditional,
        help: "Width of the rectangle surrogate, 1/alpha of SpikingJelly's Rect (default: 1).",
        transform: positive
    )
    package var surrogateWidth: Float?

    /// Temperature of Dspike.
    @Option(
        parsing: .unconditional,
        help: "Temperature b of the dspike surrogate (default: 3).",
        transform: positive
    )
    package var surrogateTemperature: Float?

    /// Nothing given.
    package init() {}

    /// What they ask of any network.
    package var options: NeuronOptions {
        var result = NeuronOptions(
            model: neuron,
            leak: leak,
            threshold: threshold,
            reset: reset,
            detachReset: detachReset,
            surrogate: surrogate
        )
        result.surrogateHeight = surrogateHeight
        result.surrogateSlope = surrogateSlope
        result.surrogateWidth = surrogateWidth
        result.surrogateTemperature = surrogateTemperature
        return result
    }
}
