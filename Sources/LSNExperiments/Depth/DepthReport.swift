import LSNConfiguration
import LSNDatasets
import LSNNetworks
import LSNReports
import LSNTraining

extension DepthResults {
    /// The report in Markdown, its pictures beside it.
    package func report(command: String) -> [UInt8] {
        var report = MarkdownReport("Depth")
        let budget = runs.map(\.record).budget(namesLearningRate: true)
        report.paragraph(
            "Every system at every depth under one budget: \(budget). Widths are chosen so that the first stage has "
                + "\(plan.channels) channels. Each system has its own neuron; LSN starts as its depth asks for, `lsn-paper` "
                + "with norms at 1 and 0; \(surrogates). Made on \(machine.name) (\(machine.driver)) with"
        )
        report.paragraph("```\n\(command)\n```")
        report.heading("Accuracy by depth (Fig. 5)")
        report.table(["system"] + depths.map { "\($0) layers" }, plan.systems.map(accuracyRow))
        let failed = runs.contains { $0.record.failure != nil }
        report.paragraph(
            "Test accuracy after the last epoch, \(plan.seeds.inWords)."
                + (failed ? " A run whose values stopped being finite counts as 0 %." : "")
        )
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
        if !logicSystems.isEmpty {
            report.heading("Firing rates and identity (Fig. 6)")
            report.table(
                ["network", "E", "I", "X'", "E = I"],
                logicSystems.flatMap { system in depths.map { rateRow(system, $0) } }
            )
            report.paragraph("Means over the blocks in the last epoch, over a batch of the test split; first seed.")
            for system in logicSystems {
                for depth in depths {
                    report.picture(
                        "rates-\(system.rawValue)\(depth).svg",
                        "Firing rates of \(system.rawValue) at \(depth) layers"
                    )
                }
            }
        }
        report.heading("The paper's claims")
        report.list(claims)
        report.heading("Every run")
        report.table(
            ["run", "layers", "blocks", "parameters", "train", "test", "best test", "images/s", "ended"],
            runs.map(runRow)
        )
        let minutes = Figure.number(runs.map(\.record).minutes)
        report.paragraph("Training and evaluating took \(minutes) minutes, all runs together.")
        return report.bytes
    }

    private var surrogates: String {
        if let height = plan.options["surrogate-height"] {
            return "all have a triangular surrogate of height \(height)"
        }
        return
            "the triangular surrogate's height is 1, but for `lsn` beyond \(BranchInitialization.shallowBlocks) blocks, whose own is "
            + "0.7, and less beyond \(BranchInitialization.deepBlocks)"
    }

    private func accuracyRow(_ system: DepthSystem) -> [String] {
        [system.rawValue] + depths.map { Figure.percent(mean(runs(system, $0).map { $0.record.countedAccuracy })) }
    }

    private func growthRow(_ system: DepthSystem) -> [String] {
        [system.rawValue]
            + depths.map { depth in
                guard let growth = runs(system, depth).first?.growth else { return "–" }
                return "\(Figure.number(growth.ratio)) (\(Figure.number(growth.perBlock)))"
            }
    }

    private func rateRow(_ system: DepthSystem, _ depth: Int) -> [String] {
        let keys: [KeyPath<BlockStatistics.Block, Float?>] = [
            \.excitatoryRate, \.inhibitoryRate, \.outputRate, \.identityShare,
        ]
        return ["\(system.rawValue)\(depth)"] + keys.map { Figure.number(blockMean(system, depth, $0)) }
    }

    private func runRow(_ run: Run) -> [String] {
        let record = run.record
        let last = record.epochs.last
        return [
            record.name, "\(record.size.layers)", "\(record.size.blocks)",
            ProgressText.count(record.size.parameters),
            Figure.percent(last?.trainAccuracy), Figure.percent(record.testAccuracy),
            Figure.percent(record.epochs.map(\.evaluationAccuracy).max()), Figure.number(last?.imagesPerSecond),
            record.failure.map { "step \($0.step): \($0.what)" } ?? "as planned",
        ]
    }

    /// What the runs say to each claim, by numbers.
    private var claims: [String] {
        depths.filter { $0 > 50 }.flatMap(claimsAboutDepth) + claimsAboutIdentity + claimsAboutAccuracy
    }

    /// Above this a network has learned something.
    private var chance: Double { 2 / Double(runs.first?.record.configuration.network.classes ?? 10) }

    private func accuracy(_ system: DepthSystem, _ depth: Int) -> Double? {
        mean(runs(system, depth).map { $0.record.countedAccuracy })
    }

    /// Spiking ResNet does not train beyond 50 layers, because its gradient vanishes; LSN's does not.
    private func claimsAboutDepth(_ depth: Int) -> [String] {
        plan.systems.filter { $0 != .sewResNet }.map { system in
            let claim =
                system == .spikingResNet
                ? "“Spiking ResNet beyond 50 layers does not train, its gradient vanishes”"
                : "“LSN trains at depth, its gradient does not vanish”"
            let reached = accuracy(system, depth)
            let trains = (reached ?? 0) > chance ? "trains" : "does not train"
            return "\(claim): at \(depth) layers \(system.rawValue) \(trains) under this budget "
                + "(\(Figure.percent(reached))), and its gradient \(Self.course(runs(system, depth).first?.growth))."
        }
    }

    /// What becomes of a gradient on its way back.
    private static func course(_ growth: GradientGrowth?) -> String {
        guard let growth, let ratio = growth.ratio else { return "has no finite norm" }
        let course = ratio < 1e-3 ? "vanishes" : ratio > 1e3 ? "explodes" : "stays within a factor of 1,000"
        return "\(course) (first block over last: \(Figure.number(ratio)))"
    }

    /// More neurons pass by identity in deeper networks, some 60 % of them.
    private var claimsAboutIdentity: [String] {
        logicSystems.compactMap { system in
            let shares = depths.map { ($0, blockMean(system, $0, \.identityShare)) }
            guard shares.count > 1, let first = shares.first?.1, let last = shares.last?.1 else { return nil }
            return "“More neurons pass by identity in deeper networks, 60 % and more”: \(system.rawValue) has "
                + shares.map { "\(Figure.percent($0.1)) at \($0.0) layers" }.joined(separator: ", ")
                + (last > first ? ": it holds." : ": it does not hold.")
        }
    }

    /// LSN is better than Spiking ResNet at every depth.
    private var claimsAboutAccuracy: [String] {
        guard plan.systems.contains(.spikingResNet) else { return [] }
        return logicSystems.flatMap { system in
            depths.compactMap { depth in
                guard let ours = accuracy(system, depth), let theirs = accuracy(.spikingResNet, depth) else {
                    return nil
                }
                let numbers = "(\(Figure.percent(ours)) against \(Figure.percent(theirs)))"
                if max(ours, theirs) <= chance {
                    return
                        "“LSN beats Spiking ResNet”: at \(depth) layers neither it nor \(system.rawValue) leaves chance "
                        + "under this budget \(numbers)."
                }
                return "“LSN beats Spiking ResNet”: at \(depth) layers \(system.rawValue) "
                    + (ours > theirs ? "does" : "does not") + " \(numbers)."
            }
        }
    }
}
