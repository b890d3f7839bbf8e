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
    let memory: any MemoryCounting
    private let step: TrainingStep
    /// Parameters, gradients and moments, and what a data set needs once.
    let fixed: MemoryNeeds
    private let cut: MicroBatchCut
    /// The micro-batches that go through the network here.
    private let own: Range<Int>
    private let testCount: Int

    /// A dry run of `configuration` in `mode`, on a backend that counts its `memory`, which nobody else uses.
    ///
    /// - Parameter own: the micro-batches that go through the network here; nil: all.
    init(
        _ configuration: TrainingConfiguration,
        data: any TrainingData,
        mode: MemoryMode,
        memory: any MemoryCounting,
        own: Range<Int>? = nil
    ) throws {
        let description = try configuration.networkDescription(for: data)
        let network = try configuration.network(description, on: Backend(memory))
        var fixed = MemoryNeeds()
        fixed.gradients = memory.storageBytes(words: network.parameters.wordCount)
        fixed.parameters = memory.memoryUsage.bytesInUse - fixed.gradients
        step = try TrainingStep(configuration: configuration, network: network, data: data, memory: mode)
        fixed.checkpoint = CheckpointFile.hostBytes(
            of: network,
            optimizer: step.optimizer,
            average: step.average?.network
        )
        fixed.optimizer = memory.memoryUsage.bytesInUse - fixed.parameters - fixed.gradients
        // What a data set's bytes become is a table that is made once.
        _ = try step.preparer.prepare(step.preparer.placeholder(count: 1))
        fixed.data = memory.memoryUsage.bytesInUse - fixed.parameters - fixed.gradients - fixed.optimizer
        self.memory = memory
        self.fixed = fixed
        cut = configuration.learning.cut
        self.own = own ?? 0..<cut.count
        testCount = data.testCount
    }

    /// What a step of `samples` samples takes, and the evaluation in batches of as many as a micro-batch has.
    ///
    /// - Throws: `BackendError.mismatch` where a tensor would have more pixels than kernels can count.
    func needs(samples: Int) throws(BackendError) -> MemoryNeeds {
        memory.resetPeakMemoryUsage()
        var needs = fixed
        try train(samples, &needs)
        try evaluate(min(cut.largest(of: samples), testCount))
        let usage = memory.memoryUsage
        needs.total = usage.peakBytesInUse
        needs.largestStorage = max(usage.largestStorageBytes, needs.parameters, fixed.gradients)
        return needs
    }

    /// Of micro-batches of one size, only that goes through the network which finds the most gradients waiting: no other takes
    /// more.
    private func train(_ samples: Int, _ needs: inout MemoryNeeds) throws(BackendError) {
        let before = memory.memoryUsage.bytesInUse
        let sizes = cut.places(0..<samples).map(\.count)
        var parts: [UploadedMicroBatch?] = []
        for size in sizes[own] {
            guard size > 0 else {
                parts.append(nil)
                continue
            }
            parts.append(try step.placeholder(samples: size))
        }
        let data = memory.memoryUsage.bytesInUse - before
        let counted = Self.places(sizes, own)
        var sums = try GradientSums(step.network.parameters, sizes: sizes, own: own)
        for (place, part) in zip(own, parts) {
            if let part, counted.contains(place) {
                try sums.begin()
                let waiting = memory.memoryUsage.bytesInUse - before - data
                needs.gradients = max(needs.gradients, fixed.gradients + waiting)
                try step.differentiate(part, of: samples, record: step.record) {
                    needs.saved = max(needs.saved, memory.memoryUsage.bytesInUse - before - data - waiting)
                }
            }
            try sums.add()
        }
        try step.update(rate: 0, number: 1)
        needs.data = fixed.data + data
    }

    /// Of every size the place where the most gradients wait.
    private static func places(_ sizes: [Int], _ own: Range<Int>) -> Set<Int> {
        var deepest: [Int: (place: Int, depth: Int)] = [:]
        var sums = TreeSum<Int>(of: sizes.count, from: own.lowerBound)
        for place in own {
            let size = sizes[place]
            if size > 0, sums.depth > deepest[size]?.depth ?? -1 { deepest[size] = (place, sums.depth) }
            let completed = sums.complete()
            sums.push(size > 0 ? size : completed.first)
        }
        return Set(deepest.values.map(\.place))
    }

    private func evaluate(_ samples: Int) throws(BackendError) {
        guard samples > 0 else { return }
        let batch = try step.preparer.placeholder(count: samples)
        let pictures = try step.preparer.prepare(batch)
        let network = try step.network.withFixedWeights()
        _ = try network.forward(pictures, isStatic: step.preparer.isStatic, training: false)
    }
}
