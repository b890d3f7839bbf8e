import LSNFileFormats
import Synchronization

/// Recordings with fewer events than frames, which are no damage and yet nothing to learn from.
final class SparseRecordings: Sendable {
    private let timeSteps: Int
    private let events = Mutex<[ExactPath: Int]>([:])

    /// - Parameter timeSteps: T.
    init(timeSteps: Int) {
        self.timeSteps = timeSteps
    }

    /// Takes note of the recording at `path` where it has too few events.
    func note(_ path: String, events count: Int) {
        guard count < timeSteps else { return }
        events.withLock { $0[ExactPath(path)] = count }
    }

    /// For people, in a line; nil where there are none.
    var warning: String? {
        let found = events.withLock { events in events.map { (path: $0.key.text, events: $0.value) } }
        guard !found.isEmpty else { return nil }
        let named = found.sorted { NaturalOrder.precedes($0.path, $1.path) }.prefix(3)
            .map { "\(PrintableText.name($0.path)) (\($0.events))" }.joined(separator: ", ")
        let count = found.count == 1 ? "a recording has" : "\(found.count) recordings have"
        return "\(count) fewer events than the T = \(timeSteps) frames, some of which are empty therefore: "
            + "\(named)\(found.count > 3 ? ", …" : "")"
    }
}
