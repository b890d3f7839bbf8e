import Foundation
import LSNConfiguration
import LSNReferenceBackend
import LSNReports
import LSNTestSupport
import LSNTraining
import Testing

@testable import LSNExperiments

/// What `results.json` keeps of an experiment, and how it is written.
@Suite struct ResultTests {
    private let place: TemporaryFolder

    init() throws {
        place = try TemporaryFolder()
    }

    private func list(_ folder: ExperimentFolder) -> RunList {
        RunList(
            folder: folder,
            backend: backend,
            machine: machine,
            load: { _ in tinyData() },
            observer: RunListObserver(willStart: { _, _, _ in }, observe: { _ in }, shouldStop: { false })
        )
    }

    /// Every number that is no whole one, as a file has it.
    private func numbers(_ text: String) -> [Substring] {
        text.matches(of: /-?\d+\.\d+(?:e[-+]?\d+)?/).map(\.output)
    }

    /// Its significant digits.
    private func digits(_ number: Substring) -> Int {
        let mantissa = number.split(separator: "e")[0].filter(\.isNumber)
        return mantissa.drop { $0 == "0" }.count
    }

    /// Everything that is drawn stands in the file, to six digits; everything else stands in the runs' folders.
    @Test func theFileKeepsWhatIsDrawn() async throws {
        let folder = try ExperimentFolder(place.file("depth"))
        let plan = DepthPlan(
            systems: [.lsn, .sewResNet],
            depths: [19],
            channels: 4,
            options: tinyOptions(),
            seeds: [0]
        )
        _ = try await DepthExperiment(plan, folder: folder).run(list(folder), machine: machine, command: "c")
        let results = try #require(try folder.read(json: "results.json", as: DepthResults.self))
        for run in results.runs {
            let path = folder.file("runs/\(run.record.name)")
            let epochs = try MetricsFile(path: path + "/metrics.jsonl").records()
            let blocks = try BlocksFile(path: path + "/blocks.jsonl").statistics()
            #expect(epochs.count == 2 && blocks.count == 2 && run.record.epochs.count == 2)
            for (kept, measured) in zip(run.record.epochs, epochs) {
                #expect(kept.epoch == measured.epoch && kept.step == measured.step)
                #expect(abs(kept.trainLoss / measured.trainLoss - 1) < 1e-5)
                #expect(kept.evaluationAccuracy == measured.evaluationAccuracy)
            }
            let last = try #require(run.record.blocks.first)
            #expect(
                run.record.blocks.count == 1 && last.epoch == 2
                    && last.blocks.map(\.name) == blocks[1].blocks.map(\.name)
            )
            #expect(run.record.gradients.map(\.epoch) == [1, 2])
            for (kept, statistics) in zip(run.record.gradients, blocks) {
                let measured = try #require(GradientGrowth(statistics))
                #expect(try abs(#require(kept.ratio) / #require(measured.ratio) - 1) < 1e-5)
            }
            #expect(run.growth?.ratio == run.record.gradients.last?.ratio)
        }
        for (name, figure) in results.figures {
            #expect(
                try String(contentsOfFile: folder.file(name), encoding: .utf8).utf8.elementsEqual(figure.svg),
                "\(name)"
            )
        }
        let report = try String(contentsOfFile: folder.file("report.md"), encoding: .utf8)
        #expect(report.utf8.elementsEqual(results.report(command: "c")))
        let found = numbers(try String(contentsOfFile: folder.file("results.json"), encoding: .utf8))
        #expect(found.count > 100)
        #expect(found.filter { digits($0) > 6 } == [])
    }

    @Test func recipesKeepNoBlocks() async throws {
        let folder = try ExperimentFolder(place.file("recipe"))
        let plan = RecipePlan(
            models: ["lsn19"],
            starts: [NormStart(scale: 0.5, bias: 0)],
            heights: [1],
            learningRates: [0.005],
            warmups: [0],
            channels: 4,
            options: tinyOptions(),
            seeds: [0]
        )
        _ = try await RecipeExperiment(plan, folder: folder).run(list(folder), machine: machine, command: "c")
        let results = try #require(try folder.read(json: "results.json", as: RecipeResults.self))
        let run = try #require(results.runs.first)
        #expect(run.record.blocks.isEmpty && run.record.gradients.count == 2 && run.growth != nil)
        let report = try String(contentsOfFile: folder.file("report.md"), encoding: .utf8)
        #expect(try report.utf8.elementsEqual(results.report(command: "c")))
    }

    /// A start that was measured is not measured again, so that its file alone has to give the report.
    @Test func startsKeepTheNormsThatAreDrawn() throws {
        let folder = try ExperimentFolder(place.file("start"))
        let plan = StartPlan(
            models: ["lsn19"],
            starts: [NormStart(scale: 1, bias: 0)],
            heights: [1],
            channels: 4,
            steps: 1,
            options: tinyOptions()
        )
        _ = try StartExperiment(plan, folder: folder).run(
            on: backend,
            machine: machine,
            command: "c",
            load: { _ in tinyData() },
            observer: RunListObserver(willStart: { _, _, _ in }, observe: { _ in }, shouldStop: { false })
        )
        let results = try #require(try folder.read(json: "results.json", as: StartResults.self))
        let trial = try #require(results.trials.first)
        #expect(trial.atStart.blocks.count == 9 && trial.atStart.blocks.allSatisfy { $0.gradientNorm != nil })
        #expect(trial.atStart.blocks.allSatisfy { $0.outputRate == nil } && trial.atStart.outputRate != nil)
        #expect(trial.afterSteps?.blocks.isEmpty == true && trial.afterSteps?.growth != nil)
        let report = try String(contentsOfFile: folder.file("report.md"), encoding: .utf8)
        #expect(report.utf8.elementsEqual(results.report(command: "c")))
        for (name, figure) in results.figures {
            #expect(
                try String(contentsOfFile: folder.file(name), encoding: .utf8).utf8.elementsEqual(figure.svg),
                "\(name)"
            )
        }
        let found = numbers(try String(contentsOfFile: folder.file("results.json"), encoding: .utf8))
        #expect(found.count > 10)
        #expect(found.filter { digits($0) > 6 } == [])
    }

    @Test func numbersAreRoundedToSixDigits() {
        #expect(0.1234567.sixDigits == 0.123457 && (-1234567.0).sixDigits == -1234570)
        #expect(1.234567e-20.sixDigits == 1.23457e-20 && 0.95.sixDigits == 0.95 && 0.0.sixDigits == 0)
        #expect(Float(0.00069447357).sixDigits == 0.000694474)
        #expect(Double.infinity.sixDigits == .infinity && Float.nan.sixDigits.isNaN)
    }

    private struct Outer: Codable, Equatable {
        var inner: [Inner]
        var empty: [Int]
        var numbers: [Int]
        var text: String
    }

    private struct Inner: Codable, Equatable {
        var name: String
        var parts: [Int]
    }

    /// What holds nothing further is a line, whatever stands in its texts.
    @Test func whatHoldsNothingFurtherIsALine() throws {
        let value = Outer(
            inner: [.init(name: "a { [", parts: [1, 2]), .init(name: "}\n]", parts: [])],
            empty: [],
            numbers: [3, 4],
            text: "["
        )
        let bytes = try JSONLayout.bytes(of: value)
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {
                  "empty" : [],
                  "inner" : [
                    {
                      "name" : "a { [",
                      "parts" : [ 1, 2 ]
                    },
                    {
                      "name" : "}\\n]",
                      "parts" : []
                    }
                  ],
                  "numbers" : [ 3, 4 ],
                  "text" : "["
                }

                """
        )
        #expect(try JSONDecoder().decode(Outer.self, from: Data(bytes)) == value)
    }
}
