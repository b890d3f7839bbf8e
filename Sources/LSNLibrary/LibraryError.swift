import LSNCLibrary
import LSNDevices
import LSNOpenCLRuntime
import LSNTensors
import LSNTraining

/// What callers of C do wrong, in words.
enum LibraryError: Error, CustomStringConvertible {
    /// An argument that cannot be used.
    case badArgument(String)
    /// A number that stands for nothing.
    case noHandle(UInt64)
    /// The network is in another call.
    case busy
    /// The caller's memory is too small.
    case tooSmall(what: String, room: Int, needed: Int)

    /// What happened, and what to do.
    var description: String {
        switch self {
        case .badArgument(let text): text
        case .noHandle(let handle): "\(handle) is no handle: it was freed, or never was. Open or load anew"
        case .busy:
            "the network is in a call of another thread, or this is its callback: one call at a time. Wait for it, or load the "
                + "network once for each thread"
        case .tooSmall(let what, let room, let needed):
            "\(what): there is room for \(room), and \(needed) are needed"
        }
    }
}

/// The code of an error. Who calls is told of its own mistakes as such; what the job met is the job's.
func status(of error: any Error) -> lsn_status {
    let code =
        switch error {
        case LibraryError.badArgument: LSN_BAD_INPUT
        case LibraryError.noHandle: LSN_NO_HANDLE
        case LibraryError.busy: LSN_BUSY
        case LibraryError.tooSmall: LSN_TOO_SMALL
        case BackendError.mismatch: LSN_BAD_INPUT
        case is TrainingError, is BackendError: LSN_FAILED
        case let error as OpenCLError: error.isBadInput ? LSN_BAD_INPUT : LSN_FAILED
        default: LSN_BAD_INPUT
        }
    return lsn_status(code)
}
