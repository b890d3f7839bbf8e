public import FileFormats
import Foundation

/// How a run stands: the contents of `status.json`, which is written with each report.
public struct RunStatus: Codable, Hashable, Sendable {
    /// How it goes, or ended.
    public enum State: String, Codable, Sendable {
        /// It goes on.
        case running
        /// All epochs are done.
        case finished
        /// It stopped before: `--max-steps` are done, or it was asked to.
        case stopped
        /// An error ended it.
        case failed
        /// Its process ended without a word; never written, but found by who reads.
        case killed
    }

    /// How it goes, or ended.
    public var state: State
    /// Epochs that are finished.
    public var epoch: Int
    /// Epochs of the whole run, where known.
    public var epochs: Int?
    /// Steps done.
    public var step: Int
    /// The error that ended it.
    public var message: String?

    /// Gathers what belongs together.
    public init(state: State, epoch: Int, epochs: Int?, step: Int, message: String? = nil) {
        self.state = state
        self.epoch = epoch
        self.epochs = epochs
        self.step = step
        self.message = message
    }

    /// Writes `status.json`.
    ///
    /// - Throws: `FileFormatError` with the system's reason.
    public func write(folder: String) throws(FileFormatError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers always have a form in JSON.
        guard let data = try? encoder.encode(self) else { return }
        let path = folder.hasSuffix("/") ? folder + "status.json" : folder + "/status.json"
        try FileSystem.writeAtomicallyUnsynced(Array(data) + [0x0A], to: path)
    }

    /// For people, on one line.
    public var text: String {
        switch state {
        case .running: "running"
        case .finished: "finished"
        case .stopped: "stopped at step \(NumberText.count(step))"
        case .failed: "failed at step \(NumberText.count(step))"
        case .killed: "killed after step \(NumberText.count(step))"
        }
    }

    /// Its sign and class on the page.
    var badge: (sign: String, style: String) {
        switch state {
        case .running: ("●", "running")
        case .finished: ("✓", "finished")
        case .stopped: ("■", "stopped")
        case .killed: ("■", "failed")
        case .failed: ("✕", "failed")
        }
    }
}
