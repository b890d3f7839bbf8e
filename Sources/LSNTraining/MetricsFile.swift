public import LSNFileFormats

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
        try file.lines().compactMap { EpochRecord.parse(line: $0) }
    }

    /// Adds a line and waits until it is on disk.
    public func append(_ record: EpochRecord) throws(FileFormatError) {
        try file.append(record.line)
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
        try file.replace(with: kept.map(\.line))
    }

    private var file: LinesFile { LinesFile(path: path) }
}
