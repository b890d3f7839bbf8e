import Datasets
import Reports
import Training

extension DepthResults {
    /// The report in Markdown, its pictures beside it.
    public func report(command: String) -> [UInt8] {
        var report = MarkdownReport("Depth")
        report.paragraph(
            "Every system at every depth under one budget: \(budget). Widths are chosen so that the first stage has "
                + "\(plan.channels) channels. Each system has its own neuron; LSN starts as its depth asks for "
                + "(`lsn-paper`: norms at 1 and 0, surrogate height 1). Made on \(machine.name) (\(machine.driver)) with"
        )
        report.paragraph("```\n\(command)\n```")
        report.heading("Accuracy by depth (Fig. 5)")
        report.table(["system"] + depths.map { "\($0) layers" }, plan.systems.map(accuracyRow))
        report.paragraph("Test accuracy after the last epoch, mean over \(plan.seeds.count) seed(s).")
        report.picture("accuracy-by-depth.svg", "Accuracy by depth")
        for system in plan.systems {
            report.picture("accuracy-\(system.rawValue).svg", "Accuracy of \(system.rawValue) by epoch")
        }
        report.heading("Gradient norm by block (Fig. 7)")
        report.table(["system"] + depths.map { "\($0) layers" }, plan.systems.map(growthRow))
        report.paragraph(
            "‖∂L/∂X'‖ of the first block over that of the last, in the last epoch's last batch, first seed; in "
                + "parentheses the factor of one block. Above 1 the gradient grows going back, below 1 it vanishes."
        )
        for depth in depths {
            report.picture("gradients-\(depth).svg", "Gradient norm by block at \(depth) layers")
        }
        report.heading("The paper's claims")
        report.list(claims)
        report.heading("Every run")
        report.table(
            ["run", "layers", "blocks", "parameters", "train", "test", "best test", "images/s", "ended"],
            runs.map(runRow)
        )
        return report.bytes
    }

    private var budget: String {
        let options = runs.first?.record.options
        func text(_ value: (some CustomStringConvertible)?) -> String { value.map { "\($0)" } ?? "–" }
        return "\(text(options?.epochs)) epochs of \(text(options?.dataset?.rawValue)), batches of "
            + "\(text(options?.batchSize)), \(text(options?.optimizer?.rawValue)) at "
            + "\(text(options?.learningRate)), T = \(text(options?.timesteps))"
    }

    private func accuracyRow(_ system: DepthSystem) -> [String] {
        [system.rawValue] + depths.map { Figure.percent(mean(runs(system, $0).map { $0.record.testAccuracy })) }
    }

    private func growthRow(_ system: DepthSystem) -> [String] {
        [system.rawValue]
            + depths.map { depth in
                guard let growth = runs(system, depth).first?.growth else { return "–" }
                return "\(Figure.number(growth.ratio)) (\(Figure.number(growth.perBlock)))"
            }
    }

    private func runRow(_ run: Run) -> [String] {
        let record = run.record
        let last = record.epochs.last
        return [
            record.name, "\(record.network.layers)", "\(record.network.blocks)",
            ProgressText.grouped(record.network.parameters),
            Figure.percent(last?.trainAccuracy), Figure.percent(record.testAccuracy),
            Figure.percent(record.epochs.map(\.testAccuracy).max()), Figure.number(last?.imagesPerSecond),
            record.failure.map { "step \($0.step): \($0.what)" } ?? "as planned",
        ]
    }

    /// What the runs say to each claim, by numbers.
    private var claims: [String] {
        let classes = Double(runs.first?.record.network.classes ?? 10)
        var result: [String] = []
        for depth in depths where depth > 50 && plan.systems.contains(.spikingResNet) {
            let accuracy = mean(runs(.spikingResNet, depth).map { $0.record.testAccuracy })
            let trained = (accuracy ?? 0) > 2 / classes
            let growth = runs(.spikingResNet, depth).first?.growth
            result.append(
                "“Spiking ResNet beyond 50 layers does not train”: at \(depth) layers it "
                    + (trained ? "does train" : "does not")
                    + " (\(Figure.percent(accuracy)); its gradient's norm, first "
                    + "block over last, is \(Figure.number(growth?.ratio)), "
                    + (growth?.ratio.map { $0 < 1 } ?? false ? "so it vanishes" : "so it does not vanish") + ")."
            )
        }
        for system in plan.systems where system == .lsn || system == .lsnPaper {
            for depth in depths where depth > 50 {
                let accuracy = mean(runs(system, depth).map { $0.record.testAccuracy })
                let growth = runs(system, depth).first?.growth
                let level = growth?.ratio.map { (1e-3...1e3).contains($0) } ?? false
                result.append(
                    "“LSN's gradient does not vanish at depth”: \(system.rawValue) at \(depth) layers reaches "
                        + "\(Figure.percent(accuracy)); first block over last is \(Figure.number(growth?.ratio)), "
                        + (level ? "within a factor of 1,000" : "not within a factor of 1,000") + "."
                )
            }
        }
        for depth in depths where plan.systems.contains(.spikingResNet) {
            for system in plan.systems where system == .lsn || system == .lsnPaper {
                guard let ours = mean(runs(system, depth).map { $0.record.testAccuracy }),
                    let theirs = mean(runs(.spikingResNet, depth).map { $0.record.testAccuracy })
                else { continue }
                guard max(ours, theirs) > 2 / classes else {
                    result.append(
                        "“LSN beats Spiking ResNet”: at \(depth) layers neither \(system.rawValue) "
                            + "(\(Figure.percent(ours))) nor Spiking ResNet (\(Figure.percent(theirs))) leaves chance "
                            + "under this budget."
                    )
                    continue
                }
                result.append(
                    "“LSN beats Spiking ResNet”: at \(depth) layers \(system.rawValue) "
                        + (ours > theirs ? "does" : "does not")
                        + " (\(Figure.percent(ours)) against \(Figure.percent(theirs)))."
                )
            }
        }
        return result
    }
}
