import Foundation
import LSNHostSystem

#if canImport(Glibc)
    import Glibc
#endif

/// Keeps other processes out of a folder for as long as it lives. The system frees the lock when the process ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Locks `folder`.
    init(folder: String) throws {
        let path = HostPath.join(folder, ".lock")
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw ConfigurationError.badRunFolder(
                path: folder,
                problem: "cannot be written to: \(reason)",
                advice: "Check the folder's permissions, or choose another --output"
            )
        }
        guard Self.lock(descriptor) else {
            let reason = errno
            _ = close(descriptor)
            if reason == EWOULDBLOCK {
                throw TrainingError.runInUse(path: folder)
            }
            // Some network file systems know no locks; training there is as safe as its user is careful.
            self.descriptor = -1
            return
        }
        self.descriptor = descriptor
    }

    /// Tries for two seconds: a process that was just killed, or a child that another thread is about to start, may
    /// still hold the folder for a moment.
    private static func lock(_ descriptor: Int32) -> Bool {
        for _ in 0..<40 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK else { return false }
            usleep(50_000)
        }
        errno = EWOULDBLOCK
        return false
    }

    /// Whether a process holds the lock of `folder`; false where nobody ever locked it.
    static func isHeld(folder: String) -> Bool {
        // Whatever stands there: opening a pipe would wait for its other end.
        let descriptor = unsafe open(HostPath.join(folder, ".lock"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        // A shared lock for a moment: whoever wants to train meanwhile tries again.
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    deinit {
        if descriptor >= 0 {
            _ = close(descriptor)
        }
    }
}
