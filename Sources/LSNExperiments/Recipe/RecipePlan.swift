package import LSNConfiguration
import LSNNetworks
import LSNReports
import LSNTensors
package import LSNTraining

/// What tells apart the ways to train that the recipe experiment compares.
package struct Recipe: Codable, Hashable, Sendable {
    /// Name of the architecture.
    package var model: String
    /// γ and b of the norm that ends a branch.
    package var start: NormStart
    /// h, the peak of the triangular surrogate.
    package var height: Float
    /// The highest learning rate.
    package var learningRate: Double
    /// Epochs over which the learning rate rises to it.
    package var warmupEpochs: Int

    /// Names in JSON.
    package enum CodingKeys: String, CodingKey {
        case model
        case start
        case height
        case learningRate = "learning_rate"
        case warmupEpochs = "warmup_epochs"
    }

    /// Names the folders of its runs.
    var name: String {
        "\(model)-g\(start.scale)-b\(start.bias)-h\(height)-lr\(learningRate)-warmup\(warmupEpochs)"
    }
}

/// What the recipe experiment trains: every model from every start, with every height, learning rate and warm-up, under
/// one budget.
package struct RecipePlan: Codable, Hashable, Sendable {
    /// Names of architectures.
    package var models: [String]
    /// Starts of an LSN's branches; other families start at 1, 0 as their authors have it.
    package var starts: [NormStart]
    /// Peaks of the triangular surrogate, for every model.
    package var heights: [Float]
    /// Learning rates, for every model.
    package var learningRates: [Double]
    /// Lengths of the warm-up, for every model.
    package var warmups: [Int]
    /// Channels of the first stage; every model's width is chosen so.
    package var channels: Int
    /// Options of every run: data set, epochs, batch size, time steps.
    package var options: OptionList
    /// A run for each.
    package var seeds: [UInt64]

    /// Names in JSON.
    package enum CodingKeys: String, CodingKey {
        case models
        case starts
        case heights
        case learningRates = "learning_rates"
        case warmups
        case channels
        case options
        case seeds
    }

    /// Gathers what belongs together.
    package init(
        models: [String],
        starts: [NormStart],
        heights: [Float],
        learningRates: [Double],
        warmups: [Int],
        channels: Int,
        options: OptionList,
        seeds: [UInt64]
    ) {
        self.models = models
        self.starts = starts
        self.heights = heights
        self.learningRates = learningRates
        self.warmups = warmups
        self.channels = channels
        self.options = options
        self.seeds = seeds
    }

    /// A run of the plan.
    struct Entry {
        let recipe: Recipe
        let run: PlannedRun
    }

    /// Every recipe, model by model.
    ///
    /// - Throws: `NetworkError` for a model that does not exist.
    func recipes() throws -> [Recipe] {
        try models.flatMap { model in
            let isLogic = try Architecture.named(model).family == .lsn
            return (isLogic ? starts : [NormStart(scale: 1, bias: 0)]).flatMap { start in
                heights.flatMap { height in
                    learningRates.flatMap { rate in
                        warmups.map { warmup in
                            Recipe(
                                model: model,
                                start: start,
                                height: height,
                                learningRate: rate,
                                warmupEpochs: warmup
                            )
                        }
                    }
                }
            }
        }
    }

    /// Every run: a seed of all recipes before the next, so that what is done early compares them all.
    func entries() throws -> [Entry] {
        let recipes = try recipes()
        return try seeds.flatMap { seed in
            try recipes.map { recipe in
                var options = options
                options["model"] = recipe.model
                options["width"] = "\(try Architecture.named(recipe.model).width(ofFirstStage: channels))"
                options["branch-scale"] = "\(recipe.start.scale)"
                options["branch-bias"] = "\(recipe.start.bias)"
                options["surrogate"] = "triangular"
                options["surrogate-height"] = "\(recipe.height)"
                options["learning-rate"] = "\(recipe.learningRate)"
                options["warmup-epochs"] = "\(recipe.warmupEpochs)"
                options["seed"] = "\(seed)"
                return Entry(recipe: recipe, run: PlannedRun(name: "\(recipe.name)-seed\(seed)", options: options))
            }
        }
    }

    /// Every run by name and options, in order.
    package func runs() throws -> [PlannedRun] { try entries().map(\.run) }
}

/// What the recipe experiment found.
package struct RecipeResults: Codable, Hashable, Sendable {
    /// What was asked.
    package var plan: RecipePlan
    /// Where it ran.
    package var machine: MachineRecord
    /// One for each recipe and seed.
    package var runs: [Run]

    /// A run.
    package struct Run: Codable, Hashable, Sendable {
        /// How it was trained.
        package var recipe: Recipe
        /// Its options and its epochs; no blocks.
        package var record: CompletedRun
        /// Of the gradient, in the last epoch's last batch.
        package var growth: GradientGrowth?
    }

    /// Test accuracy after the last epoch, a number for each seed; 0 for a run whose values stopped being finite.
    func accuracies(_ recipe: Recipe) -> [Double] {
        runs.filter { $0.recipe == recipe }.map { $0.record.countedAccuracy ?? 0 }
    }

    /// Of these, the mean.
    func meanAccuracy(_ recipe: Recipe) -> Double {
        accuracies(recipe).mean ?? 0
    }
}
