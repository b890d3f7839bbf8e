import Foundation
import LSNConfiguration
import LSNDatasets
import LSNTraining
import Synchronization

/// Shows on standard error how far long work has come: a line that goes away on a terminal, nothing elsewhere.
final class DataProgress: Sendable {
    private let title: String
    private let isLive = Terminal.showsErrorsLive
    private let lastShown = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameter title: what is done.
    init(_ title: String) {
        self.title = title
    }

    /// Shows that `done` of `total` files or samples are done.
    func show(_ done: Int, _ total: Int) {
        guard isLive else { return }
        lastShown.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < .milliseconds(100), done < total { return }
            last = now
            let counts = "\(ProgressText.count(done)) of \(ProgressText.count(total))"
            Terminal.showErrorLine(Self.line(title, counts, done, total, columns: Terminal.errorColumns))
        }
    }

    /// What is done, a bar and how far it is; where that does not fit, without the bar, then how far it is alone.
    static func line(_ title: String, _ counts: String, _ done: Int, _ total: Int, columns: Int) -> String {
        let room = columns - DisplayWidth.of(title) - counts.count - 3
        guard room >= 0 else { return counts }
        let width = min(24, room)
        guard width >= 5 else { return "\(title) \(counts)" }
        let filled = width * min(done, total) / max(total, 1)
        let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
        return "\(title) \(bar) \(counts)"
    }

    /// Removes the line.
    func clear() {
        if isLive { Terminal.clearErrorLine() }
    }

    /// Opens a data set, and shows how far it is where that takes long.
    static func load(_ request: DataRequest) throws -> any TrainingData {
        let progress = DataProgress("counting frames")
        defer { progress.clear() }
        let data = try DataLoader.load(request) { done, total in progress.show(done, total) }
        progress.clear()
        for warning in data.warnings(whereAsked: request) { Failure.warn(warning) }
        return data
    }
}

extension DataReporter {
    /// One that says it on standard error. What is known now was said already.
    convenience init(_ data: any TrainingData) {
        self.init(
            data,
            warn: { Failure.warn($0) },
            // Each rank meets files of its own.
            warnOfFile: { Failure.warn($0, byAnyRank: true) }
        )
    }
}
