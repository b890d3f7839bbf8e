import Foundation
package import LSNFileFormats
import LSNHostSystem

/// How a run stands: the contents of `status.json`, which is written with each report.
package struct RunStatus: Codable, Hashable, Sendable {
    /// How it goes, or ended.
    package enum State: String, Codable, Sendable {
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
    package var state: State
    /// Epochs that are finished.
    package var epoch: Int
    /// Epochs of the whole run, where known.
    package var epochs: Int?
    /// Steps done.
    package var step: Int
    /// The error that ended it.
    package var message: String?

    /// Gathers what belongs together.
    package init(state: State, epoch: Int, epochs: Int?, step: Int, message: String? = nil) {
        self.state = state
        self.epoch = epoch
        self.epochs = epochs
        self.step = step
        self.message = message
    }

    /// Writes `status.json`.
    ///
    /// - Throws: `FileFormatError` with the system's reason.
    package func write(folder: String) throws(FileFormatError) {
        // Texts and whole numbers always have a form in JSON.
        guard let data = try? JSONEncoder.sorted(isIndented: false).encode(self) else { return }
        let path = HostPath.join(folder, "status.json")
        try FileSystem.writeAtomicallyUnsynced(Array(data) + [0x0A], to: path)
    }

    /// For people, on one line.
    package var text: String {
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
