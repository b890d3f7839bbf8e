import LSNReports
package import LSNTraining

/// Trains every run of the plan and writes results, pictures and the report to the experiment's folder.
package struct RecipeExperiment: Sendable {
    private let plan: RecipePlan
    private let folder: ExperimentFolder

    /// An experiment in `folder`.
    package init(_ plan: RecipePlan, folder: ExperimentFolder) {
        self.plan = plan
        self.folder = folder
    }

    /// Brings every run to its end; see ``RunList/perform(_:)``.
    package func run(_ list: RunList, machine: MachineRecord, command: String) async throws
        -> RecipeResults
    {
        let entries = try plan.entries()
        let completed = try await list.perform(entries.map(\.run))
        let runs = zip(entries, completed).map { entry, record in
            RecipeResults.Run(
                recipe: entry.recipe,
                record: record.forResults(withBlocks: false),
                growth: record.blocks.last.flatMap(GradientGrowth.init)?.sixDigits
            )
        }
        let results = RecipeResults(plan: plan, machine: machine, runs: runs)
        try folder.write(json: results, to: "results.json")
        for (name, figure) in try results.figures {
            try folder.write(figure.svg, to: name)
        }
        try folder.write(results.report(command: command), to: "report.md")
        return results
    }
}
