import LSNDatasets
import LSNReports
import LSNTraining

extension RecipeResults {
    /// The report in Markdown, its pictures beside it.
    package func report(command: String) throws -> [UInt8] {
        var report = MarkdownReport("Recipes: start, surrogate height, learning rate, warm-up")
        report.paragraph("\(budget) Made on \(machine.name) (\(machine.driver)) with")
        report.paragraph("```\n\(command)\n```")
        for model in plan.models {
            let recipes = try recipes(model)
            report.heading(model)
            report.table(
                [
                    "γ, b", "h", "learning rate", "warm-up", "test accuracy", "of each seed", "training loss",
                    "gradient, first over last", "ended",
                ],
                recipes.map { row($0, isBest: $0 == recipes.first && recipes.count > 1) }
            )
            report.picture(Self.pictureName(model), "Accuracy of \(model) by epoch")
        }
        report.paragraph(
            "Best first, by the mean over seeds of the test accuracy after the last epoch. The training loss is the last "
                + "epoch's mean, over seeds too. The gradient is ‖∂L/∂X'‖ of the first block over that of the last, in the last "
                + "epoch's last batch, the largest and the smallest over seeds: above 1 it grows going back."
        )
        return report.bytes
    }

    /// Pictures by file name: test accuracy by epoch of a model's recipes, the first seed.
    var figures: [(name: String, figure: Figure)] {
        get throws {
            try plan.models.map { model in (Self.pictureName(model), accuracyByEpoch(model, try recipes(model))) }
        }
    }

    private static func pictureName(_ model: String) -> String { "accuracy-\(model).svg" }

    /// Recipes of a model, the best first.
    private func recipes(_ model: String) throws -> [Recipe] {
        try plan.recipes().filter { $0.model == model }.sorted { meanAccuracy($0) > meanAccuracy($1) }
    }

    private var budget: String {
        let common = runs.map(\.record).budget(namesLearningRate: false)
        return "\(common), first stage of \(plan.channels) channels, \(plan.seeds.inWords)."
    }

    private func row(_ recipe: Recipe, isBest: Bool) -> [String] {
        let own = runs.filter { $0.recipe == recipe }
        let mean = Figure.percent(meanAccuracy(recipe))
        let losses = own.compactMap { $0.record.epochs.last?.trainLoss }
        let ratios = own.compactMap(\.growth?.ratio)
        let failures = own.compactMap(\.record.failure)
        return [
            "\(recipe.start.scale), \(recipe.start.bias)", "\(recipe.height)", "\(recipe.learningRate)",
            "\(recipe.warmupEpochs)", isBest ? "**\(mean)**" : mean,
            accuracies(recipe).map { Figure.percent($0) }.joined(separator: ", "),
            Figure.number(losses.mean),
            ratios.count > 1
                ? "\(Figure.number(ratios.min())) to \(Figure.number(ratios.max()))" : Figure.number(ratios.first),
            failures.isEmpty
                ? "as planned" : failures.map { "step \($0.step): \($0.what)" }.joined(separator: "; "),
        ]
    }

    private func accuracyByEpoch(_ model: String, _ recipes: [Recipe]) -> Figure {
        let lines = recipes.enumerated().map { index, recipe in
            Figure.Line(
                name: name(recipe),
                points: runs.first { $0.recipe == recipe }?.record.epochs.map {
                    (Double($0.epoch), $0.evaluationAccuracy)
                }
                    ?? [],
                colour: index,
                stroke: index
            )
        }
        return Figure(
            title: "\(model): test accuracy by epoch",
            unit: "by \(varied.joined(separator: ", ")); seed \(plan.seeds.first ?? 0)",
            xLabel: "epoch",
            xScale: .whole,
            yScale: .percent,
            lines: lines
        )
    }

    /// What a line's name tells: only what differs between recipes.
    private var varied: [String] {
        let all = [
            ("γ, b", plan.starts.count), ("h", plan.heights.count), ("learning rate", plan.learningRates.count),
            ("warm-up", plan.warmups.count),
        ]
        let several = all.filter { $0.1 > 1 }.map(\.0)
        return several.isEmpty ? ["γ, b"] : several
    }

    private func name(_ recipe: Recipe) -> String {
        let all = [
            "γ, b": "\(recipe.start)", "h": "\(recipe.height)", "learning rate": "\(recipe.learningRate)",
            "warm-up": "\(recipe.warmupEpochs)",
        ]
        return varied.compactMap { all[$0] }.joined(separator: ", ")
    }
}
