import ArgumentParser
import LSNConfiguration
import LSNDatasets
import LSNTraining

/// Options of `lsn bench --plan` and `--launches`.
struct StepOptions: ParsableArguments {
    @Flag(help: "Measure steps of training.")
    var plan = false

    @Flag(help: "List the kernels of a step on a GPU, without one.")
    var launches = false

    @Option(help: "Multiprocessors (compute units) of that GPU.")
    var computeUnits = 132

    @Option(help: "Architecture, one of `lsn models` (default: as `lsn train`).")
    var model: String?

    @Option(
        help: .choice(DatasetName.self, "Whose pictures' size and defaults to take (default: digits)."),
        transform: named
    )
    var dataset: DatasetName?

    @Option(help: "Pixels that the network sees: N, or native (default: as `lsn train`).", transform: readImageSize)
    var imageSize: ImageSize?

    @Option(help: "Multiplier of the model's widths (default: as `lsn train`).")
    var width: Double?

    @Option(help: "Time steps T (default: 4).")
    var timesteps: Int?

    @Option(help: "Samples a step (default: as `lsn train`).")
    var batchSize: Int?

    @Option(help: "Micro-batches of a step (default: 1).")
    var microBatches: Int?

    @Option(help: .choice(OptimizerKind.self, "Update rule (default: adam)."), transform: named)
    var optimizer: OptimizerKind?

    @Option(
        help: .choice(MemoryChoice.self, "What is kept for the backward pass (default: auto)."),
        transform: named
    )
    var memory: MemoryChoice?

    @Option(help: "Steps to time.")
    var steps = 5

    /// Whether any of them is given.
    var isAsked: Bool {
        [model, dataset?.rawValue, optimizer?.rawValue, memory?.rawValue].contains { $0 != nil }
            || [timesteps, batchSize, microBatches].contains { $0 != nil } || width != nil || imageSize != nil
    }

    func validate() throws {
        if plan, launches {
            throw ValidationError("--plan measures a step, --launches lists its kernels; give one of them")
        }
        try requireCount("--steps", steps)
        try requireCount("--compute-units", computeUnits)
        try requireCount("--micro-batches", microBatches)
        if let kind = dataset?.kind, kind == .recordings || kind == .arrays {
            throw ValidationError("--plan and --launches make up pictures, not recordings of events or arrays")
        }
    }

    /// The run whose steps are measured.
    func configuration() throws -> TrainingConfiguration {
        var options = try TrainingOptions.parsed()
        options.network.model = model
        options.data.dataset = dataset
        options.data.files.imageSize = imageSize
        options.network.width = width
        options.network.timesteps = timesteps
        options.learning.batchSize = batchSize
        options.learning.microBatches = microBatches
        options.learning.optimizer = optimizer
        options.run.memory = memory
        return try options.configuration()
    }
}
