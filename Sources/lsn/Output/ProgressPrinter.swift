import LSNTraining
import Synchronization

/// Shows a run: a live bar on a terminal, plain lines elsewhere.
final class ProgressPrinter: Sendable {
    private struct State {
        var hasBar = false
        var lastShown = ContinuousClock.now
        var warned: Set<GradientFlow.Problem> = []
        var hasWarnedOfOutput = false
        var advice: StabilityAdvice?
        var firstTrained = StartingWeights().firstTrained
        var hasStepped = false
    }

    /// Between two pictures of the bar.
    private static let barInterval = Duration.milliseconds(100)
    /// Between two lines of a log inside an epoch.
    private static let lineInterval = Duration.seconds(15)

    private let text = ProgressText(isColoured: Terminal.isColoured)
    private let isInteractive = Terminal.isInteractive
    private let state = Mutex(State())

    /// Shows a notification.
    func show(_ notification: TrainingNotification) {
        state.withLock { state in
            switch notification {
            case .started(let start):
                state.advice = start.advice
                state.firstTrained = start.weights.firstTrained
                print(text.start(start), &state)
            case .step(let report):
                state.hasStepped = true
                if isInteractive {
                    let isLast = report.batch == report.batches
                    drawBar(text.bar(report, columns: Terminal.columns), force: isLast, &state)
                } else if isDue(Self.lineInterval, &state) {
                    print([text.line(report)], &state)
                }
            case .evaluating(let done, let total):
                if isInteractive {
                    drawBar(text.evaluation(done: done, total: total, columns: Terminal.columns), force: false, &state)
                }
            case .tested: break
            case .blocks(let statistics):
                warn(of: statistics, &state)
            case .epoch(let record, let epochs, let isBest):
                print([text.line(record, epochs: epochs, isBest: isBest)], &state)
            case .saved(let path, let step):
                if isInteractive { return }
                print(["saved \(path) after step \(step)"], &state)
            }
        }
    }

    /// Shows how many of a device's programs are built, until the first step of the run is done. From any thread.
    func showBuilding(_ done: Int, of total: Int) {
        guard isInteractive else { return }
        state.withLock { state in
            if state.hasStepped { return }
            let counts = "\(ProgressText.count(done)) of \(ProgressText.count(total))"
            let line = DataProgress.line("compiling kernels", counts, done, total, columns: Terminal.columns)
            drawBar(line, force: done == total, &state)
        }
    }

    /// Shows what a run came to, and where its report is, if it has one.
    func show(_ summary: TrainingSummary, report: String?) {
        state.withLock { print(text.summary(summary, report: report), &$0) }
    }

    /// Removes the bar, so that an error message has a line of its own.
    func clear() {
        state.withLock { print([], &$0) }
    }

    /// Warns of what keeps a network from learning: once of each, or every epoch would say the same.
    private func warn(of statistics: BlockStatistics, _ state: inout State) {
        guard let advice = state.advice else { return }
        var problems: [String] = []
        if !state.hasWarnedOfOutput, let output = ConstantOutput(statistics) {
            state.hasWarnedOfOutput = true
            problems.append(output.text(advice))
        }
        if let course = GradientFlow(statistics, firstTrained: state.firstTrained),
            state.warned.insert(course.problem).inserted
        {
            problems.append(course.text(advice))
        }
        if problems.isEmpty { return }
        print([], &state)
        for problem in problems { Failure.warn("after epoch \(statistics.epoch), \(problem)") }
    }

    private func isDue(_ interval: Duration, _ state: inout State) -> Bool {
        let now = ContinuousClock.now
        guard now - state.lastShown >= interval else { return false }
        state.lastShown = now
        return true
    }

    private func drawBar(_ line: String, force: Bool, _ state: inout State) {
        guard isDue(Self.barInterval, &state) || force else { return }
        Terminal.showLine(line)
        state.hasBar = true
    }

    private func print(_ lines: [String], _ state: inout State) {
        if state.hasBar { Terminal.clearLine() }
        state.hasBar = false
        state.lastShown = .now
        Terminal.writeStyled(lines.map { $0 + "\n" }.joined())
    }
}
