import LSNNetworks
package import LSNTraining

/// What `lsn analyze` finds of a trained network. Operations and energies are means a sample, over all time steps.
package struct NetworkAnalysis: Codable, Hashable, Sendable {
    /// Name of the architecture.
    package var model: String
    /// Of the block family, e.g. `lsn`.
    package var family: String
    /// The data set.
    package var dataset: String
    /// Where it was computed.
    package var device: String
    /// T.
    package var timeSteps: Int
    /// Samples of the test split that rates and operations are of.
    package var samples: Int
    /// Batches of the training split that gradient norms are means over.
    package var gradientBatches: Int
    /// The stem, then every block in order.
    package var blocks: [Block]
    /// Of every block's output.
    package var outputs: OutputSummary
    /// Of the whole network.
    package var energy: Energy
    /// Every convolution and fully connected layer, over all samples.
    package var layers: [SynapseCount]

    /// A block.
    package struct Block: Codable, Hashable, Sendable {
        /// Rates, shares and the gradient's norm.
        package var statistics: BlockStatistics.Block
        /// Values of X' that are neither 0 nor 1, of all samples.
        package var notBinary: Int
        /// Values of X', of all samples.
        package var values: Int
        /// The values that were looked at one by one, and what was found.
        package var check: OutputCheck?
        /// Additions of a weight, a sample.
        package var accumulates: Double
        /// Products that are added, a sample.
        package var multiplyAccumulates: Double
        /// Products that a network of real values would add in the same layers, a sample.
        package var dense: Double

        /// Names in JSON.
        package enum CodingKeys: String, CodingKey {
            case notBinary = "not_binary"
            case values
            case check
            case accumulates
            case multiplyAccumulates = "multiply_accumulates"
            case dense = "dense_multiply_accumulates"
        }

        /// Gathers what belongs together.
        package init(statistics: BlockStatistics.Block) {
            self.statistics = statistics
            (notBinary, values) = (0, 0)
            (accumulates, multiplyAccumulates, dense) = (0, 0, 0)
        }

        /// Reads the statistics' keys and its own from one object.
        package init(from decoder: any Decoder) throws {
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
        package func encode(to encoder: any Encoder) throws {
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
    package struct OutputSummary: Codable, Hashable, Sendable {
        /// Whether no value of any block is anything but 0 or 1.
        package var isBinary: Bool
        /// Values of X' of all blocks and samples.
        package var values: Int
        /// Of them, those that are neither 0 nor 1.
        package var notBinary: Int
        /// Values that were looked at one by one, and what was found.
        package var check: OutputCheck

        /// Names in JSON.
        package enum CodingKeys: String, CodingKey {
            case isBinary = "is_binary"
            case values
            case notBinary = "not_binary"
            case check
        }
    }

    /// Synaptic operations and their energy, a sample.
    package struct Energy: Codable, Hashable, Sendable {
        /// What an operation takes.
        package var model: EnergyModel
        /// Additions of a weight.
        package var accumulates: Double
        /// Products that are added: the first convolution's, and those of values that are no spikes.
        package var multiplyAccumulates: Double
        /// Of both.
        package var joules: Double
        /// Products that a network of real values would add in the same layers.
        package var dense: Double
        /// Of those.
        package var denseJoules: Double

        /// Names in JSON.
        package enum CodingKeys: String, CodingKey {
            case model
            case accumulates
            case multiplyAccumulates = "multiply_accumulates"
            case joules
            case dense = "dense_multiply_accumulates"
            case denseJoules = "dense_joules"
        }

        /// The energy of `layers`, which were counted over `samples`.
        package init(_ layers: [SynapseCount], samples: Int, model: EnergyModel = .standard) {
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
    package enum CodingKeys: String, CodingKey {
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
