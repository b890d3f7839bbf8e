package import ArgumentParser
package import LSNNetworks
package import LSNTensors
package import LSNTraining

/// Options that say what is trained.
package struct NetworkOptions: ParsableArguments {
    /// Name of an architecture, or a file that describes a network.
    @Option(
        help: ArgumentHelp(
            "Architecture, one of `lsn models`, or a YAML file that describes a network (docs/Networks.md; default: lsn19; imagenet: lsn18; cifar10-dvs: lsn15).",
            valueName: "name|file"
        )
    )
    package var model: String?

    /// Multiplier of the model's widths.
    @Option(
        parsing: .unconditional,
        help: "Multiplier of the model's widths (default: the model's own; 0.0625 for digits and mnist; 1 for a file).",
        transform: positive
    )
    package var width: Double?

    /// T.
    @Option(
        parsing: .unconditional,
        help: "Time steps T (default: 4; imagenet and cifar10-dvs: the model's own; 1 for relu).",
        transform: count
    )
    package var timesteps: Int?

    /// The first layers.
    @Option(
        help: .choice(StemChoice.self, "First layers: by image size, 3×3, or 7×7 with pooling (default: auto)."),
        transform: named
    )
    package var stem: StemChoice?

    /// The last layers.
    @Option(
        help: .choice(
            Head.self,
            "Last layers: one fully connected, or two with 256 neurons between (default: the model's own)."
        ),
        transform: named
    )
    package var head: Head?

    /// What joins branch and shortcut in SEW blocks.
    @Option(
        help: .choice(
            SEWFunction.self,
            "How blocks of sew-resnet… join branch o and input x, SpikingJelly's cnf: o + x, o·x, x·(1 − o) (default: add)."
        ),
        transform: named
    )
    package var sew: SEWFunction?

    /// The order of a residual block's parts.
    @Option(
        help: .choice(ResidualOrder.self, "Order of norm, neuron and sum in blocks of residual… (default: original)."),
        transform: named
    )
    package var residual: ResidualOrder?

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

    /// Whether Dspike's temperature is chosen anew at each epoch.
    @Flag(
        inversion: .prefixedNo,
        exclusivity: .chooseLast,
        help:
            "Choose dspike's temperature anew at each epoch, by finite differences of the first layer: 35 forward passes of one batch (default: no)."
    )
    package var surrogateSearch: Bool?

    /// γ of the last norm of each branch, at the start.
    @Option(
        parsing: .unconditional,
        help:
            "Initial weight of the last norm of each branch (default: LSN by depth, 0.5 or 0.1; sew and: 0; else 1).",
        transform: finite
    )
    package var branchScale: Float?

    /// b of the last norm of each branch, at the start.
    @Option(
        parsing: .unconditional,
        help:
            "Initial bias of the last norm of each branch (default: LSN by depth, 0 or, at T = 4, 0.2; sew and: the threshold; else 0).",
        transform: finite
    )
    package var branchBias: Float?

    /// Factor of the head's first weights, at the start.
    @Option(
        parsing: .unconditional,
        help:
            "Factor of the initial weights of the first of head fc256's two layers (default: for events by threshold and leak, 4.6 for standard neurons; else 1).",
        transform: positive
    )
    package var headGain: Float?

    /// Nothing given.
    package init() {}
}
