import LSNDatasets
import LSNNetworks
import LSNTensors

/// What a step takes, in bytes.
struct MemoryNeeds {
    var parameters = 0
    var gradients = 0
    var optimizer = 0
    var data = 0
    var saved = 0
    var total = 0
    /// On the host.
    var checkpoint = 0
    var largestStorage = 0
}

/// A step of training without numbers: the same code as a real one, on a backend that only counts. So the count has no
/// description of the network of its own that could differ from it.
struct MemoryDryRun {
    private let memory: any MemoryCounting
    private let step: TrainingStep
    /// Parameters, gradients and moments, and what a data set needs once.
    let fixed: MemoryNeeds
    private let testCount: Int

    /// A dry run of `configuration` in `mode`, on a backend that counts its `memory`, which nobody else uses.
    init(
        _ configuration: TrainingConfiguration,
        data: any TrainingData,
        mode: MemoryMode,
        memory: any MemoryCounting
    ) throws {
        let network = try Network(configuration.networkDescription(for: data), backend: Backend(memory))
        var fixed = MemoryNeeds()
        fixed.gradients = memory.storageBytes(words: network.parameters.wordCount)
        fixed.parameters = memory.memoryUsage.bytesInUse - fixed.gradients
        step = try TrainingStep(configuration: configuration, network: network, data: data, memory: mode)
        fixed.checkpoint = CheckpointFile.hostBytes(of: network, optimizer: step.optimizer)
        fixed.optimizer = memory.memoryUsage.bytesInUse - fixed.parameters - fixed.gradients
        // What a data set's bytes become is a table that is made once.
        _ = try step.preparer.prepare(step.preparer.placeholder(count: 1))
        fixed.data = memory.memoryUsage.bytesInUse - fixed.parameters - fixed.gradients - fixed.optimizer
        self.memory = memory
        self.fixed = fixed
        testCount = data.testCount
    }

    /// What a step of `samples` samples takes, and the evaluation in batches of as many.
    ///
    /// - Throws: `BackendError.mismatch` where a tensor would have more pixels than kernels can count.
    func needs(samples: Int) throws(BackendError) -> MemoryNeeds {
        memory.resetPeakMemoryUsage()
        var needs = fixed
        try train(samples, &needs)
        try evaluate(min(samples, testCount))
        let usage = memory.memoryUsage
        needs.total = usage.peakBytesInUse
        needs.largestStorage = max(usage.largestStorageBytes, needs.parameters, needs.gradients)
        return needs
    }

    private func train(_ samples: Int, _ needs: inout MemoryNeeds) throws(BackendError) {
        let before = memory.memoryUsage.bytesInUse
        let labels = try step.network.backend.allocate(words: samples)
        let batch = try step.preparer.placeholder(count: samples)
        let data = memory.memoryUsage.bytesInUse - before
        var saved = 0
        try step.enqueue(batch, labels: labels, rate: 0, number: 1) {
            saved = memory.memoryUsage.bytesInUse - before - data
        }
        needs.data = fixed.data + data
        needs.saved = saved
    }

    private func evaluate(_ samples: Int) throws(BackendError) {
        guard samples > 0 else { return }
        let batch = try step.preparer.placeholder(count: samples)
        let pictures = try step.preparer.prepare(batch)
        let network = try step.network.withFixedWeights()
        _ = try network.forward(pictures, isStatic: step.preparer.isStatic, training: false)
    }
}
