import Foundation
import LSNHostSystem
import Synchronization

/// Compiled programs on disk, so that the next run need not compile them.
///
/// A program is filed under a hash of its source with everything included, its options, and its device, driver and
/// platform: an upgraded driver finds nothing. What it loads is code, so only files that belong to this user, in a folder
/// that is this user's alone, are taken. A damaged file counts as missing and is replaced. Writers need no lock: a file
/// appears whole, by renaming, and two writers of the same program write the same. Nothing here ever fails a run: without
/// a cache, programs are compiled.
public final class ProgramCache: Sendable {
    /// The folder.
    public let directory: String

    private let hasTidied = Atomic<Bool>(false)

    /// A cache in a folder, which is made when the first program is stored.
    public init(directory: String) {
        self.directory = directory
    }

    /// The user's own cache: in the folder `programs` of $LSN_CACHE_DIR, else $XDG_CACHE_HOME/lsn, else ~/.cache/lsn. Only that
    /// folder is closed to others.
    ///
    /// - Returns: `nil` where that folder cannot be made or is not this user's own.
    public static func standard() -> ProgramCache? {
        guard let directory = standardDirectory(ProcessInfo.processInfo.environment),
            PrivateFolder.prepare(directory)
        else { return nil }
        return ProgramCache(directory: directory)
    }

    static func standardDirectory(_ environment: [String: String]) -> String? {
        CacheFolder.standard(environment).map { HostPath.join($0, "programs") }
    }

    /// What looking for a program gave.
    enum Lookup: Equatable {
        case found([UInt8])
        case missing
        /// There is a file, but it is damaged, of another layout, or somebody else's.
        case unusable
    }

    func load(_ key: CacheKey) -> Lookup {
        guard PrivateFolder.isPrivate(directory) else { return .missing }
        let path = HostPath.join(directory, key.fileName)
        guard PrivateFile.exists(path) else { return .missing }
        guard let bytes = PrivateFile.read(path), let program = CacheEntry.parse(bytes, key: key) else {
            return .unusable
        }
        PrivateFile.touch(path)
        return .found(program)
    }

    /// Files a program.
    ///
    /// - Returns: whether that succeeded.
    @discardableResult
    func store(_ program: [UInt8], for key: CacheKey) -> Bool {
        guard PrivateFolder.prepare(directory) else { return false }
        if !hasTidied.exchange(true, ordering: .relaxed) {
            PrivateFolder.removeFiles(in: directory, where: CacheKey.isFileName, unusedForDays: 30)
        }
        return PrivateFile.replace(
            HostPath.join(directory, key.fileName),
            with: CacheEntry.serialize(program, key: key)
        )
    }
}
