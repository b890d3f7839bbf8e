/// Files in the hierarchical data format, written: groups, numbers and texts, as `h5py` and the HDF5 library read them.
///
/// Only what an export needs: version 2 of superblock and object headers, links kept in their group's header, data sets
/// that are contiguous or one compressed chunk, no attributes. The system's HDF5 library would do it too, but would bring five more
/// libraries to every machine that this program travels to. Source: "HDF5 File Format Specification Version 3.0".
public enum HDF5 {
    /// Something that a group holds.
    public indirect enum Item: Sendable {
        /// Things by name; names differ and hold no slash.
        case group([(name: String, item: Item)])
        /// 32-bit floats, row-major; an empty shape is a single number.
        case floats([Float], shape: [Int])
        /// 32-bit floats, compressed with Deflate: for what is mostly zeros. The shape is not empty, nor are the floats.
        case compressed([Float], shape: [Int])
        /// One 32-bit float in every place, which takes no room in the file.
        case constant(Float, shape: [Int])
        /// 64-bit integers, row-major; an empty shape is a single number.
        case integers([Int64], shape: [Int])
        /// A text.
        case text(String)
        /// Texts, row-major.
        case texts([String], shape: [Int])
    }

    /// The bytes of a file whose root group holds `items`.
    public static func serialize(_ items: [(name: String, item: Item)]) -> [UInt8] {
        var writer = Writer()
        let root = writer.append(.group(items))
        return writer.finish(root: root)
    }
}

/// Lays objects one behind the other, what is referred to first.
private struct Writer {
    /// Stands for "nowhere".
    private static let undefined = UInt64.max
    private static let superblockSize = 48
    private var bytes = [UInt8](repeating: 0, count: superblockSize)

    /// Appends an object and says where it starts.
    mutating func append(_ item: HDF5.Item) -> UInt64 {
        switch item {
        case .group(let items):
            let links = items.map { (name: $0.name, address: append($0.item)) }
            return appendHeader(Self.groupMessages(links))
        case .floats(let values, let shape):
            return appendDataset(
                shape,
                type: Self.float32,
                fill: nil,
                content: LittleEndian.encode(values.map(\.bitPattern))
            )
        case .compressed(let values, let shape):
            return appendChunk(shape, LittleEndian.encode(values.map(\.bitPattern)))
        case .constant(let value, let shape):
            return appendDataset(
                shape,
                type: Self.float32,
                fill: LittleEndian.encode([value.bitPattern]),
                content: nil
            )
        case .integers(let values, let shape):
            return appendDataset(shape, type: Self.int64, fill: nil, content: LittleEndian.encode(values))
        case .text(let text):
            return append(.texts([text], shape: []))
        case .texts(let texts, let shape):
            let encoded = texts.map { [UInt8]($0.utf8) }
            let size = max(encoded.map(\.count).max() ?? 0, 1)
            let content = encoded.flatMap { $0 + [UInt8](repeating: 0, count: size - $0.count) }
            return appendDataset(shape, type: Self.text(size: size), fill: nil, content: content)
        }
    }

    /// The file, its superblock filled in.
    mutating func finish(root: UInt64) -> [UInt8] {
        var block: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 2, 8, 8, 0]
        block += LittleEndian.encode([0, Self.undefined, UInt64(bytes.count), root])
        block += LittleEndian.encode([Lookup3.hash(block)])
        bytes.replaceSubrange(0..<Self.superblockSize, with: block)
        return bytes
    }

    private mutating func appendDataset(
        _ shape: [Int],
        type: [UInt8],
        fill: [UInt8]?,
        content: [UInt8]?
    ) -> UInt64 {
        let elementSize = Int(LittleEndian.decode([UInt8](type[4..<8]), as: UInt32.self) { $0 }[0])
        let size = shape.reduce(elementSize, *)
        precondition(content == nil || content?.count == size, "\(content?.count ?? 0) bytes for shape \(shape)")
        var address = Self.undefined
        if let content, !content.isEmpty {
            align()
            address = UInt64(bytes.count)
            bytes += content
        }
        // Space is given late, and the value written where it is set: a set value fills what has no space.
        let filling =
            [3, fill == nil ? 0x0A : 0x2A] + (fill.map { LittleEndian.encode([UInt32($0.count)]) + $0 } ?? [])
        let layout: [UInt8] = [3, 1] + LittleEndian.encode([address, UInt64(size)])
        return appendHeader([(0x01, Self.dataspace(shape)), (0x03, type), (0x05, filling), (0x08, layout)])
    }

    /// A data set of 32-bit floats that is one chunk: the chunk, a B-tree of one leaf that leads to it, and the header.
    private mutating func appendChunk(_ shape: [Int], _ content: [UInt8]) -> UInt64 {
        precondition(!shape.isEmpty && content.count == shape.reduce(4, *), "\(content.count) bytes for shape \(shape)")
        let compressed = Zlib.compress(content)
        align()
        let chunk = UInt64(bytes.count)
        bytes += compressed
        align()
        let tree = UInt64(bytes.count)
        // A key has the chunk's size, which filters to skip, and where in the array it starts; the last one where it ends.
        let rank = shape.count + 1
        let start = [UInt64](repeating: 0, count: rank)
        var node = [UInt8]("TREE".utf8) + [1, 0, 1, 0] + LittleEndian.encode([Self.undefined, Self.undefined])
        node += LittleEndian.encode([UInt32(compressed.count), 0]) + LittleEndian.encode(start)
        node += LittleEndian.encode([chunk])
        node += LittleEndian.encode([0, 0] as [UInt32]) + LittleEndian.encode(shape.map { UInt64($0) } + [0])
        // A node has room for 64 chunks, the format's default.
        let room = 24 + 65 * (8 + 8 * rank) + 64 * 8
        bytes += node + [UInt8](repeating: 0, count: room - node.count)
        let layout: [UInt8] =
            [3, 2, UInt8(rank)] + LittleEndian.encode([tree]) + LittleEndian.encode(shape.map { UInt32($0) } + [4])
        // One filter, Deflate, with the level that it was told.
        let pipeline: [UInt8] = [2, 1] + LittleEndian.encode([1, 0, 1] as [UInt16]) + LittleEndian.encode([UInt32(6)])
        return appendHeader([
            (0x01, Self.dataspace(shape)), (0x03, Self.float32), (0x05, [3, 0x0B]), (0x0B, pipeline), (0x08, layout),
        ])
    }

    private static func dataspace(_ shape: [Int]) -> [UInt8] {
        [2, UInt8(shape.count), 0, shape.isEmpty ? 0 : 1] + LittleEndian.encode(shape.map { UInt64($0) })
    }

    private static func groupMessages(_ links: [(name: String, address: UInt64)]) -> [(type: UInt8, body: [UInt8])] {
        // No heap and no index: every link is a message of its own.
        let information: [UInt8] = [0, 0] + LittleEndian.encode([undefined, undefined])
        return [(0x02, information), (0x0A, [0, 0])]
            + links.map { link in
                let name = [UInt8](link.name.utf8)
                // Version 1, the length of the name in two bytes, the name in UTF-8.
                let head: [UInt8] = [1, 0x11, 1] + LittleEndian.encode([UInt16(name.count)])
                return (0x06, head + name + LittleEndian.encode([link.address]))
            }
    }

    private mutating func appendHeader(_ messages: [(type: UInt8, body: [UInt8])]) -> UInt64 {
        align()
        let address = UInt64(bytes.count)
        let content = messages.flatMap { message -> [UInt8] in
            [message.type] + LittleEndian.encode([UInt16(message.body.count)]) + [0] + message.body
        }
        // Version 2; the content's length has four bytes.
        var header = [UInt8]("OHDR".utf8) + [2, 0x02] + LittleEndian.encode([UInt32(content.count)]) + content
        header += LittleEndian.encode([Lookup3.hash(header)])
        bytes += header
        return address
    }

    private mutating func align() {
        bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    }

    /// IEEE 754, little-endian: where sign, exponent and mantissa lie, and the exponent's bias.
    private static let float32: [UInt8] =
        [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23] + LittleEndian.encode([UInt32(127)])

    /// Signed, little-endian, 64 bits from bit 0 on.
    private static let int64: [UInt8] = [0x10, 0x08, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0]

    /// UTF-8 of `size` bytes, padded with zeros.
    private static func text(size: Int) -> [UInt8] {
        [0x13, 0x11, 0, 0] + LittleEndian.encode([UInt32(size)])
    }
}

/// The checksum of HDF5's metadata: "lookup3" by Bob Jenkins, 2006, with an initial value of 0.
enum Lookup3 {
    /// The hash of all bytes.
    static func hash(_ bytes: [UInt8]) -> UInt32 {
        let start = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
        var (a, b, c) = (start, start, start)
        func word(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { sum, index in
                offset + index < bytes.count ? sum | UInt32(bytes[offset + index]) << UInt32(8 * index) : sum
            }
        }
        var offset = 0
        while true {
            let left = bytes.count - offset
            guard left > 0 else { return c }
            a &+= word(offset)
            b &+= word(offset + 4)
            c &+= word(offset + 8)
            guard left > 12 else { break }
            mix(&a, &b, &c)
            offset += 12
        }
        finish(&a, &b, &c)
        return c
    }

    private static func rotate(_ value: UInt32, _ bits: UInt32) -> UInt32 {
        value << bits | value >> (32 - bits)
    }

    private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        func step(_ x: inout UInt32, _ y: inout UInt32, _ z: UInt32, _ bits: UInt32) {
            x &-= y
            x ^= rotate(y, bits)
            y &+= z
        }
        step(&a, &c, b, 4)
        step(&b, &a, c, 6)
        step(&c, &b, a, 8)
        step(&a, &c, b, 16)
        step(&b, &a, c, 19)
        step(&c, &b, a, 4)
    }

    private static func finish(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        func step(_ x: inout UInt32, _ y: UInt32, _ bits: UInt32) {
            x ^= y
            x &-= rotate(y, bits)
        }
        step(&c, b, 14)
        step(&a, c, 11)
        step(&b, a, 25)
        step(&c, b, 16)
        step(&a, c, 4)
        step(&b, a, 14)
        step(&c, b, 24)
    }
}
