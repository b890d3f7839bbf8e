import Networks
public import Training

/// What `lsn analyze` finds of a trained network. Operations and energies are means a sample, over all time steps.
public struct NetworkAnalysis: Codable, Hashable, Sendable {
    /// Name of the architecture.
    public var model: String
    /// Of the block family, e.g. `lsn`.
    public var family: String
    /// The data set.
    public var dataset: String
    /// Where it was computed.
    public var device: String
    /// T.
    public var timeSteps: Int
    /// Samples of the test split that rates and operations are of.
    public var samples: Int
    /// Batches of the training split that gradient norms are means over.
    public var gradientBatches: Int
    /// The stem, then every block in order.
    public var blocks: [Block]
    /// Of every block's output.
    public var outputs: OutputSummary
    /// Of the whole network.
    public var energy: Energy
    /// Every convolution and fully connected layer, over all samples.
    public var layers: [SynapseCount]

    /// A block.
    public struct Block: Codable, Hashable, Sendable {
        /// Rates, shares and the gradient's norm.
        public var statistics: BlockStatistics.Block
        /// Values of X' that are neither 0 nor 1, of all samples.
        public var notBinary: Int
        /// Values of X', of all samples.
        public var values: Int
        /// The values that were looked at one by one, and what was found.
        public var check: OutputCheck?
        /// Additions of a weight, a sample.
        public var accumulates: Double
        /// Products that are added, a sample.
        public var multiplyAccumulates: Double
        /// Products that a network of real values would add in the same layers, a sample.
        public var dense: Double

        /// Names in JSON.
        public enum CodingKeys: String, CodingKey {
            case notBinary = "not_binary"
            case values
            case check
            case accumulates
            case multiplyAccumulates = "multiply_accumulates"
            case dense = "dense_multiply_accumulates"
        }

        /// Gathers what belongs together.
        public init(statistics: BlockStatistics.Block) {
            self.statistics = statistics
            (notBinary, values) = (0, 0)
            (accumulates, multiplyAccumulates, dense) = (0, 0, 0)
        }

        /// Reads the statistics' keys and its own from one object.
        public init(from decoder: any Decoder) throws {
            statistics = try BlockStatistics.Block(from: decoder)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            notBinary = try container.decode(Int.self, forKey: .notBinary)
            values = try container.decode(Int.self, forKey: .values)
            check = try container.decodeIfPresent(OutputCheck.self, forKey: .check)
            accumulates = try container.decode(Double.self, forKey: .accumulates)
            multiplyAccumulates = try container.decode(Double.self, forKey: .multiplyAccumulates)
            dense = try container.decode(Double.self, forKey: .dense)
        }

        /// Writes the statistics' keys and its own to one object.
        public func encode(to encoder: any Encoder) throws {
            try statistics.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(notBinary, forKey: .notBinary)
            try container.encode(values, forKey: .values)
            try container.encodeIfPresent(check, forKey: .check)
            try container.encode(accumulates, forKey: .accumulates)
            try container.encode(multiplyAccumulates, forKey: .multiplyAccumulates)
            try container.encode(dense, forKey: .dense)
        }
    }

    /// Every block's output together, the stem's aside.
    public struct OutputSummary: Codable, Hashable, Sendable {
        /// Whether no value of any block is anything but 0 or 1.
        public var isBinary: Bool
        /// Values of X' of all blocks and samples.
        public var values: Int
        /// Of them, those that are neither 0 nor 1.
        public var notBinary: Int
        /// Values that were looked at one by one, and what was found.
        public var check: OutputCheck

        /// Names in JSON.
        public enum CodingKeys: String, CodingKey {
            case isBinary = "is_binary"
            case values
            case notBinary = "not_binary"
            case check
        }
    }

    /// Synaptic operations and their energy, a sample.
    public struct Energy: Codable, Hashable, Sendable {
        /// What an operation takes.
        public var model: EnergyModel
        /// Additions of a weight.
        public var accumulates: Double
        /// Products that are added: the first convolution's, and those of values that are no spikes.
        public var multiplyAccumulates: Double
        /// Of both.
        public var joules: Double
        /// Products that a network of real values would add in the same layers.
        public var dense: Double
        /// Of those.
        public var denseJoules: Double

        /// Names in JSON.
        public enum CodingKeys: String, CodingKey {
            case model
            case accumulates
            case multiplyAccumulates = "multiply_accumulates"
            case joules
            case dense = "dense_multiply_accumulates"
            case denseJoules = "dense_joules"
        }

        /// The energy of `layers`, which were counted over `samples`.
        public init(_ layers: [SynapseCount], samples: Int, model: EnergyModel = .standard) {
            let count = Double(max(samples, 1))
            self.model = model
            accumulates = Double(layers.reduce(0) { $0 + $1.accumulates }) / count
            multiplyAccumulates = Double(layers.reduce(0) { $0 + $1.multiplyAccumulates }) / count
            dense = Double(layers.reduce(0) { $0 + $1.dense }) / count
            joules = model.joules(accumulates: accumulates, multiplyAccumulates: multiplyAccumulates)
            denseJoules = model.joules(accumulates: 0, multiplyAccumulates: dense)
        }
    }

    /// Names in JSON.
    public enum CodingKeys: String, CodingKey {
        case model
        case family
        case dataset
        case device
        case timeSteps = "time_steps"
        case samples
        case gradientBatches = "gradient_batches"
        case blocks
        case outputs
        case energy
        case layers
    }
}
