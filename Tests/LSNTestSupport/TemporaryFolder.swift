import Foundation

/// Where this process keeps its temporary folders; it goes when the process ends.
private let root: URL = {
    let url = FileManager.default.temporaryDirectory.appending(path: "lsn-test-\(UUID().uuidString)")
    atexit { try? FileManager.default.removeItem(at: root) }
    return url
}()

/// A folder of its own for a test.
package struct TemporaryFolder: Sendable {
    /// Where it is.
    package let path: String

    /// A new one, empty.
    package init() throws {
        let url = root.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, whose folders are made.
    package func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(filePath: file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// Writes a text.
    package func write(_ text: String, to name: String) throws {
        try write(Array(text.utf8), to: name)
    }

    /// Removes a file.
    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: file(name))
    }

    /// The names of all that is in it, hidden files too.
    package func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
