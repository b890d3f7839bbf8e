import LSNHostSystem

extension Safetensors {
    /// What a header says of a tensor.
    public struct Entry: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// What its elements are.
        public let type: ElementType
        /// Extents, outermost first; empty for a single number.
        public let shape: [Int]

        /// Of a tensor whose bytes can be counted.
        public init(name: String, type: ElementType, shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
        }

        /// The product of ``shape`` times the size of ``type``.
        public var byteCount: Int { shape.reduce(type.size, *) }
    }

    /// Where the tensors of a file that is to be written lie.
    ///
    /// The same tensors give the same bytes: metadata comes first in the header, sorted, then the tensors in their order.
    /// Their bytes start at a multiple of eight and lie by size of element, largest first, so that every tensor is aligned
    /// to its element.
    struct Layout {
        /// The header with the eight bytes before it.
        let header: [UInt8]
        /// Which of the tensors comes first, second, …
        let order: [Int]
        /// Bytes of the file.
        let size: Int

        init(metadata: [String: String], entries: [Entry]) {
            let order = [8, 4, 2, 1].flatMap { size in entries.indices.filter { entries[$0].type.size == size } }
            var places = [Range<Int>](repeating: 0..<0, count: entries.count)
            var end = 0
            for index in order {
                places[index] = end..<end + entries[index].byteCount
                end = places[index].upperBound
            }
            var members: [String] = []
            if !metadata.isEmpty {
                let pairs = metadata.sorted { $0.key < $1.key }.map {
                    "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))"
                }
                members.append("\"\(metadataKey)\":{\(pairs.joined(separator: ","))}")
            }
            for (entry, place) in zip(entries, places) {
                let shape = entry.shape.map(String.init).joined(separator: ",")
                members.append(
                    "\(JSONText.quoted(entry.name)):{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(shape)],"
                        + "\"data_offsets\":[\(place.lowerBound),\(place.upperBound)]}"
                )
            }
            var text = [UInt8]("{\(members.joined(separator: ","))}".utf8)
            text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
            header = LittleEndian.encode([UInt64(text.count)]) + text
            self.order = order
            size = header.count + end
        }
    }

    /// Writes a file tensor by tensor, all or nothing (see ``FileSystem/writeAtomically(_:to:)``), so that its tensors need
    /// not be in memory.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - metadata: free texts by name.
    ///   - entries: the tensors in the order of the header; their names must differ, and none be `__metadata__`.
    ///   - content: writes the bytes of one tensor, in pieces, all of them; called once for each, in the order of the file.
    /// - Throws: ``FileFormatError`` where the file cannot be written, or its header would be longer than
    ///   ``headerLimit``; what `content` throws. The file at `path` is then as it was.
    public static func write(
        to path: String,
        metadata: [String: String],
        entries: [Entry],
        content: (_ index: Int, _ file: OutputFile) throws -> Void
    ) throws {
        try write(to: path, metadata: metadata, entries: entries, headerLimit: headerLimit, content: content)
    }

    static func write(
        to path: String,
        metadata: [String: String],
        entries: [Entry],
        headerLimit: Int = headerLimit,
        calls: FileCalls = .system,
        content: (_ index: Int, _ file: OutputFile) throws -> Void
    ) throws {
        var names: Set<String> = [metadataKey]
        for entry in entries {
            precondition(names.insert(entry.name).inserted, "\(entry.name) is no name for another tensor")
        }
        let layout = Layout(metadata: metadata, entries: entries)
        guard layout.header.count - 8 <= headerLimit else {
            throw FileFormatError(
                path: path,
                problem: "cannot be written: its header would have \(layout.header.count - 8) bytes, the format allows "
                    + "\(headerLimit)",
                advice: "shorten the names of classes"
            )
        }
        try FileSystem.writeAtomically(to: path, calls: calls) { file in
            try file.write(layout.header)
            for index in layout.order {
                let before = file.count
                try content(index, file)
                let entry = entries[index]
                precondition(file.count - before == entry.byteCount, "\(file.count - before) bytes for \(entry)")
            }
        }
    }
}
