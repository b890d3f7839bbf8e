package import LSNDatasets
import LSNNetworks
package import LSNTensors
package import LSNTraining

/// A measured step of training, as `--json` prints it.
package struct StepBenchmark: Encodable {
    package struct Kernel: Encodable {
        package let kernel: String
        package let family: String
        package let launches: Int
        package let seconds: Double
        /// Of the time in which kernels ran.
        package let share: Double
    }

    package let device: String
    package let deviceName: String
    package let model: String
    package let width: Double
    package let timeSteps: Int
    package let batchSize: Int
    package let steps: Int
    /// The median step, on the host's clock.
    package let wallSeconds: Double
    package let imagesPerSecond: Double
    /// Of one profiled step.
    package let busySeconds: Double?
    package let idleShare: Double?
    package let kernels: [Kernel]?
    /// What was planned.
    package let memory: MemoryPlan
    /// What was measured.
    package let savedActivations: Int?
    package let peakBytes: Int?
    package let heldBytes: Int?

    /// Measures steps of training on made-up pictures.
    ///
    /// - Parameters:
    ///   - configuration: of the run that is measured.
    ///   - backend: the device.
    ///   - machine: what is said of it.
    ///   - steps: how many are timed.
    ///   - plan: plans the memory of the run on that data.
    package init(
        _ configuration: TrainingConfiguration,
        on backend: Backend,
        machine: MachineRecord,
        steps: Int,
        plan: (TrainingConfiguration, any TrainingData) throws -> MemoryPlan
    ) throws {
        let data = ImageDataset.madeUp(for: configuration)
        let plan = try plan(configuration, data)
        let measured = try configuration.measureSteps(on: backend, data: data, plan: plan, steps: steps)
        device = machine.device
        deviceName = machine.name
        model = configuration.network.name
        width = configuration.width
        timeSteps = configuration.network.timeSteps ?? 1
        batchSize = configuration.learning.batchSize
        self.steps = measured.seconds.count
        wallSeconds = measured.seconds.sorted().quantile(0.5)
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
}
