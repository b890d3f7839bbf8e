// The files of a run as a page reads them. They may come from another version of the program, or hold a null where a
// number was not finite: what is missing leaves a gap in a chart, where a run that continues must refuse the file.

/// A line of `metrics.jsonl`, as far as it is understood.
struct EpochLine: Decodable, Sendable {
    let epoch: Int
    let step: Int?
    let learningRate: Double?
    let trainLoss: Double?
    let trainAccuracy: Double?
    let testLoss: Double?
    let testAccuracy: Double?
    let valLoss: Double?
    let valAccuracy: Double?
    let imagesPerSecond: Double?
    let seconds: Double?
    let evaluationSeconds: Double?
    let dataWaitSeconds: Double?
    let exchangeSeconds: Double?

    enum CodingKeys: String, CodingKey {
        case epoch
        case step
        case learningRate = "learning_rate"
        case trainLoss = "train_loss"
        case trainAccuracy = "train_accuracy"
        case testLoss = "test_loss"
        case testAccuracy = "test_accuracy"
        case valLoss = "val_loss"
        case valAccuracy = "val_accuracy"
        case imagesPerSecond = "images_per_second"
        case seconds
        case evaluationSeconds = "evaluation_seconds"
        case dataWaitSeconds = "data_wait_seconds"
        case exchangeSeconds = "exchange_seconds"
    }
}

extension EpochLine {
    /// Of the split that was evaluated.
    var evaluationLoss: Double? { valLoss ?? testLoss }
    /// Of the split that was evaluated.
    var evaluationAccuracy: Double? { valAccuracy ?? testAccuracy }
}

/// `test.json`: the test split's score.
struct TestFile: Decodable, Sendable {
    let epoch: Int?
    let accuracy: Double?
    let samples: Int?
}

/// `confusion.json`: samples by label (rows) and by the class that they were taken for.
struct ConfusionFile: Decodable, Sendable {
    let split: String?
    let epoch: Int?
    let classNames: [String]?
    let rows: [[Int]]

    enum CodingKeys: String, CodingKey {
        case split
        case epoch
        case classNames = "class_names"
        case rows
    }

    /// Whether there is a row and a column for every class, and no count below 0.
    var isMatrix: Bool {
        !rows.isEmpty && rows.allSatisfy { row in row.count == rows.count && row.allSatisfy { 0...(1 << 40) ~= $0 } }
    }
}

/// A line of `blocks.jsonl`.
struct BlocksLine: Decodable, Sendable {
    /// A block, or the stem before them.
    struct Block: Decodable, Sendable {
        let name: String
        let excitatoryRate: Double?
        let inhibitoryRate: Double?
        let branchRate: Double?
        let outputRate: Double?
        let identityShare: Double?
        let gradientNorm: Double?

        enum CodingKeys: String, CodingKey {
            case name
            case excitatoryRate = "excitatory_rate"
            case inhibitoryRate = "inhibitory_rate"
            case branchRate = "branch_rate"
            case outputRate = "output_rate"
            case identityShare = "identity_share"
            case gradientNorm = "gradient_norm"
        }
    }

    let epoch: Int
    let blocks: [Block]
}

/// `profile.json`: one step by kernel.
struct ProfileFile: Decodable, Sendable {
    /// All launches of a kernel.
    struct Kernel: Decodable, Sendable {
        let kernel: String
        let family: String?
        let launches: Int?
        let seconds: Double?
    }

    let step: Int?
    let wallSeconds: Double?
    let busySeconds: Double?
    let idleShare: Double?
    let kernels: [Kernel]

    enum CodingKeys: String, CodingKey {
        case step
        case wallSeconds = "wall_seconds"
        case busySeconds = "busy_seconds"
        case idleShare = "idle_share"
        case kernels
    }
}

/// `memory.json`: bytes by kind.
struct MemoryFile: Decodable, Sendable {
    let mode: String?
    let batchSize: Int?
    let microBatches: Int?
    let parameters: Double?
    let gradients: Double?
    let optimizer: Double?
    let savedActivations: Double?
    let workspace: Double?
    let data: Double?
    let total: Double?
    let deviceBytes: Double?
    let largestBatch: Int?

    enum CodingKeys: String, CodingKey {
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
        case deviceBytes = "device_bytes"
        case largestBatch = "largest_batch"
    }

    /// The kinds that are known, in the order of the page.
    var kinds: [(name: String, bytes: Double)] {
        let all: [(String, Double?)] = [
            ("parameters", parameters), ("gradients", gradients), ("optimizer's moments", optimizer),
            ("saved activations", savedActivations), ("workspace", workspace), ("data", data),
        ]
        return all.compactMap { name, bytes in bytes.flatMap { $0.isFinite ? (name, $0) : nil } }
    }
}
