import Foundation
import LSNHostSystem
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNFileFormats

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

    // The limit is there for a reader that waits for the other end of a pipe.
    @Test(
        "are read where they are regular, links followed; pipes, sockets and devices are not opened",
        .timeLimit(.minutes(1))
    )
    func irregular() throws {
        let folder = try TemporaryFolder()
        let pipe = "\(folder.path)/pipe.jpg"
        let made = unsafe mkfifo(pipe, 0o600)
        #expect(made == 0)
        let socket = "\(folder.path)/s"
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = socket.utf8.map { CChar(bitPattern: $0) }
        try #require(name.count < 108)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: name.map { UInt8(bitPattern: $0) })
        }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        for (target, link) in [(pipe, "p"), ("/dev/zero", "d"), ("/dev/null", "n"), (socket, "k")] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(link)", withDestinationPath: target)
        }
        let cases = [
            (pipe, "a pipe"), ("\(folder.path)/p", "a pipe"), ("/dev/zero", "a device"),
            ("\(folder.path)/d", "a device"),
            ("\(folder.path)/n", "a device"), (socket, "a socket"), ("\(folder.path)/k", "a socket"),
        ]
        for (path, kind) in cases {
            let error = #expect(throws: FileFormatError.self) { try FileSystem.read(path) }
            #expect(error?.problem == "is \(kind), and only regular files are read here", "\(path)")
        }
        #expect(throws: FileFormatError.self) { try FileSystem.read(socket, acceptsStreams: true) }
        // Streams that the caller accepts are read to their end, or to the limit.
        let nothing = try FileSystem.read("/dev/null", acceptsStreams: true)
        #expect(nothing == [])
        let endless = #expect(throws: FileFormatError.self) {
            try FileSystem.read("/dev/zero", limit: 1 << 20, acceptsStreams: true)
        }
        #expect(endless?.problem == "is larger than 1048576 bytes")
        let writer = Thread {
            // Waits until the pipe is opened for reading.
            let end = unsafe open(pipe, O_WRONLY)
            let count = unsafe write(end, [1, 2, 3] as [UInt8], 3)
            #expect(count == 3)
            close(end)
        }
        writer.start()
        #expect(try FileSystem.read(pipe, acceptsStreams: true) == [1, 2, 3])
        try FileSystem.writeAtomically([7], to: "\(folder.path)/file")
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/f", withDestinationPath: "file")
        #expect(try FileSystem.read("\(folder.path)/f") == [7])
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
    var calls: FileCalls {
        var calls = FileCalls.system
        let system = calls
        switch self {
        case .diskFullAtOnce:
            calls.write = { _, _ in -Int(ENOSPC) }
        case .diskFullHalfway:
            calls.write = { descriptor, bytes in
                bytes.count <= 34 ? -Int(ENOSPC) : system.write(descriptor, bytes.prefix(10))
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

    /// In one piece.
    private func write(to path: String, calls: FileCalls) throws {
        try FileSystem.writeAtomically(to: path, calls: calls) { file in try file.write(content) }
    }

    @Test("leaves the previous file and no other", arguments: Fault.allCases)
    func faults(fault: Fault) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try FileSystem.writeAtomically([1, 2, 3], to: path)
        let error = #expect(throws: FileFormatError.self) {
            try write(to: path, calls: fault.calls)
        }
        #expect(error?.path == path)
        #expect(error?.byteOffset == fault.byteOffset)
        #expect(error?.problem.hasSuffix(unsafe String(cString: strerror(fault.reason))) == true)
        #expect(try FileSystem.read(path) == [1, 2, 3])
        #expect(try folder.names() == ["file"])
    }

    @Test("piece by piece leaves it, too, and says how far it came", arguments: Fault.allCases)
    func pieces(fault: Fault) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try FileSystem.writeAtomically([1, 2, 3], to: path)
        let error = #expect(throws: FileFormatError.self) {
            try FileSystem.writeAtomically(to: path, calls: fault.calls) { file in
                for start in stride(from: 0, to: 64, by: 16) { try file.write(Array(content[start..<start + 16])) }
            }
        }
        // Pieces of 16 bytes are written together.
        #expect(error?.byteOffset == fault.byteOffset)
        #expect(try FileSystem.read(path) == [1, 2, 3])
        #expect(try folder.names() == ["file"])
    }

    @Test("because what is to be written fails leaves the previous file, which stands until the end")
    func contentFails() throws {
        struct NoMore: Error {}
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try FileSystem.writeAtomically([1, 2, 3], to: path)
        #expect(throws: NoMore.self) {
            try FileSystem.writeAtomically(to: path) { file in
                try file.write(content)
                #expect(try FileSystem.read(path) == [1, 2, 3])
                let other = try #require(try folder.names().first { $0 != "file" })
                // A process that is killed here leaves this behind.
                #expect(FileSystem.isTemporary(other))
                throw NoMore()
            }
        }
        #expect(try FileSystem.read(path) == [1, 2, 3])
        #expect(try folder.names() == ["file"])
    }

    @Test("is not what short writes and interruptions are")
    func shortWrites() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        var calls = FileCalls.system
        let interruptions = Interruptions()
        calls.write = { descriptor, bytes in
            interruptions.next() ? -Int(EINTR) : FileCalls.system.write(descriptor, bytes.prefix(5))
        }
        try write(to: path, calls: calls)
        #expect(try FileSystem.read(path) == content)
    }

    @Test("is told apart from a folder that cannot be synced")
    func folderSync() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        for (code, isError) in [(EINVAL, false), (EIO, true)] {
            var calls = FileCalls.system
            let fileIsSynced = Interruptions()
            calls.synchronize = { descriptor in
                fileIsSynced.next() ? FileCalls.system.synchronize(descriptor) : -Int(code)
            }
            if isError {
                #expect(throws: FileFormatError.self) {
                    try write(to: path, calls: calls)
                }
            } else {
                try write(to: path, calls: calls)
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
