package import ArgumentParser

/// Options that say which weights a run starts from, and which of them stay.
package struct WeightOptions: ParsableArguments {
    /// The checkpoint to start from.
    @Option(
        help: """
            Start from the weights of a checkpoint: a run's folder (its best one), a .safetensors file or a name of \
            lsn models --pretrained; of its network where no \
            --model is named. Where the data have another number of classes the last layer starts anew, of channels the stem; \
            other tensors that do not fit are an error.
            """
    )
    package var pretrained: String?

    /// Whether no layer may start anew.
    @Flag(help: "With --pretrained: an error where the head or the stem would start anew.")
    package var strict = false

    /// What stays as it is.
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            """
            Leave the parameters below this path as they are, e.g. stem or stages.0; may be given more than once, or as a list with \
            commas. Nothing is computed for them that need not be. Norms still normalise by the batch, and their running statistics \
            still follow it, as in PyTorch with requires_grad=False.
            """,
            valueName: "path"
        )
    )
    package var freeze: [String] = []

    /// Nothing given.
    package init() {}
}
