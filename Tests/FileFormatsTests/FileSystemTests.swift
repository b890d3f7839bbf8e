import Foundation
import Synchronization
import Testing

@testable import FileFormats

@Suite("Files")
struct FileSystemTests {
    @Test("come back as they were written, whatever their size", arguments: [0, 1, 4_095, 3 << 20])
    func roundTrip(size: Int) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try FileSystem.writeAtomically(content, to: path)
        #expect(try FileSystem.read(path) == content)
        #expect(try folder.names() == ["file"])
    }

    @Test("are replaced whole, also under the longest name")
    func replace() throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "n", count: 255)
        try FileSystem.writeAtomically([1, 2, 3], to: "\(folder.path)/\(name)")
        try FileSystem.writeAtomically([4], to: "\(folder.path)/\(name)")
        #expect(try FileSystem.read("\(folder.path)/\(name)") == [4])
        #expect(try folder.names() == [name])
    }

    @Test("that are not there, or are folders, or too large, are errors that say so")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let missing = "\(folder.path)/missing"
        let error = #expect(throws: FileFormatError.self) { try FileSystem.read(missing) }
        #expect(error?.path == missing)
        #expect(error?.description.contains("No such file or directory") == true)
        #expect(
            throws: FileFormatError(path: folder.path, problem: "is a folder", advice: "name a file")
        ) { try FileSystem.read(folder.path) }
        try FileSystem.writeAtomically([1, 2, 3], to: "\(folder.path)/three")
        #expect(try FileSystem.read("\(folder.path)/three", limit: 3) == [1, 2, 3])
        let tooLarge = #expect(throws: FileFormatError.self) {
            try FileSystem.read("\(folder.path)/three", limit: 2)
        }
        #expect(tooLarge?.problem == "is larger than 2 bytes")
    }

    @Test("that cannot be written are errors, and leave nothing behind")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileFormatError.self) { try FileSystem.writeAtomically([1], to: "\(folder.path)/no/file") }
        // A folder stands in the file's place.
        try FileManager.default.createDirectory(atPath: "\(folder.path)/taken", withIntermediateDirectories: false)
        let error = #expect(throws: FileFormatError.self) {
            try FileSystem.writeAtomically([1], to: "\(folder.path)/taken")
        }
        #expect(error?.description.contains("Is a directory") == true)
        #expect(try folder.names() == ["taken"])
    }

    @Test("hold what one of their writers wrote, when several write at once")
    func concurrentWriters() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        let size = 100_000
        try FileSystem.writeAtomically([UInt8](repeating: 0, count: size), to: path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...4 {
                group.addTask {
                    for _ in 0..<10 {
                        try FileSystem.writeAtomically([UInt8](repeating: UInt8(writer), count: size), to: path)
                        let seen = try FileSystem.read(path)
                        #expect(seen.count == size && Set(seen).count == 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try folder.names() == ["file"])
    }
}

/// A system call of an atomic write, and how it fails.
enum Fault: CaseIterable {
    case diskFullAtOnce, diskFullHalfway, nothingTaken, syncFails, closeFails, renameFails

    /// The real calls, but for the fault.
    var calls: AtomicWriteCalls {
        var calls = AtomicWriteCalls.system
        let system = calls
        switch self {
        case .diskFullAtOnce:
            calls.write = { _, _ in -Int(ENOSPC) }
        case .diskFullHalfway:
            calls.write = { descriptor, bytes in
                bytes.startIndex >= 30 ? -Int(ENOSPC) : system.write(descriptor, bytes.prefix(10))
            }
        case .nothingTaken:
            calls.write = { _, _ in 0 }
        case .syncFails:
            calls.synchronize = { _ in -Int(EIO) }
        case .closeFails:
            calls.close = { descriptor in
                _ = system.close(descriptor)
                return -Int(ENOSPC)
            }
        case .renameFails:
            calls.rename = { _, _ in -Int(EXDEV) }
        }
        return calls
    }

    var reason: Int32 {
        switch self {
        case .diskFullAtOnce, .diskFullHalfway, .closeFails: ENOSPC
        case .nothingTaken, .syncFails: EIO
        case .renameFails: EXDEV
        }
    }

    var byteOffset: Int? {
        switch self {
        case .diskFullAtOnce, .nothingTaken: 0
        case .diskFullHalfway: 30
        case .syncFails, .closeFails, .renameFails: nil
        }
    }
}

@Suite("Writing that fails")
struct FailingWriteTests {
    let content = [UInt8](repeating: 7, count: 64)

    @Test("leaves the previous file and no other", arguments: Fault.allCases)
    func faults(fault: Fault) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try FileSystem.writeAtomically([1, 2, 3], to: path)
        let error = #expect(throws: FileFormatError.self) {
            try FileSystem.writeAtomically(content, to: path, calls: fault.calls)
        }
        #expect(error?.path == path)
        #expect(error?.byteOffset == fault.byteOffset)
        #expect(error?.problem.hasSuffix(unsafe String(cString: strerror(fault.reason))) == true)
        #expect(try FileSystem.read(path) == [1, 2, 3])
        #expect(try folder.names() == ["file"])
    }

    @Test("is not what short writes and interruptions are")
    func shortWrites() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        var calls = AtomicWriteCalls.system
        let interruptions = Interruptions()
        calls.write = { descriptor, bytes in
            interruptions.next() ? -Int(EINTR) : AtomicWriteCalls.system.write(descriptor, bytes.prefix(5))
        }
        try FileSystem.writeAtomically(content, to: path, calls: calls)
        #expect(try FileSystem.read(path) == content)
    }

    @Test("is told apart from a folder that cannot be synced")
    func folderSync() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        for (code, isError) in [(EINVAL, false), (EIO, true)] {
            var calls = AtomicWriteCalls.system
            let fileIsSynced = Interruptions()
            calls.synchronize = { descriptor in
                fileIsSynced.next() ? AtomicWriteCalls.system.synchronize(descriptor) : -Int(code)
            }
            if isError {
                #expect(throws: FileFormatError.self) {
                    try FileSystem.writeAtomically(content, to: path, calls: calls)
                }
            } else {
                try FileSystem.writeAtomically(content, to: path, calls: calls)
            }
            #expect(try FileSystem.read(path) == content)
        }
    }

    @Test("by the kernel's own refusal leaves the previous file and no other")
    func realRefusal() async {
        // In a process of its own: the limit holds for all that a process writes.
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/file"
            try FileSystem.writeAtomically([1, 2, 3], to: path)
            _ = signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4_096, rlim_max: 4_096)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let error = #expect(throws: FileFormatError.self) {
                try FileSystem.writeAtomically([UInt8](repeating: 7, count: 10_000), to: path)
            }
            #expect(error?.byteOffset == 4_096)
            #expect(error?.description.contains("File too large") == true)
            #expect(try FileSystem.read(path) == [1, 2, 3])
            #expect(try folder.names() == ["file"])
        }
    }
}

/// True, false, true, …
private final class Interruptions: Sendable {
    private let calls = Mutex(0)

    func next() -> Bool {
        calls.withLock { count in
            count += 1
            return count % 2 == 1
        }
    }
}
