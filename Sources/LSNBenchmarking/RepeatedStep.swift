package import LSNDatasets
package import LSNNetworks
package import LSNTensors
package import LSNTraining

/// Steps of training that were only taken to see what they cost.
package struct StepMeasurement: Sendable {
    /// Seconds of each step, on the host's clock; launches are not timed in them.
    package var seconds: [Double]
    /// What the device did in one step more; nil where it does not time launches.
    package var profile: LaunchProfile?
    /// Bytes alive between the forward and the backward pass, parameters, moments and samples aside; nil where the
    /// backend does not count.
    package var savedBytes: Int?
    /// The most bytes in use at once.
    package var peakBytes: Int?
    /// The most bytes in use and kept for reuse.
    package var heldBytes: Int?
}

/// A step of training on the first batch of a data set, to be taken again and again, or that batch's inference, to see
/// what it costs. What is learned is forgotten.
package final class RepeatedStep {
    private let step: TrainingStep
    private let batch: MicroBatches
    private let learningRate: Double
    private var number = 0
    /// The network between whose passes nothing is learned.
    private var fixed: Network?
    /// The most bytes in use between the forward and the backward pass of a micro-batch of the last step, parameters, moments
    /// and samples included; nil before the first, and where the backend does not count.
    package private(set) var bytesBetweenPasses: Int?
    /// What the network learns.
    package var parameterCount: Int { step.network.parameters.parameterCount }

    /// Makes the network, with its starting values, and the batch.
    ///
    /// - Parameters:
    ///   - configuration: of the run that is measured.
    ///   - backend: the device.
    ///   - data: what to train on.
    ///   - memory: what is kept for the backward pass.
    package init(
        _ configuration: TrainingConfiguration,
        on backend: Backend,
        data: any TrainingData,
        memory: MemoryMode
    ) throws {
        let network = try configuration.network(configuration.networkDescription(for: data), on: backend)
        step = try TrainingStep(configuration: configuration, network: network, data: data, memory: memory)
        try step.begin(seed: configuration.run.seed)
        batch = try configuration.firstBatch(of: data)
        learningRate = configuration.learning.learningRate
    }

    /// Forward, loss, backward, update; waits for the device.
    package func train() throws {
        number += 1
        fixed = nil
        let counter = step.network.backend.memory
        bytesBetweenPasses = nil
        _ = try step.run(batch, rate: learningRate, number: number, epoch: 1) {
            guard let bytes = counter?.memoryUsage.bytesInUse else { return }
            bytesBetweenPasses = max(bytesBetweenPasses ?? 0, bytes)
        }
    }

    /// What a step enqueues, on a backend that computes nothing, and so has no outcome to read.
    package func goThrough() throws {
        number += 1
        try step.differentiate(batch)
        try step.update(rate: learningRate, number: number)
    }

    /// Logits of the batch with running statistics, micro-batch by micro-batch; waits for the device.
    package func infer() throws {
        let network = try fixed ?? step.network.withFixedWeights()
        fixed = network
        for part in batch.parts where part.count > 0 {
            let pass = try network.forward(
                step.preparer.prepare(part),
                isStatic: step.preparer.isStatic,
                training: false
            )
            _ = try network.backend.values(pass.logits)
        }
    }
}

extension TrainingConfiguration {
    /// Trains for a few steps on the first batch, and forgets what was learned.
    ///
    /// - Parameters:
    ///   - backend: the device.
    ///   - data: what to train on.
    ///   - plan: what the steps take, and their memory mode.
    ///   - steps: how many are timed; two come before, in which kernels are built.
    package func measureSteps(
        on backend: Backend,
        data: any TrainingData,
        plan: MemoryPlan,
        steps: Int
    ) throws -> StepMeasurement {
        let step = try RepeatedStep(self, on: backend, data: data, memory: plan.mode)
        let counter = backend.memory
        for _ in 0..<2 { try step.train() }
        let clock = ContinuousClock()
        var seconds: [Double] = []
        for _ in 0..<steps {
            let start = clock.now
            try step.train()
            seconds.append((clock.now - start) / .seconds(1))
        }
        counter?.resetPeakMemoryUsage()
        let profile = try backend.profiled(step.train).profile
        let fixed = plan.parameters + plan.gradients + plan.optimizer + plan.data
        return StepMeasurement(
            seconds: seconds,
            profile: profile,
            savedBytes: step.bytesBetweenPasses.map { $0 - fixed },
            peakBytes: counter?.memoryUsage.peakBytesInUse,
            heldBytes: counter?.memoryUsage.peakBytesHeld
        )
    }
}
