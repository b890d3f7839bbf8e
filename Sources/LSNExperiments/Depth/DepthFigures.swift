import LSNReports
import LSNTraining

extension DepthResults {
    /// Pictures by file name: accuracy by depth and by epoch (Fig. 5), gradient norm by block (Fig. 7).
    var figures: [(name: String, figure: Figure)] {
        [("accuracy-by-depth.svg", accuracyByDepth)]
            + plan.systems.map { ("accuracy-\($0.rawValue).svg", accuracyByEpoch($0)) }
            + depths.map { ("gradients-\($0).svg", gradients(depth: $0)) }
            + logicSystems.flatMap { system in
                depths.map { ("rates-\(system.rawValue)\($0).svg", rates(system, depth: $0)) }
            }
    }

    /// Means over seeds of the last epoch: test accuracy, and training accuracy dotted.
    private var accuracyByDepth: Figure {
        let lines = plan.systems.enumerated().flatMap { colour, system in
            [
                Figure.Line(
                    name: system.rawValue,
                    points: depths.map { (Double($0), mean(runs(system, $0).map { $0.record.countedAccuracy })) },
                    colour: colour
                ),
                Figure.Line(
                    name: "train",
                    points: depths.map { depth in
                        (Double(depth), mean(runs(system, depth).map { $0.record.epochs.last?.trainAccuracy }))
                    },
                    colour: colour,
                    stroke: 2
                ),
            ]
        }
        return Figure(
            title: "Accuracy by depth",
            unit: "test after the last epoch, training dotted; \(plan.seeds.inWords)",
            xLabel: "layers",
            xScale: .whole,
            yScale: .percent,
            lines: lines
        )
    }

    /// A line for each depth: test accuracy, and training accuracy dotted; the first seed.
    private func accuracyByEpoch(_ system: DepthSystem) -> Figure {
        var lines: [Figure.Line] = []
        for (colour, depth) in depths.enumerated() {
            guard let epochs = runs(system, depth).first?.record.epochs else { continue }
            lines.append(
                Figure.Line(
                    name: "\(depth) layers",
                    points: epochs.map { (Double($0.epoch), $0.evaluationAccuracy) },
                    colour: colour
                )
            )
            lines.append(
                Figure.Line(
                    name: "train",
                    points: epochs.map { (Double($0.epoch), $0.trainAccuracy) },
                    colour: colour,
                    stroke: 2
                )
            )
        }
        return Figure(
            title: "\(system.rawValue): accuracy by epoch",
            unit: "test, and training dotted; seed \(plan.seeds.first ?? 0)",
            xLabel: "epoch",
            xScale: .whole,
            yScale: .percent,
            lines: lines
        )
    }

    /// A line for each system, in the last epoch; the first seed. The stem is block 0.
    private func gradients(depth: Int) -> Figure {
        let lines = plan.systems.enumerated().compactMap { colour, system -> Figure.Line? in
            guard let blocks = runs(system, depth).first?.record.blocks.last?.blocks else { return nil }
            return Figure.Line(
                name: system.rawValue,
                points: blocks.enumerated().map { (Double($0.offset), $0.element.gradientNorm.map(Double.init)) },
                colour: colour,
                stroke: colour
            )
        }
        return Figure(
            title: "Gradient norm by block, \(depth) layers",
            unit: "L2 norm of ∂L/∂X′ in the last epoch's last batch; norms of 0 are left out",
            xLabel: "block",
            xScale: .whole,
            yScale: .logarithmic,
            lines: lines
        )
    }

    /// Firing rates of E, I and X' and the share that passes by identity (Fig. 6), in the last epoch; the first seed.
    private func rates(_ system: DepthSystem, depth: Int) -> Figure {
        let blocks = runs(system, depth).first?.record.blocks.last?.blocks ?? []
        func line(_ name: String, _ colour: Int, _ stroke: Int, _ key: KeyPath<BlockStatistics.Block, Float?>)
            -> Figure.Line
        {
            Figure.Line(
                name: name,
                points: blocks.enumerated().map { (Double($0.offset), $0.element[keyPath: key].map(Double.init)) },
                colour: colour,
                stroke: stroke
            )
        }
        return Figure(
            title: "\(system.rawValue), \(depth) layers: firing rates and identity",
            unit: "share of neurons and time steps, a batch of the test split",
            xLabel: "block",
            xScale: .whole,
            yScale: .percent,
            lines: [
                line("E", 1, 1, \.excitatoryRate), line("I", 3, 2, \.inhibitoryRate),
                line("X′", 0, 0, \.outputRate), line("E = I", 2, 0, \.identityShare),
            ]
        )
    }

    /// Systems whose blocks are gates of E and I.
    var logicSystems: [DepthSystem] { plan.systems.filter { $0 == .lsn || $0 == .lsnPaper } }

    /// The mean over blocks of one of their numbers in the last epoch, the stem aside; the first seed.
    func blockMean(_ system: DepthSystem, _ depth: Int, _ key: KeyPath<BlockStatistics.Block, Float?>) -> Double? {
        let blocks = runs(system, depth).first?.record.blocks.last?.blocks.dropFirst() ?? []
        return mean(blocks.map { $0[keyPath: key].map(Double.init) })
    }

    /// The mean of what is known; nil where nothing is.
    func mean(_ values: [Double?]) -> Double? {
        values.compactMap(\.self).mean
    }
}
