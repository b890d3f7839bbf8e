import Foundation
public import LSNFileFormats

/// One line of `blocks.jsonl`: what the stem and every block did at the end of an epoch, or of the part of one that
/// `--max-steps` allowed.
///
/// Rates and shares are of the first batch of the test split, all time steps counted; the gradient is that of the epoch's
/// last training batch.
public struct BlockStatistics: Codable, Hashable, Sendable {
    /// 1 for the first epoch.
    public var epoch: Int
    /// Steps of the whole run so far.
    public var step: Int
    /// The stem, then every block in order.
    public var blocks: [Block]

    /// Gathers what belongs together.
    public init(epoch: Int, step: Int, blocks: [Block]) {
        self.epoch = epoch
        self.step = step
        self.blocks = blocks
    }

    /// What a block did; what its family does not have is nil.
    public struct Block: Codable, Hashable, Sendable {
        /// E.g. `stages.0.1`; `stem` for the stem.
        public var name: String
        /// Share of E that fires.
        public var excitatoryRate: Float?
        /// Share of I that fires.
        public var inhibitoryRate: Float?
        /// Share that fires of the one branch of other families, where it ends in neurons.
        public var branchRate: Float?
        /// Share of X' that is not 0.
        public var outputRate: Float?
        /// Share of neurons where E = I, so that the gate passes X on.
        public var identityShare: Float?
        /// Share of neurons where X' = X, whatever E and I are; nil where either is not made of spikes.
        public var keptShare: Float?
        /// Share of X' that is neither 0 nor 1; nil where X' is made of spikes.
        public var otherShare: Float?
        /// L2 norm of ∂L/∂X'; nil where it is not finite.
        public var gradientNorm: Float?

        /// Names in the file.
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case name
            case excitatoryRate = "excitatory_rate"
            case inhibitoryRate = "inhibitory_rate"
            case branchRate = "branch_rate"
            case outputRate = "output_rate"
            case identityShare = "identity_share"
            case keptShare = "kept_share"
            case otherShare = "other_share"
            case gradientNorm = "gradient_norm"
        }

        /// A block of which nothing is known.
        public init(name: String) {
            self.name = name
        }

        /// As an object of JSON, keys in the order in which they are read.
        fileprivate var text: String {
            let numbers: [(CodingKeys, Float?)] = [
                (.excitatoryRate, excitatoryRate), (.inhibitoryRate, inhibitoryRate), (.branchRate, branchRate),
                (.outputRate, outputRate), (.identityShare, identityShare), (.keptShare, keptShare),
                (.otherShare, otherShare), (.gradientNorm, gradientNorm),
            ]
            let known = numbers.compactMap { key, value in value.map { ", \"\(key.rawValue)\": \($0)" } }
            return "{\"name\": \"\(name)\"" + known.joined() + "}"
        }
    }

    /// The statistics as one line of JSON, without the line's end.
    public var line: String {
        "{\"epoch\": \(epoch), \"step\": \(step), \"blocks\": [" + blocks.map(\.text).joined(separator: ", ") + "]}"
    }

    /// The statistics that a line holds, or nil for anything else, such as a line that was cut off.
    public static func parse(line: String) -> BlockStatistics? {
        try? JSONDecoder().decode(BlockStatistics.self, from: Data(line.utf8))
    }
}

/// `blocks.jsonl`: one line of statistics an epoch.
public struct BlocksFile: Sendable {
    /// Where the file is.
    public let path: String

    /// The file at `path`, which need not exist.
    public init(path: String) {
        self.path = path
    }

    /// Every line in order; lines that are none, such as one that was cut off, are left out.
    public func statistics() throws(FileFormatError) -> [BlockStatistics] {
        try file.lines().compactMap { BlockStatistics.parse(line: $0) }
    }

    /// Adds a line and waits until it is on disk.
    public func append(_ statistics: BlockStatistics) throws(FileFormatError) {
        try file.append(statistics.line)
    }

    /// Makes the file agree with a checkpoint: lines of epochs after `epochs`, those finished there, are dropped. A line
    /// is written before its checkpoint, so none is ever missing.
    public func keep(epochs: Int) throws(FileFormatError) {
        let kept = try statistics().filter { $0.epoch <= epochs }
        try file.replace(with: kept.map(\.line))
    }

    private var file: LinesFile { LinesFile(path: path) }
}
