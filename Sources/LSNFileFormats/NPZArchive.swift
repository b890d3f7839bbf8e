/// The arrays of a file that `numpy.savez` or `numpy.savez_compressed` wrote: a zip archive of `.npy` files.
///
/// What is not compressed is read in parts, when it is wanted. Source: PKWARE's APPNOTE for the archive.
package struct NPZArchive: Sendable {
    /// A file of the archive.
    private struct Entry: Sendable {
        var isCompressed: Bool
        var checksum: UInt32
        var stored: Int
        var expanded: Int
        var offset: Int
    }

    /// Names of the arrays, in the order of the file.
    package private(set) var names: [String] = []
    private let bytes: FileBytes
    private var entries: [String: Entry] = [:]

    /// The most bytes to which an array may expand.
    private let limit: Int

    /// What is compressed has to fit into memory: 8 GiB.
    package static let standardLimit = 1 << 33
    /// No honest header is longer.
    private static let headSize = 1 << 20
    /// Deflate makes nothing smaller than that.
    private static let largestRatio = 1032

    /// Whether a file starts as an archive.
    package static func isArchive(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6])
    }

    /// The archive in a file; its list is read, and no array.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - limit: the most bytes to which a compressed array may expand; more is an error.
    /// - Throws: ``FileFormatError`` where it is no such file, is damaged or cut short, or uses what `numpy` does not.
    package init(_ bytes: FileBytes, limit: Int = Self.standardLimit) throws(FileFormatError) {
        self.bytes = bytes
        self.limit = limit
        guard Self.isArchive(try bytes.read(0..<min(4, bytes.count))) else {
            throw failure(0, "does not start as an .npz file does")
        }
        let directory = try directory()
        let list = try bytes.part(directory.range).readAll()
        var place = 0
        for _ in 0..<directory.count {
            let (name, entry, size) = try readEntry(list, at: place, of: directory.range)
            place += size
            guard name.hasSuffix(".npy") else { continue }
            let key = String(name.dropLast(4))
            guard entries.updateValue(entry, forKey: key) == nil else {
                throw failure(
                    directory.range.lowerBound + place - size,
                    "has two arrays called \(PrintableText.name(key))"
                )
            }
            names.append(key)
        }
    }

    /// An array by its name; nil where there is none.
    ///
    /// - Throws: ``FileFormatError`` where it is damaged, or none of ``NPY``'s.
    package func array(_ name: String) throws(FileFormatError) -> StoredArray? {
        guard let (bytes, checksum) = try entryBytes(name) else { return nil }
        return try StoredArray(bytes, name: name, checksum: checksum)
    }

    /// The bytes of an array's file by its name, and their checksum where it was not compared; nil where there is none.
    func entryBytes(_ name: String) throws(FileFormatError) -> (bytes: FileBytes, checksum: UInt32?)? {
        guard let entry = entries[name] else { return nil }
        let stored = try storedBytes(entry, name)
        guard entry.isCompressed else { return (stored, entry.checksum) }
        return (FileBytes(try expand(stored, entry, name), path: expandedPath), nil)
    }

    /// The extents of an array by its name, outermost first, of which nothing but its header is read; nil where there is none.
    ///
    /// - Throws: ``FileFormatError`` where that is damaged, or none of ``NPY``'s.
    package func shape(_ name: String) throws(FileFormatError) -> [Int]? {
        guard let (bytes, size) = try head(name) else { return nil }
        return try NPY.header(bytes, size: size).shape
    }

    /// The first bytes of an array's file, among which its header is, and how many bytes it has; nil where there is none.
    func head(_ name: String) throws(FileFormatError) -> (bytes: FileBytes, size: Int)? {
        guard let entry = entries[name] else { return nil }
        let stored = try storedBytes(entry, name)
        guard entry.isCompressed else { return (stored, stored.count) }
        try checkRatio(stored, entry, name)
        var head: [UInt8] = []
        let (consumed, problem) = Zlib.inflate(
            try stored.read(0..<min(2 * Self.headSize, stored.count)),
            from: 0,
            wrapper: .none,
            into: &head,
            limit: Self.headSize,
            stopsAtLimit: true
        )
        if let problem { throw failure(stored.start + consumed, problem) }
        guard head.count == min(entry.expanded, Self.headSize) else {
            throw Self.damaged(bytes.path, name, byte: stored.start)
        }
        return (FileBytes(head, path: expandedPath), entry.expanded)
    }

    /// The path of errors about what was compressed.
    private var expandedPath: String { "\(bytes.path) (expanded)" }

    /// An array's file as the archive has it.
    private func storedBytes(_ entry: Entry, _ name: String) throws(FileFormatError) -> FileBytes {
        let local = try readAt(entry.offset, 30)
        guard local.starts(with: [0x50, 0x4B, 3, 4]) else { throw failure(entry.offset, "has no array here") }
        let start = entry.offset + 30 + Self.number(local, 26, 2) + Self.number(local, 28, 2)
        guard start <= bytes.count, entry.stored <= bytes.count - start else {
            throw failure(min(start, bytes.count), "ends within the array \(PrintableText.name(name))")
        }
        return bytes.part(start..<start + entry.stored)
    }

    /// Compares an array's checksum, reading all of it in pieces.
    ///
    /// - Parameters:
    ///   - bytes: the array's file.
    ///   - checksum: CRC-32 of that.
    ///   - name: the array's.
    /// - Throws: ``FileFormatError`` where it differs, or the file cannot be read.
    static func verify(_ bytes: FileBytes, checksum: UInt32, name: String) throws(FileFormatError) {
        var found: UInt32 = 0
        for start in stride(from: 0, to: bytes.count, by: InputFile.pieceSize) {
            let piece = try bytes.read(start..<min(start + InputFile.pieceSize, bytes.count))
            found = Zlib.checksum(piece, after: found)
        }
        guard found == checksum else { throw damaged(bytes.path, name, byte: bytes.start) }
    }

    /// The error of an array whose checksum does not fit.
    private static func damaged(_ path: String, _ name: String, byte: Int) -> FileFormatError {
        FileFormatError(
            path: path,
            byteOffset: byte,
            problem: "the array \(PrintableText.name(name)) is damaged: its checksum differs",
            advice: "write or copy it again"
        )
    }

    private func checkRatio(_ stored: FileBytes, _ entry: Entry, _ name: String) throws(FileFormatError) {
        guard entry.expanded / Self.largestRatio <= stored.count else {
            throw failure(
                stored.start,
                "the array \(PrintableText.name(name)) cannot expand to \(entry.expanded) bytes"
            )
        }
    }

    private func expand(_ stored: FileBytes, _ entry: Entry, _ name: String) throws(FileFormatError) -> [UInt8] {
        guard entry.expanded <= limit else {
            throw failure(
                stored.start,
                "the array \(PrintableText.name(name)) expands to \(entry.expanded) bytes, more than the \(limit) that are taken",
                advice: limit < Self.standardLimit
                    ? "save fewer samples in a file"
                    : "save it with numpy.savez, which does not compress: it is read in parts then"
            )
        }
        try checkRatio(stored, entry, name)
        var expanded: [UInt8] = []
        expanded.reserveCapacity(entry.expanded)
        let (consumed, problem) = Zlib.inflate(
            try stored.readAll(),
            from: 0,
            wrapper: .none,
            into: &expanded,
            limit: entry.expanded
        )
        if let problem { throw failure(stored.start + consumed, problem) }
        guard expanded.count == entry.expanded, Zlib.checksum(expanded) == entry.checksum else {
            throw Self.damaged(bytes.path, name, byte: stored.start)
        }
        return expanded
    }

    /// Where the list of entries lies, and how many there are.
    private func directory() throws(FileFormatError) -> (range: Range<Int>, count: Int) {
        // A comment of up to 65,535 bytes may follow.
        let first = max(0, bytes.count - 22 - 65_535)
        let tail = try bytes.read(first..<bytes.count)
        let signature: [UInt8] = [0x50, 0x4B, 5, 6]
        guard
            let end = (0...max(0, tail.count - 22)).last(where: {
                tail.count >= 22 && tail[$0..<$0 + 4].elementsEqual(signature)
            })
        else { throw failure(bytes.count, "ends without the list of its arrays: it was cut short") }
        var count = Self.number(tail, end + 10, 2)
        var size = Self.number(tail, end + 12, 4)
        var offset = Self.number(tail, end + 16, 4)
        let place = first + end
        // Archives of 4 GiB or more have a second such record before it.
        if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, place >= 20 {
            let locator = try bytes.read(place - 20..<place)
            if locator.starts(with: [0x50, 0x4B, 6, 7]) {
                let start = Self.number(locator, 8, 8)
                let record = try readAt(start, 56)
                guard record.starts(with: [0x50, 0x4B, 6, 6]) else {
                    throw failure(start, "has no list of its arrays here")
                }
                (count, size, offset) = (
                    Self.number(record, 32, 8), Self.number(record, 40, 8), Self.number(record, 48, 8)
                )
            }
        }
        guard offset <= place, size <= place - offset, count <= size / 46 else {
            throw failure(
                place,
                "the list of its arrays, \(count) in \(size) bytes from byte \(offset) on, does not fit"
            )
        }
        return (offset..<offset + size, count)
    }

    /// An entry of the list, and its size in it.
    private func readEntry(
        _ list: [UInt8],
        at place: Int,
        of range: Range<Int>
    ) throws(FileFormatError) -> (name: String, entry: Entry, size: Int) {
        let byte = range.lowerBound + place
        guard place + 46 <= list.count, list[place..<place + 4].elementsEqual([0x50, 0x4B, 1, 2]) else {
            throw failure(byte, "the list of its arrays is damaged")
        }
        let (flags, method) = (Self.number(list, place + 8, 2), Self.number(list, place + 10, 2))
        let lengths = [28, 30, 32].map { Self.number(list, place + $0, 2) }
        let size = 46 + lengths.reduce(0, +)
        guard place + size <= list.count,
            let name = String(validating: list[place + 46..<place + 46 + lengths[0]], as: UTF8.self)
        else { throw failure(byte, "the list of its arrays is damaged") }
        guard flags & 1 == 0, method == 0 || method == 8 else {
            throw failure(
                byte,
                "\(PrintableText.name(name)) is \(flags & 1 == 1 ? "encrypted" : "compressed by method \(method)")",
                advice: "save it with numpy.savez or numpy.savez_compressed"
            )
        }
        var sizes = [20, 24, 42].map { Self.number(list, place + $0, 4) }
        let extra = place + 46 + lengths[0]
        try replace(&sizes, by: [UInt8](list[extra..<extra + lengths[1]]), byte: byte)
        guard method == 8 || sizes[0] == sizes[1] else { throw failure(byte, "the list of its arrays is damaged") }
        let entry = Entry(
            isCompressed: method == 8,
            checksum: UInt32(Self.number(list, place + 16, 4)),
            stored: sizes[0],
            expanded: sizes[1],
            offset: sizes[2]
        )
        return (name, entry, size)
    }

    /// Replaces the numbers that do not fit into 32 bits (stored, expanded, offset) by those of the field that has them.
    private func replace(_ sizes: inout [Int], by extra: [UInt8], byte: Int) throws(FileFormatError) {
        guard sizes.contains(0xFFFF_FFFF) else { return }
        var place = 0
        while place + 4 <= extra.count {
            let (kind, length) = (Self.number(extra, place, 2), Self.number(extra, place + 2, 2))
            let end = place + 4 + length
            guard end <= extra.count else { break }
            if kind == 1 {
                var next = place + 4
                // The expanded size comes first.
                for index in [1, 0, 2] where sizes[index] == 0xFFFF_FFFF {
                    guard next + 8 <= end else { throw failure(byte, "the list of its arrays is damaged") }
                    sizes[index] = Self.number(extra, next, 8)
                    next += 8
                }
                return
            }
            place = end
        }
    }

    private func readAt(_ start: Int, _ count: Int) throws(FileFormatError) -> [UInt8] {
        guard start <= bytes.count, count <= bytes.count - start else {
            throw failure(min(start, bytes.count), "ends here, where more should be")
        }
        return try bytes.read(start..<start + count)
    }

    /// A little-endian number of `size` bytes, up to 2⁶² − 1.
    private static func number(_ bytes: [UInt8], _ place: Int, _ size: Int) -> Int {
        let value = bytes[place..<place + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(min(value, 1 << 62 - 1))
    }

    private func failure(_ byte: Int, _ problem: String, advice: String? = nil) -> FileFormatError {
        FileFormatError(
            path: bytes.path,
            byteOffset: bytes.start + byte,
            problem: problem,
            advice: advice ?? "write or copy it again (numpy.savez)"
        )
    }
}
