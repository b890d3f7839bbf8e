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

    /// The names of all that is in it, hidden files too.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}

/// The bytes that pairs of hexadecimal digits name.
func bytes(hex text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
