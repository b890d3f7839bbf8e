import Foundation
import LSNReports
import LSNTraining

/// Ratios of gradient norms that an independent PyTorch program measured: first block over last at the start of
/// training, digits, first stage of 8 channels. Its runs at height 1 are of 28×28 pixels and T = 4, those at 0.7 of 14×14
/// and T = 2.
enum IndependentRatios {
    private static let ratios: [StartResults.Key: Double] = [
        key("lsn50", 1, 0, 1): 550, key("lsn101", 1, 0, 1): 66_000, key("lsn202", 1, 0, 1): 7e9,
        key("lsn101", 0.5, 0, 1): 71, key("lsn202", 0.5, 0, 1): 660,
        key("lsn101", 0.3, 0, 1): 14, key("lsn202", 0.3, 0, 1): 44,
        key("lsn101", 0.3, 0.3, 1): 16, key("lsn202", 0.3, 0.3, 1): 27,
        key("lsn101", 0, 0.3, 1): 4, key("lsn202", 0, 0.3, 1): 3,
        key("spiking-resnet50", 1, 0, 1): 77, key("spiking-resnet101", 1, 0, 1): 2900,
        key("spiking-resnet202", 1, 0, 1): 285_000,
        key("sew-resnet50", 1, 0, 1): 57, key("sew-resnet101", 1, 0, 1): 78, key("sew-resnet202", 1, 0, 1): 44,
        key("lsn101", 1, 0, 0.7): 0.03, key("lsn202", 1, 0, 0.7): 0.006,
        key("lsn101", 0.5, 0, 0.7): 0.2, key("lsn202", 0.5, 0, 0.7): 0.3,
        key("lsn101", 0.1, 0.2, 0.7): 0.7, key("lsn202", 0.1, 0.2, 0.7): 1.2,
        key("spiking-resnet101", 1, 0, 0.7): 4e-10, key("spiking-resnet202", 1, 0, 0.7): 0,
    ]

    /// The ratio that was measured there, if it was.
    static func ratio(_ key: StartResults.Key) -> Double? { ratios[key] }

    private static func key(_ model: String, _ scale: Float, _ bias: Float, _ height: Float) -> StartResults.Key {
        .init(model: model, start: NormStart(scale: scale, bias: bias), height: height)
    }
}

extension StartResults {
    /// Pictures by file name: the gradient's norm by block, for each height one of each model with several starts, and one
    /// of the other models together.
    var figures: [(name: String, figure: Figure)] {
        plan.heights.flatMap { height -> [(name: String, figure: Figure)] in
            let all = trials.filter { $0.key.height == height }
            let models = plan.models.map { model in all.filter { $0.key.model == model } }
            var figures: [(name: String, figure: Figure)] = []
            for trials in models where trials.count > 1 {
                let figure = gradients(
                    trials,
                    title: "\(trials[0].key.model), surrogate height \(height)",
                    of: "by γ, b",
                    name: { "\($0.start.scale), \($0.start.bias)" }
                )
                figures.append(("gradients-\(trials[0].key.model)-h\(height).svg", figure))
            }
            let others = models.filter { $0.count == 1 }.flatMap(\.self)
            if !others.isEmpty {
                let title = "One start each, surrogate height \(height)"
                let figure = gradients(others, title: title, of: "by model", name: \.model)
                figures.append(("gradients-others-h\(height).svg", figure))
            }
            return figures
        }
    }

    private func gradients(
        _ trials: [Trial],
        title: String,
        of what: String,
        name: (Key) -> String
    ) -> Figure {
        Figure(
            title: title,
            unit: "L2 norm of ∂L/∂X′ over that of the last block, at the start; \(what)",
            xLabel: "block",
            xScale: .whole,
            yScale: .logarithmic,
            lines: trials.enumerated().map { index, trial in
                let last = trial.atStart.growth?.last ?? .nan
                return Figure.Line(
                    name: name(trial.key),
                    points: trial.atStart.blocks.enumerated().dropFirst().map { place, block in
                        (Double(place), block.gradientNorm.map { Double($0) / last })
                    },
                    colour: index,
                    stroke: index % 4
                )
            }
        )
    }

    /// The report in Markdown, its pictures beside it.
    package func report(command: String) -> [UInt8] {
        var report = MarkdownReport("Starts of deep networks")
        report.paragraph(
            "How the gradient's norm grows on its way back, by the start (γ, b) of the norm that ends each branch and by "
                + "the height h of the triangular surrogate; first stage of \(plan.channels) channels. Growth is "
                + "‖∂L/∂X'‖ of the first block over that of the last; *a block* is its geometric mean. Made on "
                + "\(machine.name) (\(machine.driver)) with"
        )
        report.paragraph("```\n\(command)\n```")
        report.heading("At the start")
        report.table(
            [
                "model", "γ, b", "h", "blocks", "growth", "a block", "independent program", "bits kept", "rate of E",
                "rate of X'",
            ],
            trials.map { trial in
                names(trial) + ["\(trial.blocks)"] + growth(trial.atStart)
                    + [Figure.number(IndependentRatios.ratio(trial.key))] + shares(trial.atStart)
            }
        )
        report.paragraph(
            "*Bits kept* is the share that a block leaves as they were. *Independent program*: the same ratio from a "
                + "PyTorch program of its own; at height 1 for 28×28 pixels and T = 4, at 0.7 for 14×14 and T = 2. "
                + agreement
        )
        if plan.steps > 0 {
            report.heading("After \(plan.steps) steps")
            report.table(
                ["model", "γ, b", "h", "growth", "a block", "bits kept", "rate of E", "rate of X'"],
                trials.map { trial in
                    guard let measurement = trial.afterSteps else {
                        let reason = trial.failure.map { "step \($0.step): \($0.what)" } ?? "–"
                        return names(trial) + [reason, "–", "–", "–", "–"]
                    }
                    return names(trial) + growth(measurement) + shares(measurement)
                }
            )
        }
        for (name, figure) in figures {
            report.picture(name, figure.title)
        }
        return report.bytes
    }

    private func names(_ trial: Trial) -> [String] {
        [trial.key.model, "\(trial.key.start.scale), \(trial.key.start.bias)", "\(trial.key.height)"]
    }

    private func growth(_ measurement: Measurement) -> [String] {
        guard let growth = measurement.growth else { return ["not finite", "–"] }
        return [Figure.number(growth.ratio), Figure.number(growth.perBlock)]
    }

    private func shares(_ measurement: Measurement) -> [String] {
        [measurement.keptShare, measurement.branchRate, measurement.outputRate].map { Figure.number($0) }
    }

    /// How near the two programs are, a block: the largest factor between their geometric means.
    private var agreement: String {
        let factors = trials.compactMap { trial -> (Double, Key)? in
            guard trial.key.height == 1, let theirs = IndependentRatios.ratio(trial.key), theirs > 0,
                let ours = trial.atStart.growth?.ratio, ours > 0, trial.blocks > 1
            else { return nil }
            let factor = pow(ours / theirs, 1 / Double(trial.blocks - 1))
            return (max(factor, 1 / factor), trial.key)
        }
        guard let worst = factors.max(by: { $0.0 < $1.0 }) else { return "" }
        return "At height 1 the two differ a block by a factor of \(ProgressText.decimal(worst.0, 3)) at most "
            + "(\(worst.1.title)), over \(factors.count) networks."
    }
}
