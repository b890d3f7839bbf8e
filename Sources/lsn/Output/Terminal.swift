import Foundation
import LSNCommunication
import LSNFileFormats
import LSNTraining
import Synchronization

/// The terminal, or what stands in for it.
///
/// Names and texts of files end up in what is written, and an escape sequence in them would be obeyed: whatever is written
/// here shows control characters by their names (``PrintableText``), but for the few that this program writes itself.
enum Terminal {
    /// Whether standard output is a terminal that can move its cursor. That of a rank never is: mpirun gives it one of its own,
    /// wherever the output goes.
    static var isInteractive: Bool { isLive(STDOUT_FILENO) && !Ranks.all.isShared }

    /// Whether standard error is one: progress goes there, so that it is seen where the output goes to a file.
    static var showsErrorsLive: Bool { isLive(STDERR_FILENO) }

    private static func isLive(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Whether standard output takes colours: a terminal, and NO_COLOR is not set (https://no-color.org).
    static var isColoured: Bool {
        isInteractive && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Columns of standard output; 80 where they cannot be told.
    static var columns: Int { columns(STDOUT_FILENO) }

    /// Columns of standard error.
    static var errorColumns: Int { columns(STDERR_FILENO) }

    private static func columns(_ descriptor: Int32) -> Int {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes at once, unbuffered. A reader that has gone misses it: there is nobody to tell.
    static func write(_ text: String) {
        put(PrintableText.lines(text), to: STDOUT_FILENO)
    }

    /// Writes lines whose styles are this program's own, see ``ProgressText``.
    static func writeStyled(_ text: String) {
        put(styled(text), to: STDOUT_FILENO)
    }

    /// Writes text for programs, in which nothing may be changed.
    static func writeUnchanged(_ text: String) {
        put(text, to: STDOUT_FILENO)
    }

    /// Writes to standard error.
    static func writeError(_ text: String) {
        put(PrintableText.lines(text), to: STDERR_FILENO)
    }

    /// Puts a line in the place of the one that the cursor is in, as much of it as there are columns for: what wraps could not
    /// be taken away again.
    static func showLine(_ line: String) {
        put(clear + DisplayWidth.cut(styled(line), to: columns - 1), to: STDOUT_FILENO)
    }

    /// Removes the line that the cursor is in.
    static func clearLine() {
        put(clear, to: STDOUT_FILENO)
    }

    /// As ``showLine(_:)``, on standard error.
    static func showErrorLine(_ line: String) {
        put(clear + DisplayWidth.cut(styled(line), to: errorColumns - 1), to: STDERR_FILENO)
    }

    /// As ``clearLine()``, on standard error.
    static func clearErrorLine() {
        put(clear, to: STDERR_FILENO)
    }

    /// Throws where standard output goes to a file that did not take all of it.
    static func checkOutput() throws {
        let code = lostCode.load(ordering: .relaxed)
        guard code != 0 else { return }
        let reason = unsafe String(cString: strerror(code))
        throw CheckFailure("standard output could not be written: \(reason); what was printed is not complete")
    }

    /// Opens /dev/null for standard streams that were closed before the program began: a file that is opened later would get
    /// their number, and what is printed.
    static func fillStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }

    private static let lostCode = Atomic<Int32>(0)

    /// To the line's start, and nothing in it.
    private static let clear = "\r\u{1B}[2K"

    /// Text in which the styles of ``ProgressText`` are left, and no other control sequence.
    private static func styled(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let escape = rest.firstIndex(of: "\u{1B}") {
            result += PrintableText.lines(String(rest[..<escape]))
            let style = ProgressText.styles.first { rest[escape...].hasPrefix($0) }
            result += style ?? PrintableText.lines("\u{1B}")
            rest = rest[escape...].dropFirst(style?.count ?? 1)
        }
        return result + PrintableText.lines(String(rest))
    }

    private static func put(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Another program that shares the terminal may have made it one that does not wait.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&ready, 1, -1)
            case ENOSPC, EDQUOT, EFBIG:
                if descriptor == STDOUT_FILENO { lostCode.store(errno, ordering: .relaxed) }
                return
            default: return
            }
        }
    }
}
