import LSNBenchmarking
import LSNDatasets
import LSNNetworks
import LSNOpenCLBackend
import LSNTensors
import LSNTraining

/// The kernels of a step of training, counted without a device, as `--json` prints them.
struct StepLaunches: Encodable {
    /// Launches that are alike.
    struct Kernel: Encodable {
        let kernel: String
        let file: String
        let options: [String]
        let global: [Int]
        let local: [Int]
        /// Of each storage that one of them is given.
        let bytes: [Int]
        /// Its other arguments that are integers.
        let integers: [Int]
        /// How many of a step are alike.
        let launches: Int
    }

    let model: String
    let width: Double
    let timeSteps: Int
    let batchSize: Int
    let mapping: String
    let matrixUnits: String
    let computeUnits: Int
    /// Of a step.
    let launches: Int
    /// In the order of the first of each.
    let kernels: [Kernel]

    /// Counts those of a run's steps.
    ///
    /// - Parameters:
    ///   - configuration: of the run; `auto` memory is the fastest mode.
    ///   - choices: by which kernels are chosen.
    ///   - computeUnits: of the device; tiles follow them.
    init(_ configuration: TrainingConfiguration, choices: KernelChoices, computeUnits: Int) throws {
        let dryRun = OpenCLBackend(dryRunFor: nil, choices: choices, computeUnits: computeUnits)
        let step = try RepeatedStep(
            configuration,
            on: Backend(dryRun),
            data: ImageDataset.madeUp(for: configuration),
            memory: configuration.run.memory.mode ?? .fast
        )
        // What is only made once is made in the first.
        try step.goThrough()
        let planned = try dryRun.plannedLaunches(step.goThrough)
        var (counts, order): ([PlannedLaunch: Int], [PlannedLaunch]) = ([:], [])
        for launch in planned {
            if counts[launch] == nil { order.append(launch) }
            counts[launch, default: 0] += 1
        }
        model = configuration.network.name
        width = configuration.width
        timeSteps = configuration.network.timeSteps ?? 1
        batchSize = configuration.learning.batchSize
        mapping = choices.mapping.rawValue
        matrixUnits = choices.matrixUnits.rawValue
        self.computeUnits = computeUnits
        launches = planned.count
        kernels = order.map { launch in
            Kernel(
                kernel: launch.kernel,
                file: launch.file,
                options: launch.options,
                global: launch.global,
                local: launch.local,
                bytes: launch.bytes,
                integers: launch.integers,
                launches: counts[launch] ?? 0
            )
        }
    }
}
