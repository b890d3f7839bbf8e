import Foundation
import LSNCLibrary
import Synchronization

/// The texts of a thread's last call, as C has them.
@safe private final class ThreadMessages {
    private static let key = "lsn.messages"

    private(set) var message = unsafe text("")
    private(set) var warning = unsafe text("")

    /// Those of this thread.
    static var current: ThreadMessages {
        let values = Thread.current.threadDictionary
        if let found = values[key] as? ThreadMessages { return found }
        let made = ThreadMessages()
        values[key] = made
        return made
    }

    deinit {
        unsafe message.deallocate()
        unsafe warning.deallocate()
    }

    func set(message: String, warning: String) {
        unsafe self.message.deallocate()
        unsafe self.warning.deallocate()
        unsafe self.message = Self.text(message)
        unsafe self.warning = Self.text(warning)
    }

    /// A copy with a closing 0; a 0 inside would end it for C.
    private static func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = text.utf8.map { CChar(bitPattern: $0 == 0 ? UInt8(ascii: "?") : $0) } + [0]
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        unsafe memory.initialize(from: bytes, count: bytes.count)
        return unsafe memory
    }
}

/// What a call finds worth knowing.
final class CallWarnings: Sendable {
    private let lines = Mutex<[String]>([])

    func say(_ line: String) { lines.withLock { $0.append(line) } }

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
}

/// Runs a function of C: an error becomes a code and the thread's message.
func call(_ body: (CallWarnings) throws -> Void) -> lsn_status {
    let warnings = CallWarnings()
    var (code, message) = (lsn_status(LSN_OK), "")
    do {
        try body(warnings)
    } catch {
        (code, message) = (status(of: error), "\(error)")
    }
    ThreadMessages.current.set(message: message, warning: warnings.text)
    return code
}

/// The thread's message.
@c @implementation
public func lsn_message() -> UnsafePointer<CChar>? { unsafe UnsafePointer(ThreadMessages.current.message) }

/// The thread's warnings.
@c @implementation
public func lsn_warning() -> UnsafePointer<CChar>? { unsafe UnsafePointer(ThreadMessages.current.warning) }
