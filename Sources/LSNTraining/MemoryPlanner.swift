public import LSNDatasets
import LSNNetworks
public import LSNTensors

/// Finds out before a run starts what it takes, whether that fits, and how large a batch would.
public struct MemoryPlanner {
    private let configuration: TrainingConfiguration
    private let data: any TrainingData
    private let limits: MemoryLimits
    private let device: String
    /// No batch is larger.
    private let mostSamples: Int
    private let makeBackend: () throws -> any MemoryCounting
    private let dryRuns: [MemoryMode: MemoryDryRun]

    /// A planner.
    ///
    /// - Parameters:
    ///   - configuration: of the run.
    ///   - data: what it trains on.
    ///   - limits: of the device.
    ///   - device: its name, for messages.
    ///   - mostSamples: the largest batch worth looking for; nil: the training split.
    ///   - own: the micro-batches of a step that go through the network on this device; nil: all.
    ///   - makeBackend: makes a backend that counts memory as the device's would, but computes nothing.
    public init(
        _ configuration: TrainingConfiguration,
        data: any TrainingData,
        limits: MemoryLimits,
        device: String,
        mostSamples: Int? = nil,
        own: Range<Int>? = nil,
        makeBackend: @escaping () throws -> any MemoryCounting
    ) throws {
        self.configuration = configuration
        self.data = data
        self.limits = limits
        self.device = device
        self.makeBackend = makeBackend
        self.mostSamples = max(mostSamples ?? data.trainCount, 1)
        var dryRuns: [MemoryMode: MemoryDryRun] = [:]
        for mode in MemoryMode.allCases {
            dryRuns[mode] = try MemoryDryRun(
                configuration,
                data: data,
                mode: mode,
                memory: makeBackend(),
                own: own
            )
        }
        self.dryRuns = dryRuns
    }

    /// What a run takes; with ``MemoryChoice/auto`` in the first mode that fits, or in `MemoryMode.lean` where none does.
    public func plan(_ choice: MemoryChoice) throws -> MemoryPlan {
        if let mode = choice.mode { return try plan(mode) }
        let first = MemoryMode.allCases.first { fits($0, samples: batchSize) }
        return try plan(first ?? MemoryMode.lean)
    }

    /// Refuses a plan that does not fit.
    ///
    /// - Throws: ``ConfigurationError/doesNotFit(_:)`` with the largest batch that does, and the micro-batches with which this
    ///   one would.
    public func check(_ plan: MemoryPlan) throws {
        guard !plan.fits else { return }
        var shortage = MemoryShortage(device: device, plan: plan, best: plan.mode, bestBatch: plan.largestBatch)
        for mode in [MemoryMode.lean, .balanced] where mode != plan.mode {
            let largest = try largestBatch(mode)
            if largest > shortage.bestBatch { (shortage.best, shortage.bestBatch) = (mode, largest) }
        }
        for mode in [plan.mode, .lean] where shortage.cut == nil {
            shortage.cut = try fewestMicroBatches(mode).map { MemoryShortage.Cut(microBatches: $0, mode: mode) }
        }
        throw ConfigurationError.doesNotFit(shortage)
    }

    /// A step of a plan and the evaluation after it, to be gone through once more on the backend that counts.
    ///
    /// - Returns: that backend, and what goes through them; nil where no step of the plan's mode was gone through.
    public func dryRun(of plan: MemoryPlan) -> (backend: any MemoryCounting, goThrough: () throws -> Void)? {
        guard let dryRun = dryRuns[plan.mode] else { return nil }
        return (dryRun.memory, { _ = try dryRun.needs(samples: batchSize) })
    }

    /// The fewest micro-batches, more than the configuration's, in which its batch fits; nil where it fits in none.
    private func fewestMicroBatches(_ mode: MemoryMode) throws -> Int? {
        func holds(_ count: Int) throws -> Bool {
            var configuration = configuration
            configuration.learning.microBatches = count
            do {
                let dryRun = try MemoryDryRun(configuration, data: data, mode: mode, memory: makeBackend())
                return fits(dryRun, samples: batchSize)
            } catch is ConfigurationError {
                // Norms may need more than one sample at a time.
                return false
            }
        }
        // From 2ᵏ to 2ᵏ⁺¹ − 1 micro-batches k gradients wait at most, so that what a step takes falls with their size.
        var first = 1
        while first <= batchSize {
            defer { first *= 2 }
            let last = min(2 * first - 1, batchSize)
            var low = max(first - 1, configuration.learning.microBatches)
            guard var high = try [last, batchSize / 2].first(where: { try low < $0 && $0 <= last && holds($0) }) else {
                continue
            }
            while high - low > 1 {
                let middle = low + (high - low) / 2
                if try holds(middle) { high = middle } else { low = middle }
            }
            return high
        }
        return nil
    }

    /// Samples of the largest step there will be.
    private var batchSize: Int { max(1, min(configuration.learning.batchSize, data.trainCount)) }

    private func plan(_ mode: MemoryMode) throws -> MemoryPlan {
        // Tensors that cannot be counted take more than any device has.
        let needs = try needs(mode, samples: batchSize)
        let counted = needs ?? dryRuns[mode]?.fixed ?? MemoryNeeds()
        let parts = counted.parameters + counted.gradients + counted.optimizer + counted.saved + counted.data
        return MemoryPlan(
            mode: mode,
            batchSize: configuration.learning.batchSize,
            microBatches: configuration.learning.microBatches,
            parameters: counted.parameters,
            gradients: counted.gradients,
            optimizer: counted.optimizer,
            savedActivations: counted.saved,
            workspace: max(counted.total - parts, 0),
            data: counted.data,
            total: needs == nil ? .max : counted.total,
            checkpoint: counted.checkpoint,
            deviceBytes: limits.totalBytes,
            hostBytes: limits.hostBytes,
            largestBatch: try largestBatch(mode),
            largestStorage: counted.largestStorage,
            deviceLargestStorage: limits.largestStorageBytes
        )
    }

    /// nil where a tensor has more pixels than kernels can count.
    private func needs(_ mode: MemoryMode, samples: Int) throws -> MemoryNeeds? {
        do {
            return try dryRuns[mode]?.needs(samples: samples)
        } catch BackendError.mismatch {
            return nil
        }
    }

    private func fits(_ mode: MemoryMode, samples: Int) -> Bool {
        dryRuns[mode].map { fits($0, samples: samples) } ?? false
    }

    private func fits(_ dryRun: MemoryDryRun, samples: Int) -> Bool {
        guard let needs = try? dryRun.needs(samples: samples) else { return false }
        return limits.fit(
            total: needs.total,
            largestStorage: needs.largestStorage,
            checkpoint: needs.checkpoint
        )
    }

    /// The largest batch that fits, to one part in 256: what a step takes grows with the batch.
    private func largestBatch(_ mode: MemoryMode) throws -> Int {
        let most = mostSamples
        if fits(mode, samples: most) { return most }
        guard fits(mode, samples: 1) else { return 0 }
        var (low, high) = (1, most)
        // Growth is nearly linear, so two counts tell roughly where to look.
        if let one = try needs(mode, samples: 1), let two = try needs(mode, samples: 2) {
            let growth = max(two.total - one.total, 1)
            let guess = min(max((limits.totalBytes - one.total) / growth, 1), most)
            for candidate in [guess - guess / 32, guess + guess / 32] where low < candidate && candidate < high {
                if fits(mode, samples: candidate) { low = candidate } else { high = candidate }
            }
        }
        while high - low > 1 + low / 256 {
            let middle = low + (high - low) / 2
            if fits(mode, samples: middle) { low = middle } else { high = middle }
        }
        return low
    }
}
