import LSNTraining

/// One quantity of every block that has it.
struct BlockSeries {
    let name: String
    /// Whether it is a firing rate or a share.
    let isRate: Bool
    /// In order of computation.
    let values: [(block: String, value: Double)]

    /// Every quantity that some block has.
    static func all(of statistics: BlockStatistics) -> [BlockSeries] {
        let quantities: [(BlockStatistics.Block.CodingKeys, Bool, KeyPath<BlockStatistics.Block, Float?>)] = [
            (.excitatoryRate, true, \.excitatoryRate), (.inhibitoryRate, true, \.inhibitoryRate),
            (.branchRate, true, \.branchRate), (.outputRate, true, \.outputRate),
            (.identityShare, true, \.identityShare), (.keptShare, true, \.keptShare),
            (.otherShare, true, \.otherShare), (.gradientNorm, false, \.gradientNorm),
        ]
        return quantities.compactMap { key, isRate, path in
            let values = statistics.blocks.compactMap { block in
                block[keyPath: path].map { (block: block.name, value: Double($0)) }
            }
            return values.isEmpty ? nil : BlockSeries(name: key.rawValue, isRate: isRate, values: values)
        }
    }
}
