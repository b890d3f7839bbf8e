import Foundation

/// The terminal, or what stands in for it.
enum Terminal {
    /// Whether standard output is a terminal that can move its cursor.
    static var isInteractive: Bool { isLive(STDOUT_FILENO) }

    /// Whether standard error is one: progress goes there, so that it is seen where the output goes to a file.
    static var showsErrorsLive: Bool { isLive(STDERR_FILENO) }

    private static func isLive(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Whether standard output takes colours: a terminal, and NO_COLOR is not set (https://no-color.org).
    static var isColoured: Bool {
        isInteractive && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Characters of a line of standard output; 80 where it cannot be told.
    static var columns: Int { columns(STDOUT_FILENO) }

    /// Characters of a line of standard error.
    static var errorColumns: Int { columns(STDERR_FILENO) }

    private static func columns(_ descriptor: Int32) -> Int {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes at once, unbuffered. What cannot be written is lost: there is nobody to tell.
    static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    /// Writes to standard error.
    static func writeError(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
