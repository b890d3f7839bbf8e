package import LSNConfiguration
package import LSNDatasets
package import LSNNetworks
import LSNReports
package import LSNTensors
package import LSNTraining

/// What the experiment on the paper's Table 1 trains: five residual orders, as networks of spikes and of real values.
package struct OrderPlan: Codable, Hashable, Sendable {
    /// Names of residual architectures.
    package var models: [String]
    /// Channels of the first stage.
    package var channels: Int
    /// Options of every run: data set, epochs, batch size, learning rate, time steps, seed.
    package var options: OptionList

    /// Gathers what belongs together.
    package init(models: [String], channels: Int, options: OptionList) {
        self.models = models
        self.channels = channels
        self.options = options
    }

    /// Every run by name and options, in order.
    package func runs() throws -> [PlannedRun] { try entries().map(\.run) }

    /// A run of the plan.
    struct Entry {
        let model: String
        let order: ResidualOrder
        let isSpiking: Bool
        let run: PlannedRun
    }

    func entries() throws -> [Entry] {
        var entries: [Entry] = []
        for model in models {
            let architecture = try Architecture.named(model)
            // An architecture of another family is refused before anything is trained.
            var order = NetworkOverrides()
            order.residual = .original
            _ = try architecture.settled(by: order)
            for isSpiking in [true, false] {
                for order in ResidualOrder.allCases {
                    var options = options
                    options["model"] = model
                    options["residual"] = order.rawValue
                    options["width"] = "\(architecture.width(ofFirstStage: channels))"
                    if !isSpiking {
                        options["neuron"] = "relu"
                        options["timesteps"] = nil
                    }
                    let name = "\(model)-\(isSpiking ? "snn" : "ann")-\(order.rawValue)"
                    let run = PlannedRun(name: name, options: options)
                    entries.append(Entry(model: model, order: order, isSpiking: isSpiking, run: run))
                }
            }
        }
        return entries
    }
}

/// What the experiment on Table 1 found.
package struct OrderResults: Codable, Hashable, Sendable {
    /// What was asked.
    package var plan: OrderPlan
    /// Where it ran.
    package var machine: MachineRecord
    /// One for each model, kind and order.
    package var runs: [Run]

    /// A run.
    package struct Run: Codable, Hashable, Sendable {
        /// Name of the architecture.
        package var model: String
        /// In which order its blocks compute.
        package var order: ResidualOrder
        /// Whether it has neurons; else ReLUs.
        package var isSpiking: Bool
        /// Its options and its epochs; no blocks.
        package var record: CompletedRun
        /// Of the gradient, mean over batches of the trained network; nil where it is not finite or the run failed.
        package var growth: GradientGrowth?
        /// Every value that left a block in a batch of the test split; nil where the run failed.
        package var outputs: OutputCheck?

        /// Names in JSON.
        package enum CodingKeys: String, CodingKey {
            case model
            case order
            case isSpiking = "is_spiking"
            case record
            case growth
            case outputs
        }
    }
}

/// Trains the five residual orders of the paper's Table 1, and counts what leaves their blocks.
package struct OrderExperiment: Sendable {
    private let plan: OrderPlan
    private let folder: ExperimentFolder

    /// An experiment in `folder`.
    package init(_ plan: OrderPlan, folder: ExperimentFolder) {
        self.plan = plan
        self.folder = folder
    }

    /// Brings every run to its end, and looks into each; see ``RunList/perform(_:)``.
    package func run(
        _ list: RunList,
        on backend: Backend,
        machine: MachineRecord,
        command: String,
        load: (DataRequest) throws -> any TrainingData
    ) async throws -> OrderResults {
        let entries = try plan.entries()
        let completed = try await list.perform(entries.map(\.run))
        var results = OrderResults(plan: plan, machine: machine, runs: [])
        for (entry, record) in zip(entries, completed) {
            if list.shouldStop() { throw ExperimentInterrupted() }
            var run = OrderResults.Run(
                model: entry.model,
                order: entry.order,
                isSpiking: entry.isSpiking,
                record: record.forResults(withBlocks: false)
            )
            if record.failure == nil {
                let trained = try TrainedRun(list.path(record.name), checkpoint: .last)
                let data = try load(trained.configuration.dataRequest)
                let batch = data.limited(train: nil, test: trained.configuration.learning.batchSize)
                let analysis = try NetworkAnalyzer(
                    network: try trained.network(on: backend, data: batch),
                    configuration: trained.configuration,
                    data: batch
                ).run(.init(), progress: { _, _ in })
                run.growth =
                    GradientGrowth(
                        analysis.blocks.dropFirst().map { $0.statistics.gradientNorm.map(Double.init) }
                    )?.sixDigits
                run.outputs = analysis.outputs.check
            }
            results.runs.append(run)
        }
        try folder.write(json: results, to: "results.json")
        try folder.write(results.report(command: command), to: "report.md")
        return results
    }
}

extension ResidualOrder {
    /// What the block computes: S neuron (or ReLU), B norm, C convolution, x its input.
    package var formula: String {
        switch self {
        case .original: "S(x + B C S B C(x))"
        case .bnAfterAdd: "S(B(x + C S B C(x)))"
        case .reluBeforeAdd: "x + S B C S B C(x)"
        case .reluOnlyPreactivation: "x + B C S B C S(x)"
        case .fullPreactivation: "x + C S B C S B(x)"
        }
    }

    /// What He et al. found wrong with it in networks of real values, in a few words.
    package var drawback: String {
        switch self {
        case .original: "the sum passes a ReLU"
        case .bnAfterAdd: "the norm changes the shortcut"
        case .reluBeforeAdd: "the branch only adds"
        case .reluOnlyPreactivation: "the ReLU sees no norm"
        case .fullPreactivation: "none"
        }
    }
}

extension OrderResults.Run {
    /// What leaves the blocks, by count.
    package var outputKind: String {
        guard let outputs else { return "–" }
        if outputs.notBinary == 0 { return "binary" }
        return outputs.notIntegers == 0 ? "integers" : "floats"
    }
}

extension OrderResults {
    /// The report in Markdown.
    package func report(command: String) -> [UInt8] {
        var report = MarkdownReport("Table 1: five residual orders")
        report.paragraph(
            "S neuron (in the network of real values, a ReLU), B norm, C convolution, x the block's input; first stage "
                + "of \(plan.channels) channels. Made on \(machine.name) (\(machine.driver)) with"
        )
        report.paragraph("```\n\(command)\n```")
        for model in plan.models {
            report.heading(model)
            report.table(
                [
                    "order", "X'", "ANN: drawback", "ANN: accuracy", "SNN: accuracy", "SNN: gradient, first over last",
                    "SNN: outputs", "values not 0 or 1",
                ],
                ResidualOrder.allCases.map { row($0, model) }
            )
        }
        report.paragraph(
            "Accuracy is of the test split after the last epoch. The gradient is ‖∂L/∂X'‖ of the first block over that of the "
                + "last in the trained network. Outputs are counted, value by value, over one batch of the test split."
        )
        return report.bytes
    }

    private func row(_ order: ResidualOrder, _ model: String) -> [String] {
        func find(_ isSpiking: Bool) -> Run? {
            runs.first { $0.model == model && $0.order == order && $0.isSpiking == isSpiking }
        }
        func accuracy(_ run: Run?) -> String {
            guard let failure = run?.record.failure else { return Figure.percent(run?.record.testAccuracy) }
            return "stopped at step \(failure.step): \(failure.what)"
        }
        let (spiking, real) = (find(true), find(false))
        return [
            order.rawValue, order.formula, order.drawback, accuracy(real), accuracy(spiking),
            Figure.number(spiking?.growth?.ratio), spiking?.outputKind ?? "–",
            spiking?.outputs.map { "\(ProgressText.count($0.notBinary)) of \(ProgressText.count($0.values))" }
                ?? "–",
        ]
    }
}
