package import LSNConfiguration
import LSNNetworks
import LSNReports
package import LSNTraining

/// Networks that the depth experiment compares.
package enum DepthSystem: String, CaseIterable, Codable, Sendable {
    /// LSN with the start and the surrogate that this project gives its depth.
    case lsn
    /// LSN as the paper starts it: norms at weight 1, bias 0, a surrogate of height 1 unless the plan has another for all.
    case lsnPaper = "lsn-paper"
    /// Spiking ResNet with tdBN.
    case spikingResNet = "spiking-resnet"
    /// SEW-ResNet, ADD.
    case sewResNet = "sew-resnet"

    /// The architecture of this depth.
    ///
    /// - Throws: `NetworkError/unknownArchitecture` where there is none.
    func architecture(depth: Int) throws(NetworkError) -> Architecture {
        let stem = self == .lsnPaper ? "lsn" : rawValue
        return try Architecture.named("\(stem)\(depth)")
    }
}

/// What the depth experiment trains, all under one budget.
package struct DepthPlan: Codable, Hashable, Sendable {
    /// Which systems.
    package var systems: [DepthSystem]
    /// Which depths, by the number in the models' names.
    package var depths: [Int]
    /// Channels of the first stage; every model's width is chosen so.
    package var channels: Int
    /// Options of every run: data set, epochs, batch size, learning rate, time steps; a surrogate's height, if all systems
    /// are to have the same.
    package var options: OptionList
    /// A run for each.
    package var seeds: [UInt64]

    /// Gathers what belongs together.
    package init(systems: [DepthSystem], depths: [Int], channels: Int, options: OptionList, seeds: [UInt64]) {
        self.systems = systems
        self.depths = depths
        self.channels = channels
        self.options = options
        self.seeds = seeds
    }

    /// A run of the plan.
    struct Entry {
        let system: DepthSystem
        let depth: Int
        let seed: UInt64
        let run: PlannedRun
    }

    /// Every run: shallow networks first, so that what is done early says something about all systems.
    ///
    /// - Throws: `NetworkError` for a depth that a system does not have.
    func entries() throws -> [Entry] {
        var entries: [Entry] = []
        for seed in seeds {
            for depth in depths.sorted() {
                for system in systems {
                    let architecture = try system.architecture(depth: depth)
                    var options = options
                    options["model"] = architecture.name
                    options["width"] = "\(architecture.width(ofFirstStage: channels))"
                    options["seed"] = "\(seed)"
                    if system == .lsnPaper {
                        options["branch-scale"] = "1"
                        options["branch-bias"] = "0"
                        options["surrogate-height"] = self.options["surrogate-height"] ?? "1"
                    }
                    let name = "\(system.rawValue)\(depth)-seed\(seed)"
                    let run = PlannedRun(name: name, options: options)
                    entries.append(Entry(system: system, depth: depth, seed: seed, run: run))
                }
            }
        }
        return entries
    }

    /// Every run by name and options, in order.
    package func runs() throws -> [PlannedRun] { try entries().map(\.run) }
}

/// What the depth experiment found.
package struct DepthResults: Codable, Hashable, Sendable {
    /// What was asked.
    package var plan: DepthPlan
    /// Where it ran.
    package var machine: MachineRecord
    /// One for each system, depth and seed.
    package var runs: [Run]

    /// A run.
    package struct Run: Codable, Hashable, Sendable {
        /// Which system.
        package var system: DepthSystem
        /// The number in the model's name.
        package var depth: Int
        /// Of its random numbers.
        package var seed: UInt64
        /// Its options, its epochs, and its blocks in the last of them.
        package var record: CompletedRun
        /// Of the gradient, in the last epoch's last batch.
        package var growth: GradientGrowth?
    }

    /// Puts what `completed` runs gave beside what was planned, in the same order.
    init(plan: DepthPlan, machine: MachineRecord, completed: [CompletedRun]) throws {
        self.plan = plan
        self.machine = machine
        runs = zip(try plan.entries(), completed).map { entry, record in
            Run(
                system: entry.system,
                depth: entry.depth,
                seed: entry.seed,
                record: record.forResults(withBlocks: true),
                growth: record.blocks.last.flatMap(GradientGrowth.init)?.sixDigits
            )
        }
    }

    /// The runs of one system at one depth, a seed each.
    func runs(_ system: DepthSystem, _ depth: Int) -> [Run] {
        runs.filter { $0.system == system && $0.depth == depth }
    }

    /// Depths in order.
    var depths: [Int] { plan.depths.sorted() }
}

/// Trains every run of the plan and writes results, pictures and the report to the experiment's folder.
package struct DepthExperiment: Sendable {
    private let plan: DepthPlan
    private let folder: ExperimentFolder

    /// An experiment in `folder`.
    package init(_ plan: DepthPlan, folder: ExperimentFolder) {
        self.plan = plan
        self.folder = folder
    }

    /// Brings every run to its end; see ``RunList/perform(_:)``.
    package func run(_ list: RunList, machine: MachineRecord, command: String) async throws
        -> DepthResults
    {
        let completed = try await list.perform(plan.runs())
        let results = try DepthResults(plan: plan, machine: machine, completed: completed)
        try folder.write(json: results, to: "results.json")
        for (name, figure) in results.figures {
            try folder.write(figure.svg, to: name)
        }
        try folder.write(results.report(command: command), to: "report.md")
        return results
    }
}
