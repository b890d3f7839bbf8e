import Testing

@testable import LSNTraining

@Suite struct ProgressTextTests {
    private let report = StepReport(
        epoch: 3,
        epochs: 8,
        batch: 45,
        batches: 80,
        step: 205,
        loss: 0.23456,
        accuracy: 0.93125,
        imagesPerSecond: 812.4,
        secondsLeft: 83
    )
    private let record = EpochRecord(
        epoch: 3,
        step: 240,
        learningRate: 0.004,
        trainLoss: 0.25,
        trainAccuracy: 0.92,
        evaluationLoss: 0.2,
        evaluationAccuracy: 0.941,
        imagesPerSecond: 800,
        seconds: 61.5,
        evaluationSeconds: 1
    )

    @Test(arguments: [80, 100, 120, 200])
    func theBarFits(columns: Int) {
        let bar = ProgressText(isColoured: false).bar(report, columns: columns)
        #expect(bar.count < columns)
        #expect(bar.hasPrefix("epoch 3/8 "))
        #expect(bar.hasSuffix(" 45/80  loss 0.2346  accuracy 93.12 %  812 images/s  1:23 left"))
    }

    /// A line that wraps cannot be taken back, so that each update would leave one.
    @Test func theBarFitsEveryWidth() {
        let text = ProgressText(isColoured: false)
        for columns in 1...100 {
            #expect(text.bar(report, columns: columns).count < max(columns, 2), "\(columns)")
            #expect(text.evaluation(done: 1_000, total: 10_000, columns: columns).count < max(columns, 2), "\(columns)")
        }
        #expect(text.bar(report, columns: 60) == "epoch 3/8 45/80  loss 0.2346  accuracy 93.12 %  1:23 left")
        #expect(text.bar(report, columns: 40) == "epoch 3/8 ━━━━━───── 45/80  loss 0.2346")
        #expect(text.bar(report, columns: 20) == "epoch 3/8 45/80")
        #expect(text.bar(report, columns: 10) == "45/80")
        #expect(text.bar(report, columns: 4) == "/80")
    }

    /// What is printed to be copied is what a shell is to read, and no name is obeyed by the terminal.
    @Test func namesAreQuotedAndShown() {
        let folder = "my runs/a\u{1B}[2Jb"
        let summary = TrainingSummary(outcome: .interrupted, folder: folder, step: 1, last: nil, best: nil, test: nil)
        let lines = ProgressText(isColoured: true).summary(summary)
        #expect(lines.first == "folder  my runs/a\\x1b[2Jb")
        #expect(lines.last?.hasSuffix("lsn train --resume $'my runs/a\\x1b[2Jb'") == true, "\(lines)")
    }

    @Test func theBarFillsAsBatchesGo() {
        var report = report
        let text = ProgressText(isColoured: false)
        let filled = [0, 40, 80].map { batch in
            report.batch = batch
            return text.bar(report, columns: 200).count { $0 == "━" }
        }
        #expect(filled == [0, 20, 40])
    }

    @Test func coloursAreOnlyWhereTheyAreWanted() {
        let plain = ProgressText(isColoured: false)
        let coloured = ProgressText(isColoured: true)
        #expect(!plain.bar(report, columns: 120).contains("\u{1B}"))
        #expect(!plain.line(record, epochs: 8, isBest: true).contains("\u{1B}"))
        #expect(coloured.bar(report, columns: 120).contains("\u{1B}[32m"))
    }

    @Test func anEpochsLine() {
        #expect(
            ProgressText(isColoured: false).line(record, epochs: 8, isBest: true)
                == "epoch 3/8  train loss 0.2500  accuracy 92.00 %  test loss 0.2000  accuracy 94.10 %"
                + "  800 images/s  1:02  best"
        )
    }

    @Test func aSummarySaysWhereThingsAre() {
        let best = BestEpoch(epoch: 2, accuracy: 0.95)
        let summary = TrainingSummary(outcome: .finished, folder: "run", step: 240, last: record, best: best, test: nil)
        #expect(
            ProgressText(isColoured: false).summary(summary, report: "run/report.html") == [
                "test accuracy 94.10 % after epoch 3; the best was 95.00 % after epoch 2",
                "folder  run",
                "best    run/checkpoint-best.safetensors (epoch 2, chosen on the test split)",
                "last    run/checkpoint-last.safetensors (step 240)",
                "report  run/report.html",
                "evaluate with lsn eval --checkpoint run",
            ]
        )
    }

    @Test(arguments: [
        (0, "0:00"), (59.6, "1:00"), (83, "1:23"), (3723, "1:02:03"), (-5, "0:00"), (.infinity, "0:00"),
    ])
    func times(seconds: Double, expected: String) {
        #expect(ProgressText.time(seconds) == expected)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (14_140_000, "14,140,000")])
    func groups(count: Int, expected: String) {
        #expect(ProgressText.count(count) == expected)
    }

    @Test func recordsReadBack() throws {
        var record = record
        record.trainLoss = 0.1 + 0.2
        #expect(EpochRecord.parse(line: record.line) == record)
        #expect(EpochRecord.parse(line: String(record.line.dropLast(3))) == nil)
    }

    @Test func oneOfAThingIsSingular() {
        #expect(ProgressText.counted(1, "step") == "1 step")
        #expect(ProgressText.counted(0, "epoch") == "0 epochs")
        #expect(ProgressText.counted(1_200, "step") == "1,200 steps")
    }
}
