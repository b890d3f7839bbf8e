import FileFormats
import Foundation

/// One line of `blocks.jsonl`: what the blocks of a network did in an epoch.
struct BlockRates: Decodable {
    let epoch: Int
    let step: Int
    let blocks: [Block]

    struct Block: Decodable {
        let name: String
        let excitatoryRate: Double?
        let inhibitoryRate: Double?
        let branchRate: Double?
        let outputRate: Double?
        let identityShare: Double?
        let keptShare: Double?
        let gradientNorm: Double?
    }

    /// One quantity of every block that has it.
    struct Series {
        let name: String
        /// Whether it is a firing rate or a share.
        let isRate: Bool
        let values: [(block: String, value: Double)]
    }

    /// Every quantity that some block has, blocks in order of computation.
    var series: [Series] {
        let quantities: [(String, Bool, KeyPath<Block, Double?>)] = [
            ("excitatory_rate", true, \.excitatoryRate), ("inhibitory_rate", true, \.inhibitoryRate),
            ("branch_rate", true, \.branchRate), ("output_rate", true, \.outputRate),
            ("identity_share", true, \.identityShare), ("kept_share", true, \.keptShare),
            ("gradient_norm", false, \.gradientNorm),
        ]
        return quantities.compactMap { name, isRate, path in
            let values = blocks.compactMap { block in block[keyPath: path].map { (block: block.name, value: $0) } }
            return values.isEmpty ? nil : Series(name: name, isRate: isRate, values: values)
        }
    }

    /// The lines of a file by their step; none where there is no file. Lines that are cut off are left out, and of two
    /// lines of a step the later one counts.
    static func read(_ path: String) throws(FileFormatError) -> [Int: BlockRates] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let lines = String(decoding: try FileSystem.read(path), as: UTF8.self).split(separator: "\n")
        let records = lines.compactMap { try? decoder.decode(BlockRates.self, from: Data($0.utf8)) }
        return Dictionary(records.map { ($0.step, $0) }) { $1 }
    }
}
