import LSNFileFormats

/// The formats in which recordings of events are read.
public enum EventFormat: String, CaseIterable, Sendable, Codable {
    /// What each file's first bytes say, or its name.
    case auto
    /// AEDAT 2.0 of DVS128 sensors.
    case aedat2
    /// AEDAT 3.1.
    case aedat3
    /// NumPy's arrays t, x, y and p.
    case npz
    /// 40 bits an event, as N-MNIST and N-Caltech101 have them.
    case nmnist
}

/// How files of a format are known and read. A format is added here, and in ``EventFormat``.
struct EventReader: Sendable {
    /// Of errors.
    let title: String
    /// Endings of names, in lower case.
    let endings: Set<String>
    /// The sensor's size; nil where files of the format come from any.
    let sensor: EventSize?
    /// Whether a file's first bytes say that it has this format; nil: its name has to.
    let starts: (@Sendable ([UInt8]) -> Bool)?
    /// The events of a file, or those of a span of microseconds on its clock.
    let read: @Sendable (FileBytes, Range<Int>?) throws(FileFormatError) -> EventStream
}

extension EventFormat {
    /// How files of this format are read; nil for ``auto``.
    var reader: EventReader? {
        switch self {
        case .auto: nil
        case .aedat2:
            EventReader(title: "AEDAT 2.0", endings: ["aedat", "aedat2"], sensor: EventSize(height: 128, width: 128)) {
                $0.starts(with: AEDAT.signature.utf8) && !$0.starts(with: AEDAT3.signature.utf8)
            } read: { (file, span) throws(FileFormatError) in
                let bytes = try file.readAll()
                let recording = try AEDAT.parse(bytes, path: file.path)
                let events = recording.stream(firstByte: bytes.count - 8 * recording.events.count)
                return span.map(events.part) ?? events
            }
        case .aedat3:
            EventReader(title: "AEDAT 3.1", endings: ["aedat"], sensor: EventSize(height: 128, width: 128)) {
                $0.starts(with: AEDAT3.signature.utf8)
            } read: { (file, span) throws(FileFormatError) in
                try AEDAT3.events(file, span: span)
            }
        case .npz:
            EventReader(title: "arrays t, x, y, p (.npz)", endings: ["npz"], sensor: nil) {
                NPZArchive.isArchive($0)
            } read: { (file, span) throws(FileFormatError) in
                let events = try EventArrays.events(file, limit: EventFrames.byteLimit)
                return span.map(events.part) ?? events
            }
        case .nmnist:
            EventReader(
                title: "N-MNIST (.bin)",
                endings: ["bin"],
                sensor: EventSize(height: 34, width: 34),
                starts: nil
            ) { (file, span) throws(FileFormatError) in
                let events = try NMNIST.events(file)
                return span.map(events.part) ?? events
            }
        }
    }

    /// Endings of the names of files that may have this format.
    var endings: Set<String> {
        reader?.endings ?? Self.allCases.reduce(into: []) { $0.formUnion($1.reader?.endings ?? []) }
    }

    /// Bytes of a file that say its format.
    static let startSize = 12

    /// The format of a file by its first bytes, or where these say nothing, by its name; nil where it has none.
    static func detect(_ start: [UInt8], path: String) -> EventFormat? {
        let kind = FolderWalk.kind(of: path)
        return allCases.first { $0.reader?.starts?(start) ?? false }
            ?? allCases.first { format in
                guard let reader = format.reader else { return false }
                return reader.starts == nil && reader.endings.contains(kind)
            }
    }

    /// The events of a recording in this format, or in the one that the file has.
    ///
    /// - Parameters:
    ///   - file: its bytes.
    ///   - span: microseconds of its clock; nil: all.
    /// - Throws: `FileFormatError` where it has no known format, or is damaged.
    func events(_ file: FileBytes, span: Range<Int>?) throws(FileFormatError) -> EventStream {
        if let reader { return try reader.read(file, span) }
        let start = try file.read(0..<min(Self.startSize, file.count))
        guard let found = Self.detect(start, path: file.path)?.reader else {
            let known = Self.allCases.compactMap { $0.reader?.title }.joined(separator: ", ")
            throw FileFormatError(
                path: file.path,
                byteOffset: 0,
                problem: "starts as no recording does that is read (\(known))",
                advice: "convert it, or say what it is with --event-format"
            )
        }
        return try found.read(file, span)
    }
}
