import ArgumentParser
import Configuration
import Datasets
import Networks
import Tensors
import Training

/// Options of `lsn bench --plan`.
struct StepOptions: ParsableArguments {
    @Flag(help: "Measure steps of training.")
    var plan = false

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
            || [timesteps, batchSize].contains { $0 != nil } || width != nil || imageSize != nil
    }

    func validate() throws {
        try requireCount("--steps", steps)
        if dataset == .cifar10DVS { throw ValidationError("--plan makes up pictures, not recordings of events") }
    }

    fileprivate func configuration() throws -> TrainingConfiguration {
        var options = try TrainingOptions.parsed()
        options.network.model = model
        options.data.dataset = dataset
        options.data.files.imageSize = imageSize
        options.network.width = width
        options.network.timesteps = timesteps
        options.learning.batchSize = batchSize
        options.learning.optimizer = optimizer
        options.run.memory = memory
        return try options.configuration()
    }
}

/// A measured step of training, as `--json` prints it.
struct StepBenchmark: Encodable {
    struct Kernel: Encodable {
        let kernel: String
        let family: String
        let launches: Int
        let seconds: Double
        /// Of the time in which kernels ran.
        let share: Double
    }

    let device: String
    let deviceName: String
    let model: String
    let width: Double
    let timeSteps: Int
    let batchSize: Int
    let steps: Int
    /// The median step, on the host's clock.
    let wallSeconds: Double
    let imagesPerSecond: Double
    /// Of one profiled step.
    let busySeconds: Double?
    let idleShare: Double?
    let kernels: [Kernel]?
    /// What was planned.
    let memory: MemoryPlan
    /// What was measured.
    let savedActivations: Int?
    let peakBytes: Int?
    let heldBytes: Int?

    init(_ options: StepOptions, on opened: OpenDevice) throws {
        let configuration = try options.configuration()
        let data = ImageDataset.madeUp(for: configuration)
        let planner = try opened.memoryPlanner(configuration, data: data, mostSamples: 1 << 16)
        let plan = try planner.plan(configuration.run.memory)
        try planner.check(plan)
        let measured = try configuration.measureSteps(on: opened.backend, data: data, plan: plan, steps: options.steps)
        device = opened.machine.device
        deviceName = opened.machine.name
        model = configuration.network.name
        width = configuration.width
        timeSteps = configuration.network.timeSteps ?? 1
        batchSize = configuration.learning.batchSize
        steps = measured.seconds.count
        wallSeconds = BenchmarkResult.quantile(measured.seconds.sorted(), 0.5)
        imagesPerSecond = Double(batchSize) / max(wallSeconds, 1e-9)
        busySeconds = measured.profile?.busySeconds
        idleShare = measured.profile?.idleShare
        kernels = measured.profile.map { profile in
            profile.kernels.map { use in
                Kernel(
                    kernel: use.kernel,
                    family: use.family,
                    launches: use.launches,
                    seconds: use.seconds,
                    share: profile.busySeconds > 0 ? use.seconds / profile.busySeconds : 0
                )
            }
        }
        memory = plan
        savedActivations = measured.savedBytes
        peakBytes = measured.peakBytes
        heldBytes = measured.heldBytes
    }

    /// For people.
    var text: String {
        var lines = [
            "\(model) at width \(width), \(timeSteps) time steps, \(batchSize) samples a step, on \(deviceName)",
            "a step takes \(Self.milliseconds(wallSeconds)), \(ProgressText.rate(imagesPerSecond))"
                + (idleShare.map { "; no kernel runs in \(ProgressText.decimal(100 * $0, 1)) % of it" } ?? ""),
        ]
        if let kernels { lines += ["", Self.table(kernels)] }
        lines += ProgressText(isColoured: false).table(memory)
        if let savedActivations, let peakBytes, let heldBytes {
            lines.append(
                "measured: saved activations \(ProgressText.bytes(savedActivations)), peak \(ProgressText.bytes(peakBytes)), "
                    + "\(ProgressText.bytes(heldBytes)) with what is kept for reuse"
            )
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func table(_ kernels: [Kernel]) -> String {
        var table = TextTable([
            ("kernel", .left), ("family", .left), ("launches", .right), ("time", .right), ("share", .right),
        ])
        for use in kernels {
            table.add([
                use.kernel, use.family, "\(use.launches)", milliseconds(use.seconds),
                ProgressText.decimal(100 * use.share, 1) + " %",
            ])
        }
        return table.text
    }

    private static func milliseconds(_ seconds: Double) -> String {
        ProgressText.decimal(1000 * seconds, 2) + " ms"
    }
}

extension ImageDataset {
    /// A batch of noise, as large as the pictures of a run; 224 pixels where only the files would tell.
    static func madeUp(for configuration: TrainingConfiguration) -> ImageDataset {
        let name = configuration.data.dataset
        let count = configuration.learning.batchSize
        let size =
            if case .square(let pixels) = configuration.data.imageSize { pixels } else { name.pictureSize ?? 224 }
        let bytes = name.mean.count * size * size
        var random = Philox(seed: 0, purpose: .parity, index: 0)
        let picture = (0..<bytes).map { _ in UInt8(random.integer(below: 256)) }
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        pixels.reserveCapacity(count * bytes)
        for index in 0..<count {
            // Each is the first one, moved along.
            let start = index * 37 % bytes
            pixels += picture[start...]
            pixels += picture[..<start]
            labels.append(UInt8(index % 10))
        }
        let split = ImageSplit(pixels: pixels, labels: labels, bytesPerImage: bytes)
        return ImageDataset(name: name, height: size, width: size, train: split, test: split, source: "made up")
    }
}
