package import ArgumentParser
package import LSNTraining

/// Options that say how long it is trained, and with what.
package struct RunOptions: ParsableArguments {
    /// Steps after which training stops.
    @Option(
        parsing: .unconditional,
        help: "Stop after so many steps of the run, with a record and a checkpoint.",
        transform: atLeast(1)
    )
    package var maxSteps: Int?

    /// Steps between checkpoints inside an epoch.
    @Option(
        parsing: .unconditional,
        help: "Also save every so many steps, for long epochs.",
        transform: atLeast(1)
    )
    package var checkpointEvery: Int?

    /// What is kept for the backward pass.
    @Option(
        help: .choice(
            MemoryChoice.self,
            "What is kept for the backward pass, with the same bits as result: every spike and convolution output; packed spikes, with recomputation of convolutions; packed block inputs, with recomputation of blocks (activation checkpointing); or the first of these that fits the device (default: auto)."
        ),
        transform: named
    )
    package var memory: MemoryChoice?

    /// Key of all random numbers.
    @OptionGroup package var random: SeedOption

    /// Key of all random numbers.
    package var seed: UInt64? {
        get { random.seed }
        set { random.seed = newValue }
    }

    /// Nothing given.
    package init() {}
}

/// The seed, of whatever draws random numbers.
package struct SeedOption: ParsableArguments {
    /// Key of all random numbers.
    @Option(
        parsing: .unconditional,
        help: "Seed, the key of all random numbers (default: 0).",
        transform: readSeed
    )
    package var seed: UInt64?

    /// Nothing given.
    package init() {}
}
