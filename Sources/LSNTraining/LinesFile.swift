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
        if !FileManager.default.fileExists(atPath: path) {
            try FileSystem.writeAtomically([], to: path)
        }
        try FileSystem.append(Array((line + "\n").utf8), to: path)
    }

    /// Puts `lines` in the place of all that stands there.
    func replace(with lines: [String]) throws(FileFormatError) {
        try FileSystem.writeAtomically(Array(lines.map { $0 + "\n" }.joined().utf8), to: path)
    }
}
