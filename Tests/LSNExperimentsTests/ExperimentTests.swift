import Foundation
import LSNConfiguration
import LSNDatasets
import LSNNetworks
import LSNReferenceBackend
import LSNReports
import LSNTestSupport
import LSNTraining
import Synchronization
import Testing

@testable import LSNExperiments

@Suite struct ExperimentTests {
    private let place: TemporaryFolder

    init() throws {
        place = try TemporaryFolder()
    }

    /// A list that is asked to stop after so many steps, and tells which runs it started.
    private func list(
        _ folder: ExperimentFolder,
        stopAfter: Int? = nil,
        started: @escaping @Sendable (String) -> Void = { _ in }
    ) -> RunList {
        let steps = Counter()
        return RunList(
            folder: folder,
            backend: backend,
            machine: machine,
            load: { _ in tinyData() },
            observer: RunListObserver(
                willStart: { name, _, _ in started(name) },
                observe: { if case .step = $0 { steps.add() } },
                shouldStop: { stopAfter.map { steps.value >= $0 } ?? false }
            )
        )
    }

    private func plan(_ change: (inout DepthPlan) -> Void = { _ in }) -> DepthPlan {
        var plan = DepthPlan(
            systems: [.lsn, .spikingResNet],
            depths: [19],
            channels: 4,
            options: tinyOptions(),
            seeds: [0]
        )
        change(&plan)
        return plan
    }

    /// Times aside.
    private func comparable(_ results: DepthResults) -> [[Double]] {
        results.runs.map { run in
            run.record.epochs.flatMap { [$0.trainLoss, $0.evaluationLoss, $0.evaluationAccuracy] }
                + run.record.blocks.flatMap { $0.blocks.map { Double($0.gradientNorm ?? -1) } }
        }
    }

    @Test func anExperimentThatWasStoppedContinuesToTheSameResults() async throws {
        let whole = try ExperimentFolder(place.file("whole"))
        let expected = try await DepthExperiment(plan(), folder: whole).run(list(whole), machine: machine, command: "c")
        #expect(expected.runs.map(\.record.name) == ["lsn19-seed0", "spiking-resnet19-seed0"])
        #expect(expected.runs.allSatisfy { $0.record.epochs.count == 2 && $0.growth != nil })

        let parts = try ExperimentFolder(place.file("parts"))
        // Inside the first run, then inside the second.
        for stop in [4, 3] {
            await #expect(throws: ExperimentInterrupted.self) {
                _ = try await DepthExperiment(plan(), folder: parts).run(
                    list(parts, stopAfter: stop),
                    machine: machine,
                    command: "c"
                )
            }
        }
        let names = Mutex<[String]>([])
        let found = try await DepthExperiment(plan(), folder: parts).run(
            list(parts) { name in names.withLock { $0.append(name) } },
            machine: machine,
            command: "c"
        )
        #expect(names.withLock { $0 } == ["spiking-resnet19-seed0"])
        #expect(comparable(found) == comparable(expected))
        let read = try parts.read(json: "results.json", as: DepthResults.self)
        #expect(read == found)
        let report = try String(contentsOfFile: parts.file("report.md"), encoding: .utf8)
        for (name, _) in found.figures {
            #expect(parts.has(name) && report.contains("(\(name))"))
        }
    }

    @Test func aRunOfOtherOptionsIsRefused() async throws {
        let folder = try ExperimentFolder(place.file("depth"))
        let small = plan { $0.systems = [.lsn] }
        _ = try await DepthExperiment(small, folder: folder).run(list(folder), machine: machine, command: "c")
        var other = small
        other.options["learning-rate"] = "0.1"
        let changed = other
        let error = await #expect(throws: ConfigurationError.self) {
            _ = try await DepthExperiment(changed, folder: folder).run(list(folder), machine: machine, command: "c")
        }
        #expect(error?.description.contains("--learning-rate") == true)

        // Neither fewer epochs nor more: the schedule would be another.
        for epochs in [1, 3] {
            var longer = small
            longer.options["epochs"] = "\(epochs)"
            let planned = longer
            let refusal = await #expect(throws: ConfigurationError.self) {
                _ = try await DepthExperiment(planned, folder: folder).run(list(folder), machine: machine, command: "c")
            }
            #expect(refusal?.description.contains("--epochs 2, not \(epochs)") == true)
        }
    }

    /// A value that stops being finite ends a run, not the experiment, and is not tried again.
    @Test func aRunThatDivergesIsAResult() async throws {
        let folder = try ExperimentFolder(place.file("depth"))
        let exploding = plan {
            $0.systems = [.lsn]
            $0.options["optimizer"] = "sgd"
            $0.options["learning-rate"] = "1e38"
        }
        var step = 0
        for _ in 0..<2 {
            let results = try await DepthExperiment(exploding, folder: folder).run(
                list(folder),
                machine: machine,
                command: "c"
            )
            let failure = try #require(results.runs.first?.record.failure)
            #expect(failure.epoch == 1 && !failure.what.isEmpty)
            #expect(results.runs[0].record.epochs.isEmpty)
            step = failure.step
        }
        let report = try String(contentsOfFile: folder.file("report.md"), encoding: .utf8)
        #expect(report.contains("| step \(step): "))
        #expect(report.contains("counts as 0 %") && report.contains("| lsn | 0.00\u{A0}% |"))
    }

    @Test func aDepthThatASystemLacksIsNamed() {
        let error = #expect(throws: NetworkError.self) { try plan { $0.depths = [20] }.runs() }
        #expect(error?.description.contains("lsn20") == true)
    }

    @Test func theSystemsOfADepthAreLaidOutAlike() throws {
        for depth in [19, 50, 101, 202] {
            let all = try DepthSystem.allCases.map { try $0.architecture(depth: depth) }
            #expect(Set(all.map(\.template.stages)).count == 1 && Set(all.map(\.template.head)).count == 1)
        }
    }

    @Test func startsAreMeasuredOnceAndKept() throws {
        let folder = try ExperimentFolder(place.file("start"))
        let plan = StartPlan(
            models: ["lsn19", "sew-resnet19"],
            starts: [NormStart(scale: 1, bias: 0), NormStart(scale: 0, bias: 0.3)],
            heights: [1],
            channels: 4,
            steps: 2,
            options: tinyOptions()
        )
        let names = Mutex<[String]>([])
        func run(_ plan: StartPlan) throws -> StartResults {
            try StartExperiment(plan, folder: folder).run(
                on: backend,
                machine: machine,
                command: "c",
                load: { _ in tinyData() },
                observer: RunListObserver(
                    willStart: { name, _, _ in names.withLock { $0.append(name) } },
                    observe: { _ in },
                    shouldStop: { false }
                )
            )
        }
        let results = try run(plan)
        #expect(results.trials.map(\.key.model) == ["lsn19", "lsn19", "sew-resnet19"])
        // E = I = 0: every block is the identity, and its gradient passes it whole.
        let identity = results.trials[1].atStart
        #expect(identity.keptShare == 1 && identity.branchRate == 0)
        #expect(results.trials[0].atStart.keptShare ?? 1 < 1)
        #expect(results.trials[2].atStart.keptShare == nil)
        #expect(results.trials.allSatisfy { $0.atStart.growth != nil && $0.afterSteps != nil && $0.blocks == 8 })
        #expect(try run(plan) == results)
        #expect(names.withLock { $0.count } == 3)
        var other = plan
        other.steps = 3
        #expect(throws: ConfigurationError.self) { try run(other) }
    }

    @Test func recipesAreTrainedWithEverySeedAndRanked() async throws {
        let folder = try ExperimentFolder(place.file("recipe"))
        let plan = RecipePlan(
            models: ["lsn19", "sew-resnet19"],
            starts: [NormStart(scale: 1, bias: 0), NormStart(scale: 0.1, bias: 0.2)],
            heights: [0.7],
            learningRates: [0.005, 0.001],
            warmups: [1],
            channels: 4,
            options: tinyOptions(),
            seeds: [0, 1]
        )
        let names = Mutex<[String]>([])
        let watched = list(folder) { name in names.withLock { $0.append(name) } }
        let results = try await RecipeExperiment(plan, folder: folder).run(watched, machine: machine, command: "c")
        // SEW starts at 1, 0 only.
        #expect(try plan.recipes().map(\.start.scale) == [1, 1, 0.1, 0.1, 1, 1])
        #expect(results.runs.count == 12 && names.withLock { Set($0).count } == 12)
        #expect(results.runs.allSatisfy { $0.record.configuration.learning.warmupEpochs == 1 && $0.growth != nil })
        #expect(results.runs.map(\.record.configuration.run.seed) == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
        // The start and the learning rate are those of the recipe.
        #expect(results.runs.allSatisfy { $0.record.configuration.network.start.branchScale == $0.recipe.start.scale })
        #expect(Set(results.runs.map(\.record.epochs.last?.trainLoss)).count == 12)

        let report = try String(contentsOfFile: folder.file("report.md"), encoding: .utf8)
        let best = try #require(try plan.recipes().prefix(4).map(results.meanAccuracy).max())
        #expect(report.contains("**\(Figure.percent(best))**"))
        for (name, _) in try results.figures {
            #expect(folder.has(name) && report.contains("(\(name))"))
        }
        _ = try await RecipeExperiment(plan, folder: folder).run(watched, machine: machine, command: "c")
        #expect(names.withLock { $0.count } == 12)
    }

    @Test func theFiveOrdersAreCounted() async throws {
        let folder = try ExperimentFolder(place.file("table1"))
        var options = tinyOptions()
        options["epochs"] = "1"
        let plan = OrderPlan(models: ["residual18"], channels: 4, options: options)
        let results = try await OrderExperiment(plan, folder: folder).run(
            list(folder),
            on: backend,
            machine: machine,
            command: "c",
            load: { _ in tinyData() }
        )
        #expect(results.runs.count == 10)
        let spiking = results.runs.filter(\.isSpiking)
        #expect(spiking.map(\.order) == ResidualOrder.allCases)
        #expect(spiking.map(\.outputKind) == ["binary", "binary", "integers", "floats", "floats"])
        #expect(spiking.allSatisfy { $0.outputs?.values ?? 0 > 0 })
        #expect(results.runs.filter { !$0.isSpiking }.allSatisfy { $0.outputKind == "floats" })
        #expect(throws: NetworkError.self) {
            try OrderPlan(models: ["lsn19"], channels: 4, options: options).runs()
        }
    }

    @Test func aTrainedRunIsAnalysed() async throws {
        let folder = try ExperimentFolder(place.file("depth"))
        _ = try await DepthExperiment(plan(), folder: folder).run(list(folder), machine: machine, command: "c")
        let trained = try TrainedRun(list(folder).path("lsn19-seed0"), checkpoint: .last)
        let data = tinyData()
        let analysis = try NetworkAnalyzer(
            network: try trained.network(on: backend, data: data),
            configuration: trained.configuration,
            data: data
        ).run(.init(gradientBatches: 2, checkedBatches: 9), progress: { _, _ in })
        #expect(analysis.samples == 10 && analysis.blocks.count == 9)
        #expect(analysis.outputs.isBinary)
        #expect(analysis.outputs.check.values == analysis.outputs.values)
        #expect(analysis.outputs.check.mismatches == 0)
        let layers = analysis.layers.filter { $0.name.hasPrefix("stages.0.1.") }
        #expect(layers.count == 4)
        #expect(analysis.blocks[2].accumulates == Double(layers.reduce(0) { $0 + $1.accumulates }) / 10)
        #expect(analysis.blocks.allSatisfy { $0.statistics.gradientNorm ?? 0 > 0 })
        #expect(analysis.energy.multiplyAccumulates >= analysis.blocks[0].multiplyAccumulates)
        #expect(analysis.blocks[0].multiplyAccumulates == analysis.blocks[0].dense)
        #expect(analysis.energy.joules > 0)
        let encoder = JSONEncoder()
        let copy = try JSONDecoder().decode(NetworkAnalysis.self, from: try encoder.encode(analysis))
        #expect(copy == analysis)
    }

    @Test func foldersWithoutARunAreNamed() throws {
        #expect(throws: ConfigurationError.self) { try TrainedRun(place.path, checkpoint: .best) }
    }
}

/// Counts from any thread.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func add() { count.withLock { $0 += 1 } }
}
