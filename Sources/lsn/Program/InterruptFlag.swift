import Foundation
import Synchronization

/// Signals that came so far. A signal handler can reach nothing but globals.
private let signalsSeen = Atomic<Int>(0)
/// Whether the terminal went away, or a scheduler gave notice.
private let hungUp = Atomic<Bool>(false)

/// Remembers Ctrl-C (SIGINT), SIGTERM, the end of the terminal (SIGHUP) and a scheduler's notice (SIGUSR1, as of
/// Slurm's --signal=USR1@90), so that a run can save before it stops. A second SIGINT or SIGTERM ends the process at once; SIGHUP never does, since shell and kernel each send one, and systemd sends one
/// after SIGTERM.
enum InterruptFlag {
    /// Whether a signal has come.
    static var isRaised: Bool { signalsSeen.load(ordering: .relaxed) > 0 || hungUp.load(ordering: .relaxed) }

    /// Watches from now on.
    static func watch() {
        // Read once here, so that no handler meets them before they are made.
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
        _ = signal(SIGUSR1) { _ in hungUp.store(true, ordering: .relaxed) }
        // Who ignores the end of the terminal (nohup) wants the run to go on.
        if !isIgnored(SIGHUP) {
            _ = signal(SIGHUP) { _ in hungUp.store(true, ordering: .relaxed) }
        }
    }

    /// Watches no longer: what follows has nothing to save, and signals end it as they end any program.
    static func unwatch() {
        for number in [SIGINT, SIGTERM, SIGUSR1] + (isIgnored(SIGHUP) ? [] : [SIGHUP]) {
            _ = signal(number, SIG_DFL)
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        let (handler, ignore) = unsafe (action.__sigaction_handler.sa_handler, SIG_IGN)
        return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(ignore, to: Int.self)
    }
}
