package import ArgumentParser
package import LSNNetworks
import LSNTensors
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
            "How blocks of sew-resnet… join branch o and input x, SpikingJelly's cnf: o + x, o·x, x·(1 − o), o·(1 − x) (default: add)."
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

    /// The neurons.
    @OptionGroup package var neurons: NeuronArguments

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
