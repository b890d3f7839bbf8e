public import FileFormats
import Foundation

/// `metrics.jsonl`: one record a line, added as epochs end.
public struct MetricsFile: Sendable {
    /// Where the file is.
    public let path: String

    /// The file at `path`, which need not exist.
    public init(path: String) {
        self.path = path
    }

    /// Every record in order; lines that are none, such as one that was cut off, are left out.
    public func records() throws(FileFormatError) -> [EpochRecord] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
        return text.split(separator: "\n").compactMap { EpochRecord.parse(line: String($0)) }
    }

    /// Adds a line and waits until it is on disk.
    public func append(_ record: EpochRecord) throws(FileFormatError) {
        do {
            if !FileManager.default.fileExists(atPath: path) {
                try FileSystem.writeAtomically([], to: path)
            }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data((record.line + "\n").utf8))
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

    /// Makes the file agree with a checkpoint: lines of epochs after `epochs` are dropped, and the line of the last one
    /// is put back where the process was killed between the checkpoint and its line.
    ///
    /// - Parameters:
    ///   - epochs: finished at the checkpoint.
    ///   - last: the record of the last of them.
    public func keep(epochs: Int, last: EpochRecord?) throws(FileFormatError) {
        var kept = try records().filter { $0.epoch <= epochs }
        if let last, kept.last?.epoch != last.epoch {
            kept.append(last)
        }
        let text = kept.map { $0.line + "\n" }.joined()
        try FileSystem.writeAtomically(Array(text.utf8), to: path)
    }
}
