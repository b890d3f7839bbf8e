import Foundation
import Synchronization

/// Signals that came so far. A signal handler can reach nothing but globals.
private let signalsSeen = Atomic<Int>(0)

/// Remembers Ctrl-C (SIGINT) and SIGTERM, so that a run can save before it stops. A second one ends the process at once.
enum InterruptFlag {
    /// Whether a signal has come.
    static var isRaised: Bool { signalsSeen.load(ordering: .relaxed) > 0 }

    /// Watches from now on.
    static func watch() {
        // Read once here, so that the handler never meets it before it is made.
        _ = isRaised
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { number in
                // Only what is safe inside a signal handler: an atomic, write and _exit.
                if signalsSeen.add(1, ordering: .relaxed).oldValue > 0 {
                    _exit(128 + number)
                }
                let text: StaticString = "\nstopping: the run is saved after this step (once more: stop at once)\n"
                _ = unsafe write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
            }
        }
    }
}
