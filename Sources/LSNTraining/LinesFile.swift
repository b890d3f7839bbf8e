import Foundation
import LSNFileFormats

/// A file of lines that grows while a run goes on.
struct LinesFile: Sendable {
    /// Where the file is; it need not exist.
    let path: String

    /// Every line in order; none where there is no file.
    func lines() throws(FileFormatError) -> [String] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    /// Adds a line and waits until it is on disk.
    func append(_ line: String) throws(FileFormatError) {
        do {
            if !FileManager.default.fileExists(atPath: path) {
                try FileSystem.writeAtomically([], to: path)
            }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data((line + "\n").utf8))
            try handle.synchronize()
        } catch let error as FileFormatError {
            throw error
        } catch {
            throw FileFormatError(
                path: path,
                problem: "could not be written: \(error.localizedDescription)",
                advice: "Make room on the disk or choose another --output"
            )
        }
    }

    /// Puts `lines` in the place of all that stands there.
    func replace(with lines: [String]) throws(FileFormatError) {
        try FileSystem.writeAtomically(Array(lines.map { $0 + "\n" }.joined().utf8), to: path)
    }
}
