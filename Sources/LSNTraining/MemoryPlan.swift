public import LSNNetworks
import LSNTensors

/// What a step of training takes of a device, in bytes: `memory.json`.
///
/// Storages are counted as the device rounds them up. ``total`` is the most that is in use at once; the parts add up to
/// it.
public struct MemoryPlan: Codable, Hashable, Sendable {
    /// What is kept for the backward pass.
    public var mode: MemoryMode
    /// Samples a step.
    public var batchSize: Int
    /// Into how many micro-batches they are cut.
    public var microBatches: Int
    /// Parameters and running statistics.
    public var parameters: Int
    /// Their gradients, and those of micro-batches that wait to be added.
    public var gradients: Int
    /// What the optimizer remembers.
    public var optimizer: Int
    /// What is alive between the forward and the backward pass of the largest micro-batch, the rest of this list aside.
    public var savedActivations: Int
    /// What operations need for themselves, and gradients on their way back.
    public var workspace: Int
    /// Samples as they travel, and their labels.
    public var data: Int
    /// The most that is in use at once; `Int.max` where a tensor is larger than kernels can count.
    public var total: Int
    /// What saving the run and continuing it take of the host, beside what the device holds.
    public var checkpoint: Int
    /// What the device has; of a CPU, what the machine has left of it.
    public var deviceBytes: Int
    /// What the host has left; nil where the device computes in the host's memory, which has ``checkpoint`` to hold, too.
    public var hostBytes: Int?
    /// The largest batch that fits, up to the whole training split, to one part in 256; 0: none.
    public var largestBatch: Int
    /// The largest storage.
    public var largestStorage: Int
    /// The largest storage that the device gives.
    public var deviceLargestStorage: Int

    /// Whether the step fits the device, and its checkpoints fit the host.
    public var fits: Bool {
        limits.fit(total: total, largestStorage: largestStorage, checkpoint: checkpoint)
    }

    /// What there is.
    private var limits: MemoryLimits {
        MemoryLimits(totalBytes: deviceBytes, largestStorageBytes: deviceLargestStorage, hostBytes: hostBytes)
    }

    /// Names in the file.
    public enum CodingKeys: String, CodingKey {
        case mode
        case batchSize = "batch_size"
        case microBatches = "micro_batches"
        case parameters
        case gradients
        case optimizer
        case savedActivations = "saved_activations"
        case workspace
        case data
        case total
        case checkpoint
        case deviceBytes = "device_bytes"
        case hostBytes = "host_bytes"
        case largestBatch = "largest_batch"
        case largestStorage = "largest_storage"
        case deviceLargestStorage = "device_largest_storage"
    }
}

/// A step that takes more than the device has.
public struct MemoryShortage: Hashable, Sendable, CustomStringConvertible {
    /// The device's name.
    public var device: String
    /// The step as it was asked for.
    public var plan: MemoryPlan
    /// The mode in which the largest batch is largest.
    public var best: MemoryMode
    /// The largest batch in that mode.
    public var bestBatch: Int
    /// The cut with which the batch fits; nil where it fits with none.
    public var cut: Cut?

    /// Micro-batches with which a batch fits.
    public struct Cut: Hashable, Sendable {
        /// So many, and not one fewer.
        public var microBatches: Int
        /// In this mode.
        public var mode: MemoryMode
    }

    /// For people.
    public var description: String {
        let parts = plan.microBatches > 1 ? " in \(plan.microBatches) micro-batches" : ""
        let text = "a step of \(plan.batchSize) samples\(parts) with --memory \(plan.mode.rawValue) \(needs). "
        return text + advice + (cut.map(self.text) ?? "")
    }

    /// What to ask for instead.
    private var advice: String {
        if bestBatch >= plan.batchSize { return "--memory \(best.rawValue) fits" + smaller }
        if bestBatch > plan.largestBatch {
            return "The largest --batch-size that fits is \(plan.largestBatch), with --memory \(best.rawValue) "
                + "\(bestBatch)"
        }
        if plan.largestBatch > 0 { return "The largest --batch-size that fits is \(plan.largestBatch)" }
        return "Not even one sample fits: use a smaller --width, fewer --timesteps or another --device"
    }

    /// The batch as it is, a part after the other.
    private func text(_ cut: Cut) -> String {
        ". All \(plan.batchSize) fit with --micro-batches \(cut.microBatches)"
            + (cut.mode == plan.mode ? "" : " and --memory \(cut.mode.rawValue)")
            + ", each normalised by itself"
    }

    /// What there is too little of.
    private var needs: String {
        if plan.total == .max { return "has tensors that are larger than kernels can count" }
        if plan.total > plan.deviceBytes {
            return
                "needs \(ProgressText.bytes(plan.total)), but \(device) has \(ProgressText.bytes(plan.deviceBytes)) left"
        }
        if plan.largestStorage > plan.deviceLargestStorage {
            return "needs \(ProgressText.bytes(plan.largestStorage)) in one piece, but \(device) gives "
                + "\(ProgressText.bytes(plan.deviceLargestStorage)) at most"
        }
        let checkpoint = ProgressText.bytes(plan.checkpoint)
        if let host = plan.hostBytes {
            return
                "needs \(checkpoint) of the host's memory for its checkpoints, but \(ProgressText.bytes(host)) are left"
        }
        return "needs \(ProgressText.bytes(plan.total)), and \(checkpoint) more for its checkpoints, but \(device) has "
            + "\(ProgressText.bytes(plan.deviceBytes)) left"
    }

    private var smaller: String {
        plan.largestBatch > 0 ? ", or a --batch-size of \(plan.largestBatch) at most" : ""
    }
}
