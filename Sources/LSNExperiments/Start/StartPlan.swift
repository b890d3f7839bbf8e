package import LSNConfiguration
import LSNNetworks
import LSNReports
import LSNTensors
package import LSNTraining

/// Where the last norm of a branch starts.
package struct NormStart: Codable, Hashable, Sendable, CustomStringConvertible {
    /// γ.
    package var scale: Float
    /// b.
    package var bias: Float

    /// Gathers what belongs together.
    package init(scale: Float, bias: Float) {
        self.scale = scale
        self.bias = bias
    }

    /// As `γ:b`.
    package var description: String { "\(scale):\(bias)" }

    /// From `γ:b`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Float($0) }
        guard parts.count == 2, let scale = parts[0], let bias = parts[1], scale.isFinite, bias.isFinite else {
            return nil
        }
        self.init(scale: scale, bias: bias)
    }
}

/// What `lsn experiment start` measures: models, starts of their branches, heights of the surrogate.
package struct StartPlan: Codable, Hashable, Sendable {
    /// Names of architectures.
    package var models: [String]
    /// Starts of an LSN's branches; other families start at 1, 0 as their authors have it.
    package var starts: [NormStart]
    /// Peaks of the triangular surrogate, for every model.
    package var heights: [Float]
    /// Channels of the first stage.
    package var channels: Int
    /// Steps of training after which is measured again; 0: only at the start.
    package var steps: Int
    /// Options of every network: data set, batch size, learning rate, time steps, seed.
    package var options: OptionList

    /// Gathers what belongs together.
    package init(
        models: [String],
        starts: [NormStart],
        heights: [Float],
        channels: Int,
        steps: Int,
        options: OptionList
    ) {
        self.models = models
        self.starts = starts
        self.heights = heights
        self.channels = channels
        self.steps = steps
        self.options = options
    }

    /// The options of every network.
    package func trainingOptions() throws -> [OptionList] { try trials().map(\.options) }

    /// A network to be measured.
    struct Trial {
        let key: StartResults.Key
        let options: OptionList
    }

    /// Every network.
    ///
    /// - Throws: `NetworkError` for a model that does not exist.
    func trials() throws -> [Trial] {
        var trials: [Trial] = []
        for model in models {
            let architecture = try Architecture.named(model)
            let starts = architecture.family == .lsn ? starts : [NormStart(scale: 1, bias: 0)]
            for height in heights {
                for start in starts {
                    var options = options
                    options["model"] = model
                    options["width"] = "\(architecture.width(ofFirstStage: channels))"
                    options["branch-scale"] = "\(start.scale)"
                    options["branch-bias"] = "\(start.bias)"
                    options["surrogate"] = "triangular"
                    options["surrogate-height"] = "\(height)"
                    trials.append(Trial(key: .init(model: model, start: start, height: height), options: options))
                }
            }
        }
        return trials
    }
}

/// What `lsn experiment start` found.
package struct StartResults: Codable, Hashable, Sendable {
    /// What was asked.
    package var plan: StartPlan
    /// Where it ran.
    package var machine: MachineRecord
    /// One for each model, start and height.
    package var trials: [Trial]

    /// What tells trials apart.
    package struct Key: Codable, Hashable, Sendable {
        /// Name of the architecture.
        package var model: String
        /// γ and b.
        package var start: NormStart
        /// h.
        package var height: Float
    }

    /// A network.
    package struct Trial: Codable, Hashable, Sendable {
        /// Which.
        package var key: Key
        /// Of it.
        package var blocks: Int
        /// Before the first step.
        package var atStart: Measurement
        /// After so many steps as the plan says; nil where it asks for none, or where training stopped being finite.
        package var afterSteps: Measurement?
        /// What stopped being finite while it was trained.
        package var failure: RunFailure?

        /// Names in JSON.
        package enum CodingKeys: String, CodingKey {
            case key
            case blocks
            case atStart = "at_start"
            case afterSteps = "after_steps"
            case failure
        }
    }

    /// A network at one time, on one training batch; numbers to six digits.
    package struct Measurement: Codable, Hashable, Sendable {
        /// The stem, then every block, by name and gradient norm; empty where no picture shows them.
        package var blocks: [BlockStatistics.Block]
        /// Of the gradient's norm; nil where it is not finite.
        package var growth: GradientGrowth?
        /// Mean over the blocks of the share of bits that a block leaves as they were; nil where outputs are no spikes.
        package var keptShare: Double?
        /// Mean over the blocks of the share of X' that is not 0.
        package var outputRate: Double?
        /// Mean over the blocks of E's firing rate, or of the one branch's.
        package var branchRate: Double?

        init(_ measurements: [BlockMeasurement], withBlocks: Bool) {
            let statistics = measurements.map(BlockStatistics.Block.init)
            let bodies = statistics.dropFirst()
            blocks = withBlocks ? statistics.map(\.gradientAlone) : []
            growth = GradientGrowth(bodies.map { $0.gradientNorm.map(Double.init) })?.sixDigits
            func mean(_ values: [Float?]) -> Double? {
                values.compactMap { $0.map(Double.init) }.mean?.sixDigits
            }
            keptShare = mean(bodies.map(\.keptShare))
            outputRate = mean(bodies.map(\.outputRate))
            branchRate = mean(bodies.map { $0.excitatoryRate ?? $0.branchRate })
        }

        /// Names in JSON.
        package enum CodingKeys: String, CodingKey {
            case blocks
            case growth
            case keptShare = "kept_share"
            case outputRate = "output_rate"
            case branchRate = "branch_rate"
        }
    }
}

extension BlockStatistics.Block {
    /// Its name and its gradient norm, to six digits.
    fileprivate var gradientAlone: BlockStatistics.Block {
        var block = BlockStatistics.Block(name: name)
        block.gradientNorm = gradientNorm?.sixDigits
        return block
    }
}
