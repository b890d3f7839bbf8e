import Foundation
package import LSNFileFormats
import LSNHostSystem
import LSNTraining

/// What the files of a run's folder say, as far as they can be read.
///
/// A file that is missing or damaged costs its part of the report and is named in ``notes``.
package struct RunContents: Sendable {
    /// The folder, as it was named.
    package let folder: String
    /// What could not be read, in words.
    package private(set) var notes: [String] = []
    /// How the run stands.
    package var status: RunStatus
    var configuration: JSONValue = .object([:])
    /// By epoch, ascending.
    var epochs: [EpochLine] = []
    /// Of a few epochs: the first, one in the middle, and the last.
    var blocks: [BlocksLine] = []
    var profile: ProfileFile?
    var memory: MemoryFile?
    var test: TestFile?
    var confusion: ConfusionFile?

    /// Reads the folder of a run.
    ///
    /// - Parameters:
    ///   - folder: what `lsn train` wrote.
    ///   - status: how the run stands; nil: as `status.json`, the metrics and the folder's lock tell.
    /// - Throws: `FileFormatError` where the folder holds no run.
    package init(folder: String, status: RunStatus? = nil) throws(FileFormatError) {
        self.folder = folder
        self.status = status ?? RunStatus(state: .stopped, epoch: 0, epochs: nil, step: 0)
        guard Self.exists("config.json", in: folder) || Self.exists("metrics.jsonl", in: folder) else {
            throw FileFormatError(
                path: folder,
                problem: "is no folder of a run (there is no config.json)",
                advice: "give a folder that lsn train wrote"
            )
        }
        if let value = whole("config.json", as: JSONValue.self) { configuration = value }
        epochs = lines("metrics.jsonl", as: EpochLine.self) { Array($0.indices) }
        // A run that was continued may have left two lines of an epoch: the later one stands.
        var latest: [Int: EpochLine] = [:]
        for line in epochs { latest[line.epoch] = line }
        epochs = latest.values.sorted { $0.epoch < $1.epoch }
        blocks = lines("blocks.jsonl", as: BlocksLine.self, choosing: Self.firstMiddleLast)
        profile = whole("profile.json", as: ProfileFile.self)
        memory = whole("memory.json", as: MemoryFile.self)
        test = whole("test.json", as: TestFile.self)
        confusion = whole("confusion.json", as: ConfusionFile.self)
        if let found = confusion, !found.isMatrix {
            notes.append("confusion.json: its rows are no matrix of counts")
            confusion = nil
        }
        if status == nil {
            self.status = readStatus()
        }
    }

    /// What the process that trained wrote last, if it is still true.
    private mutating func readStatus() -> RunStatus {
        let total = option("epochs", in: "learning")?.integer
        let last = epochs.last
        var status =
            whole("status.json", as: RunStatus.self)
            ?? RunStatus(
                state: total.map { last?.epoch ?? 0 >= $0 } ?? false
                    ? .finished : RunFolder.isInUse(folder) ? .running : .stopped,
                epoch: last?.epoch ?? 0,
                epochs: total,
                step: last?.step ?? 0
            )
        if status.state == .running, !RunFolder.isInUse(folder) {
            status.state = .killed
        }
        return status
    }

    /// The lines of a file with a line an epoch to look at: reading all of a long run's would take long.
    private static func firstMiddleLast(_ lines: [ArraySlice<UInt8>]) -> [Int] {
        guard lines.count > 2 else { return Array(lines.indices) }
        return [0, (lines.count - 1) / 2, lines.count - 1]
    }

    private static func exists(_ name: String, in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: HostPath.join(folder, name))
    }

    /// A file that holds one value; nil where it is missing or damaged.
    private mutating func whole<Value: Decodable>(_ name: String, as type: Value.Type) -> Value? {
        guard Self.exists(name, in: folder) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(FileSystem.read(HostPath.join(folder, name))))
        } catch {
            notes.append("\(name): \(Self.reason(error))")
            return nil
        }
    }

    /// Some lines of a file with a value a line; of those that cannot be read, the first is named. A last line without
    /// an end is one that is being written.
    private mutating func lines<Value: Decodable>(
        _ name: String,
        as type: Value.Type,
        choosing choose: ([ArraySlice<UInt8>]) -> [Int]
    ) -> [Value] {
        guard Self.exists(name, in: folder) else { return [] }
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.read(HostPath.join(folder, name))
        } catch {
            notes.append("\(name): \(Self.reason(error))")
            return []
        }
        let lines = bytes.split(separator: 0x0A)
        let decoder = JSONDecoder()
        var values: [Value] = []
        var damaged: [(line: Int, reason: String)] = []
        for index in choose(lines) {
            do {
                values.append(try decoder.decode(type, from: Data(lines[index])))
            } catch {
                damaged.append((index + 1, Self.reason(error)))
            }
        }
        if let first = damaged.first {
            let more = damaged.count > 1 ? " (and \(damaged.count - 1) more lines)" : ""
            notes.append("\(name), line \(first.line)\(more): \(first.reason)")
        }
        return values
    }

    /// What went wrong, in a line.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as FileFormatError: error.problem
        case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is not what it should be"
        case is DecodingError: "is not JSON"
        default: "\(error)"
        }
    }
}
