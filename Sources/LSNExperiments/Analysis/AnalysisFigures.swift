package import LSNReports
import LSNTraining

extension NetworkAnalysis {
    /// Pictures by file name: firing rates, identity (Fig. 6), gradient norms (Fig. 7), synaptic operations.
    package var figures: [(name: String, figure: Figure)] {
        [("rates", rates), ("gradients", gradients), ("operations", operations)].map { ($0.0 + ".svg", $0.1) }
    }

    private func line(_ name: String, colour: Int, stroke: Int = 0, _ value: (Block) -> Double?) -> Figure.Line {
        // The stem is block 0.
        Figure.Line(
            name: name,
            points: blocks.enumerated().map { (Double($0.offset), value($0.element)) },
            colour: colour,
            stroke: stroke
        )
    }

    private func rate(_ key: KeyPath<BlockStatistics.Block, Float?>) -> (Block) -> Double? {
        { $0.statistics[keyPath: key].map(Double.init) }
    }

    private var rates: Figure {
        Figure(
            title: "\(model): firing rates and identity by block",
            unit: "share of neurons and time steps, \(samples) test samples",
            xLabel: "block",
            xScale: .whole,
            yScale: .percent,
            lines: [
                line("E", colour: 1, stroke: 1, rate(\.excitatoryRate)),
                line("I", colour: 3, stroke: 2, rate(\.inhibitoryRate)),
                line("branch", colour: 4, stroke: 3, rate(\.branchRate)),
                line("X′", colour: 0, rate(\.outputRate)),
                line("E = I", colour: 2, rate(\.identityShare)),
            ]
        )
    }

    private var gradients: Figure {
        Figure(
            title: "\(model): gradient norm by block",
            unit: "L2 norm of ∂L/∂X′, mean over \(gradientBatches) training batches",
            xLabel: "block",
            xScale: .whole,
            yScale: .logarithmic,
            lines: [line(model, colour: 0, rate(\.gradientNorm))]
        )
    }

    private var operations: Figure {
        Figure(
            title: "\(model): synaptic operations by block",
            unit: "a sample, all \(timeSteps) time steps; ANN: the same layers, real values, one pass",
            xLabel: "block",
            xScale: .whole,
            yScale: .logarithmic,
            lines: [
                line("accumulates", colour: 0) { $0.accumulates },
                line("multiply-acc.", colour: 1, stroke: 1) { $0.multiplyAccumulates },
                line("ANN", colour: 5, stroke: 2) { $0.dense },
            ]
        )
    }
}
