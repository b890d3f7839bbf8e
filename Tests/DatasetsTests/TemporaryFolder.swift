import Foundation

/// Where this process keeps its temporary folders; it goes when the process ends.
private let root: URL = {
    let url = FileManager.default.temporaryDirectory.appending(path: "lsn-test-\(UUID().uuidString)")
    atexit { try? FileManager.default.removeItem(at: root) }
    return url
}()

/// A folder of its own for a test.
struct TemporaryFolder {
    let path: String

    init() throws {
        let url = root.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
}
