import Foundation
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNFileFormats

@Suite("Paths that are written to")
struct WriteTargetTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
    }

    private func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int
    }

    @Test("through links change the file at their end, in its own folder", arguments: [true, false])
    func links(isThere: Bool) throws {
        try FileManager.default.createDirectory(atPath: path("deep"), withIntermediateDirectories: false)
        if isThere { try FileSystem.writeAtomically([1], to: path("deep/file")) }
        try link("deep/second", to: "file")
        try link("first", to: "deep/second")
        try FileSystem.writeAtomically([2, 3], to: path("first"))
        #expect(try FileSystem.read(path("deep/file")) == [2, 3])
        #expect(try folder.names() == ["deep", "first"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("deep")).sorted() == ["file", "second"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("first")) == "deep/second")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("deep/second")) == "file")
    }

    @Test("through links that never end are errors")
    func loops() throws {
        try link("a", to: "b")
        try link("b", to: "a")
        let error = #expect(throws: FileFormatError.self) { try FileSystem.writeAtomically([1], to: path("a")) }
        #expect(error?.path == path("a"))
        #expect(error?.description.contains(unsafe String(cString: strerror(ELOOP))) == true)
        #expect(try folder.names() == ["a", "b"])
    }

    @Test("in caches are never those of a link")
    func caches() throws {
        try FileSystem.writeAtomically([1], to: path("foreign"))
        try link("entry", to: "foreign")
        try FileSystem.writeAtomicallyUnsynced([2], to: path("entry"))
        #expect(try FileSystem.read(path("foreign")) == [1])
        #expect(try FileSystem.read(path("entry")) == [2])
        // Opening a pipe that nobody reads would wait for ever.
        let made = unsafe mkfifo(path("pipe"), 0o600)
        #expect(made == 0)
        try FileSystem.writeAtomicallyUnsynced([3], to: path("pipe"))
        #expect(try FileSystem.read(path("pipe")) == [3])
    }

    @Test("are copied whole, and nothing takes the place of what was there where the source cannot be read")
    func copies() throws {
        let content = (0..<(3 << 20) + 5).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try FileSystem.writeAtomically(content, to: path("from"))
        try FileSystem.copy(path("from"), to: path("to"))
        #expect(try FileSystem.read(path("to")) == content)
        #expect(throws: FileFormatError.self) { try FileSystem.copy(path("missing"), to: path("to")) }
        #expect(try FileSystem.read(path("to")) == content)
        #expect(try folder.names() == ["from", "to"])
    }

    @Test("keep their permissions", arguments: [0o600, 0o640, 0o444, 0o755])
    func permissions(mode: Int) throws {
        try FileSystem.writeAtomically([1], to: path("file"))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path("file"))
        try link("link", to: "file")
        try FileSystem.writeAtomically([2], to: path("link"))
        #expect(try self.mode("file") == mode)
    }

    @Test("are devices that stay what they are")
    func devices() throws {
        try FileSystem.writeAtomically([1], to: "/dev/null")
        try link("null", to: "/dev/null")
        try FileSystem.writeAtomically([1], to: path("null"))
        #expect(try FileSystem.read("/dev/null", acceptsStreams: true) == [])
        let full = #expect(throws: FileFormatError.self) { try FileSystem.writeAtomically([1], to: "/dev/full") }
        #expect(full?.description.contains(unsafe String(cString: strerror(ENOSPC))) == true)
        #expect(try folder.names() == ["null"])
    }

    @Test("are pipes that whoever reads them gets everything from")
    func pipes() throws {
        let pipe = path("pipe")
        let made = unsafe mkfifo(pipe, 0o600)
        try #require(made == 0)
        let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        // A thread of its own: both ends wait for each other, and tests share few.
        let seen = Mutex<[UInt8]>([])
        let isRead = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let bytes = (try? FileSystem.read(pipe, acceptsStreams: true)) ?? []
            seen.withLock { $0 = bytes }
            isRead.signal()
        }
        try FileSystem.writeAtomically(content, to: pipe)
        isRead.wait()
        #expect(seen.withLock { $0 } == content)
        #expect(try folder.names() == ["pipe"])
    }

    /// A shell's `> file` and `>(command)`: the file that the descriptor is open for goes on where it stands.
    @Test("are descriptors of this process", arguments: ["/dev/fd/", "/proc/self/fd/"])
    func descriptors(prefix: String) throws {
        let descriptor = unsafe open(path("file"), O_RDWR | O_CREAT, 0o600)
        defer { close(descriptor) }
        _ = unsafe write(descriptor, "ab", 2)
        try link("link", to: "\(prefix)\(descriptor)")
        try FileSystem.writeAtomically(Array("cd".utf8), to: "\(prefix)\(descriptor)")
        try FileSystem.writeAtomically(Array("ef".utf8), to: path("link"))
        _ = unsafe write(descriptor, "gh", 2)
        #expect(try FileSystem.read(path("file")) == Array("abcdefgh".utf8))
        #expect(try folder.names() == ["file", "link"])
    }
}
