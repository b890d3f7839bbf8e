import Foundation
import LSNFileFormats
import LSNHostSystem
import LSNTensorBoardMessages
import SwiftProtobuf

/// One event file of a folder, which only grows.
final class EventFile: Sendable {
    /// What TensorBoard looks for in a folder.
    private static let prefix = "events.out.tfevents."
    /// The version of the format, with which every file begins.
    private static let version = "brain.Event:2"

    let path: String
    private let file: GrowingFile

    /// A new file, which is read after all that the folder holds.
    ///
    /// - Parameters:
    ///   - folder: where it is made.
    ///   - step: whoever reads forgets every event of the files before that has this step or a later one.
    convenience init(in folder: String, startingAt step: Int) throws(FileFormatError) {
        // Files are read in the order of their names, so the number in the name must be higher than those before, and
        // have as many digits; the process's number keeps two apart that start in the same second.
        let now = Int(Date().timeIntervalSince1970)
        let newest = Self.paths(in: folder).compactMap(Self.number).max() ?? 0
        let number = max(now, newest < now + Self.longestLead ? newest + 1 : 0)
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, 10 - digits.count))
        let name = "\(Self.prefix)\(padding)\(digits).lsn.\(ProcessInfo.processInfo.processIdentifier).0"
        let path = HostPath.join(folder, name)
        try FileSystem.writeAtomicallyUnsynced([], to: path)
        try self.init(existing: path, startingAt: step)
    }

    /// An empty file that exists.
    init(existing path: String, startingAt step: Int) throws(FileFormatError) {
        self.path = path
        file = try FileSystem.reported { () throws(FileWriteError) in try GrowingFile(path) }
        var first = Event()
        first.fileVersion = Self.version
        var start = Event()
        start.step = Int64(step)
        // TensorBoard takes the first START of a run as its beginning and obeys the later ones only.
        start.sessionLog.status = .start
        try append([first, start])
    }

    /// Adds events, each with the present as its time.
    ///
    /// - Throws: `FileFormatError`; the file's last record may then be cut off, and nothing may be added any more.
    func append(_ events: [Event]) throws(FileFormatError) {
        let bytes: [UInt8]
        do {
            bytes = try Self.encode(events, wallTime: Date().timeIntervalSince1970)
        } catch {
            throw FileFormatError(path: path, problem: "cannot hold the events: \(error)")
        }
        try FileSystem.reported { () throws(FileWriteError) in try file.append(bytes, isSynced: false) }
    }

    /// The records of events at a time in seconds since 1970.
    static func encode(_ events: [Event], wallTime: Double) throws -> [UInt8] {
        try events.flatMap { event in
            var event = event
            event.wallTime = wallTime
            return Records.record(try event.serializedBytes())
        }
    }

    /// The event files of a folder, in the order in which they are read.
    static func paths(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.sorted()
            .map { HostPath.join(folder, $0) }
    }

    /// The events of a file, as far as they can be read.
    static func events(_ path: String) throws(FileFormatError) -> [Event] {
        // A record whose checksum is right and that is no event is another program's.
        Records.payloads(try FileSystem.read(path)).compactMap { try? Event(serializedBytes: $0) }
    }

    /// A clock that was wrong by more than a year when a file was written is not followed.
    private static let longestLead = 366 * 86400

    /// The time in a file's name.
    private static func number(_ path: String) -> Int? {
        let name = path.split(separator: "/").last ?? ""
        return Int(name.dropFirst(prefix.count).prefix { $0 != "." })
    }
}
