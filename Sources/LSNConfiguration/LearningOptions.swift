package import ArgumentParser
package import LSNTraining

/// Options that say how it is trained.
package struct LearningOptions: ParsableArguments {
    /// Starting point of the defaults.
    @Option(
        help: .choice(
            Recipe.self,
            "Where the defaults start from; paper: decay 5e-3 (cifar10-dvs: 5e-2), and LSNs with norms at 1 and 0 and surrogate height 1."
        ),
        transform: named
    )
    package var recipe: Recipe?

    /// Passes over the training split.
    @Option(
        parsing: .unconditional,
        help: "Passes over the training data (default: 8; cifar10 and imagenet: 300; cifar10-dvs: 150).",
        transform: count
    )
    package var epochs: Int?

    /// Samples a step.
    @Option(
        parsing: .unconditional,
        help: "Samples a step (default: 20; mnist: 50; cifar10 and imagenet: 64; cifar10-dvs: 32).",
        transform: count
    )
    package var batchSize: Int?

    /// Micro-batches of a step.
    @Option(
        parsing: .unconditional,
        help: """
            Cut each step's samples into so many micro-batches, one after the other, and add up their gradients (gradient \
            accumulation): a batch takes the memory of its largest micro-batch. Each is normalised by its own statistics, so the \
            number is part of the run (default: 1).
            """,
        transform: count
    )
    package var microBatches: Int?

    /// The update rule.
    @Option(
        help: .choice(
            OptimizerKind.self,
            "Update rule; adam adds the decay to the gradient, as in the paper; sgd has momentum 0.9 (default: adam)."
        ),
        transform: named
    )
    package var optimizer: OptimizerKind?

    /// Highest learning rate.
    @Option(
        parsing: .unconditional,
        help: """
            Highest learning rate (default: 5e-3, imagenet: 1e-3, and twice that for an LSN of more than 33 blocks; \
            sgd: 0.1).
            """,
        transform: positive
    )
    package var learningRate: Double?

    /// Decay of every parameter.
    @Option(
        parsing: .unconditional,
        help: "Weight decay of every parameter (default: 0 for digits and mnist, else 5e-4); see --no-decay-norms.",
        transform: number("0 or more") { $0 >= 0 && $0.isFinite }
    )
    package var weightDecay: Double?

    /// Whether norms and biases do not decay.
    @Flag(
        help: """
            No weight decay of parameters of one dimension: weights and biases of norms, biases of linear layers, learned leaks \
            (default: all parameters decay).
            """
    )
    package var noDecayNorms = false

    /// Which parameters learn at another rate.
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            """
            Multiply the learning rate of the parameters below a path, e.g. stem=0.1 or head=10; may be given more than once, or as \
            a list with commas. The longest path counts.
            """,
            valueName: "path=factor"
        ),
        transform: readScales
    )
    package var learningRateScale: [LearningRateScales] = []

    /// The largest norm of a step's gradient.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Scale each step's gradient so that its norm over all parameters is at most this, as clip_grad_norm_ of PyTorch \
            (default: it is taken as it is).
            """,
            valueName: "norm"
        ),
        transform: positive
    )
    package var clipGradNorm: Float?

    /// Decay of the average of the parameters at each step.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Also keep an exponential moving average of parameters and running statistics with this decay at each step, e.g. 0.999: \
            it is what is evaluated, and what the best checkpoint holds (default: none).
            """,
            valueName: "decay"
        ),
        transform: number("more than 0 and less than 1") { $0 > 0 && $0 < 1 }
    )
    package var ema: Double?

    /// Epochs of linear warm-up.
    @Option(
        parsing: .unconditional,
        help: "Epochs of linear warm-up (default: 0; imagenet: 10 of 300).",
        transform: atLeast(0)
    )
    package var warmupEpochs: Int?

    /// What follows the warm-up.
    @Option(
        help: .choice(
            ScheduleKind.self,
            "The learning rate after the warm-up: cosine annealing to --min-learning-rate, or constant (default: cosine)."
        ),
        transform: named
    )
    package var schedule: ScheduleKind?

    /// Where the cosine ends.
    @Option(
        parsing: .unconditional,
        help: "Where the cosine ends, eta_min of PyTorch (default: 0).",
        transform: number("0 or more") { $0 >= 0 && $0.isFinite }
    )
    package var minLearningRate: Double?

    /// What is made small.
    @Option(
        help: .choice(
            LossKind.self,
            "Cross-entropy of the mean logits; temporal efficient training (TET); or the former and an MPD loss, on the membrane potential distribution, which is this project's own after the idea of RecDis-SNN, not a reproduction (default: mean-ce)."
        ),
        transform: named
    )
    package var loss: LossKind?

    /// λ of TET.
    @Option(
        parsing: .unconditional,
        help: "TET's λ, the share of the squared distance of logits from φ (default: 0.05).",
        transform: number("from 0 to 1") { 0...1 ~= $0 }
    )
    package var tetLambda: Float?

    /// φ of TET.
    @Option(
        parsing: .unconditional,
        help: "TET's φ (default: 1).",
        transform: finite
    )
    package var tetPhi: Float?

    /// Weight of the MPD loss.
    @Option(
        parsing: .unconditional,
        help: "Weight of the MPD loss, averaged over the layers (default: 0.1).",
        transform: positive
    )
    package var mpdWeight: Float?

    /// α of mixup.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Blend the pictures of each batch in pairs, and their labels alike, in shares of Beta(α, α), as mixup; with --cutmix each \
            batch is drawn for one of them (default: none).
            """,
            valueName: "alpha"
        ),
        transform: readAlpha
    )
    package var mixup: Double?

    /// α of cutmix.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Paste a rectangle of each picture's partner into it, of a share of the area of Beta(α, α) that its label has, too, as \
            cutmix (default: none).
            """,
            valueName: "alpha"
        ),
        transform: readAlpha
    )
    package var cutmix: Double?

    /// The share of the target that all classes divide among themselves.
    @Option(
        parsing: .unconditional,
        help: "Share of each target that all classes divide among themselves (default: 0).",
        transform: number("from 0 to less than 1") { 0..<1 ~= $0 }
    )
    package var labelSmoothing: Float?

    /// Nothing given.
    package init() {}
}
