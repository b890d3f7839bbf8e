public import Datasets
import Networks
public import Tensors

/// Steps of training that were only taken to see what they cost.
public struct StepMeasurement: Sendable {
    /// Seconds of each step, on the host's clock; launches are not timed in them.
    public var seconds: [Double]
    /// What the device did in one step more; nil where it does not time launches.
    public var profile: LaunchProfile?
    /// Bytes alive between the forward and the backward pass, parameters, moments and samples aside; nil where the
    /// backend does not count.
    public var savedBytes: Int?
    /// The most bytes in use at once.
    public var peakBytes: Int?
    /// The most bytes in use and kept for reuse.
    public var heldBytes: Int?
}

extension TrainingConfiguration {
    /// Trains for a few steps on the first batch, and forgets what was learned.
    ///
    /// - Parameters:
    ///   - backend: the device.
    ///   - data: what to train on.
    ///   - plan: what the steps take, and their memory mode.
    ///   - steps: how many are timed; two come before, in which kernels are built.
    public func measureSteps<B: Backend>(
        on backend: B,
        data: any TrainingData,
        plan: MemoryPlan,
        steps: Int
    ) throws -> StepMeasurement {
        let network = try Network(networkDescription(for: data), backend: backend)
        let step = try TrainingStep(configuration: self, network: network, data: data, memory: plan.mode)
        try step.begin(seed: seed)
        let batch = try data.trainingBatches(batchSize: batchSize, seed: seed, policy: augmentation)
            .trainingBatch(epoch: 0, index: 0)
        var number = 0
        var saved: Int?
        let counter = backend as? any MemoryCounting
        func run() throws {
            number += 1
            _ = try step.run(batch, rate: schedule.base, number: number, epoch: 1) {
                saved = counter?.memoryUsage.bytesInUse
            }
        }
        for _ in 0..<2 { try run() }
        let clock = ContinuousClock()
        var seconds: [Double] = []
        for _ in 0..<steps {
            let start = clock.now
            try run()
            seconds.append((clock.now - start).seconds)
        }
        counter?.resetPeakMemoryUsage()
        let profile = try backend.profiled(run).profile
        let fixed = plan.parameters + plan.gradients + plan.optimizer + plan.data
        return StepMeasurement(
            seconds: seconds,
            profile: profile,
            savedBytes: saved.map { $0 - fixed },
            peakBytes: counter?.memoryUsage.peakBytesInUse,
            heldBytes: counter?.memoryUsage.peakBytesHeld
        )
    }
}
