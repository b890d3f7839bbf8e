import Foundation
import LSNFileFormats
import LSNTestSupport
import Testing

@testable import LSNFileFormats

/// Little-endian numbers at a place.
private func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int {
    (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
}

@Suite("PNG")
struct PNGTests {
    @Test("has the chunks, checksums and rows of the standard")
    func chunks() throws {
        let rgb = (0..<3 * 5 * 7).map { UInt8($0) }
        let file = PNG.serialize(rgb: rgb, width: 5, height: 7)
        #expect(file.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var chunks: [String: [UInt8]] = [:]
        var offset = 8
        while offset < file.count {
            let length = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let body = [UInt8](file[offset + 4..<offset + 8 + length])
            let sum = file[offset + 8 + length..<offset + 12 + length].reduce(0) { $0 << 8 | Int($1) }
            #expect(sum == Int(Zlib.checksum(body)))
            chunks[String(decoding: body.prefix(4), as: UTF8.self)] = [UInt8](body.dropFirst(4))
            offset += 12 + length
        }
        #expect(chunks["IHDR"] == [0, 0, 0, 5, 0, 0, 0, 7, 8, 2, 0, 0, 0])
        #expect(chunks["IEND"] == [])
        // A zlib stream is a gzip member with another head and tail.
        let stream = try #require(chunks["IDAT"])
        let member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + stream.dropFirst(2).dropLast(4)
        let rows = (0..<7).flatMap { [0] + rgb[15 * $0..<15 * $0 + 15] }
        let tail = LittleEndian.encode([Zlib.checksum(rows), UInt32(rows.count)])
        #expect(try Gzip.decompress(member + tail, path: "f") == rows)
    }

    @Test("sums as everyone does")
    func checksum() {
        #expect(Zlib.checksum([UInt8]("123456789".utf8)) == 0xCBF4_3926)
    }
}

@Suite("npz")
struct NPZTests {
    @Test("is a zip archive of npy files")
    func archive() throws {
        let entries = [
            NPZ.Entry(name: "stem.conv.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
            NPZ.Entry(name: "single", shape: [], values: [7]),
        ]
        let file = try NPZ.serialize(entries, path: "f.npz")
        let end = file.count - 22
        #expect(number(file, end, 4) == 0x0605_4B50)
        #expect(number(file, end + 10, 2) == 2)
        let directory = number(file, end + 16, 4)
        #expect(directory + number(file, end + 12, 4) == end)
        var place = directory
        for entry in entries {
            #expect(number(file, place, 4) == 0x0201_4B50)
            let (checksum, size) = (number(file, place + 16, 4), number(file, place + 24, 4))
            let nameLength = number(file, place + 28, 2)
            let name = String(decoding: file[place + 46..<place + 46 + nameLength], as: UTF8.self)
            #expect(name == "\(entry.name).npy")
            let local = number(file, place + 42, 4)
            #expect(number(file, local, 4) == 0x0403_4B50)
            let start = local + 30 + number(file, local + 26, 2)
            let content = [UInt8](file[start..<start + size])
            #expect(checksum == Int(Zlib.checksum(content)))
            #expect(try NPY.parse(content, path: "f") == NPY.Array(shape: entry.shape, values: entry.values))
            place += 46 + nameLength
        }
        #expect(place == end)
    }
}

/// As much of HDF5 as the writer uses, read back by the specification.
struct HDF5Reader {
    let bytes: [UInt8]

    struct Dataset: Equatable {
        var shape: [Int]
        var type: [UInt8]
        var content: [UInt8]?
        var fill: [UInt8]?
    }

    var root: Int { number(bytes, 36, 8) }

    /// Messages of the object header at `address`, whose checksum must be right.
    func messages(_ address: Int) throws -> [(type: Int, body: [UInt8])] {
        try #require(bytes[address..<address + 6].elementsEqual([UInt8]("OHDR".utf8) + [2, 2]))
        let end = address + 10 + number(bytes, address + 6, 4)
        #expect(number(bytes, end, 4) == Int(Lookup3.hash([UInt8](bytes[address..<end]))))
        var result: [(type: Int, body: [UInt8])] = []
        var place = address + 10
        while place < end {
            let size = number(bytes, place + 1, 2)
            result.append((Int(bytes[place]), [UInt8](bytes[place + 4..<place + 4 + size])))
            place += 4 + size
        }
        #expect(place == end)
        return result
    }

    func links(_ address: Int) throws -> [String: Int] {
        var result: [String: Int] = [:]
        for (type, body) in try messages(address) where type == 6 {
            let length = number(body, 3, 2)
            let name = String(decoding: body[5..<5 + length], as: UTF8.self)
            result[name] = number(body, 5 + length, 8)
        }
        return result
    }

    func dataset(_ address: Int) throws -> Dataset {
        var result = Dataset(shape: [], type: [], content: nil, fill: nil)
        for (type, body) in try messages(address) {
            switch type {
            case 1: result.shape = (0..<Int(body[1])).map { number(body, 4 + 8 * $0, 8) }
            case 3: result.type = body
            case 5: if body[1] & 0x20 != 0 { result.fill = [UInt8](body[6...]) }
            case 8 where body[1] == 2:
                result.content = try chunk(body)
            case 8:
                let place = number(body, 2, 8)
                if place != -1 { result.content = [UInt8](bytes[place..<place + number(body, 10, 8)]) }
            case 0x0B: #expect(body == [2, 1, 1, 0, 0, 0, 1, 0, 6, 0, 0, 0], "Deflate alone, of level 6")
            default: Issue.record("message of type \(type)")
            }
        }
        return result
    }

    /// The one chunk of a layout, expanded.
    private func chunk(_ layout: [UInt8]) throws -> [UInt8] {
        let rank = Int(layout[2])
        let tree = number(layout, 3, 8)
        let extents = (0..<rank).map { number(layout, 11 + 4 * $0, 4) }
        // A leaf of chunks with one entry, and no siblings.
        try #require(bytes[tree..<tree + 8].elementsEqual([UInt8]("TREE".utf8) + [1, 0, 1, 0]))
        #expect(number(bytes, tree + 8, 8) == -1 && number(bytes, tree + 16, 8) == -1)
        let key = 8 + 8 * rank
        #expect(bytes.count >= tree + 24 + 65 * key + 64 * 8)
        let size = number(bytes, tree + 24, 4)
        #expect(number(bytes, tree + 28, 4) == 0)
        for dimension in 0..<rank {
            #expect(number(bytes, tree + 32 + 8 * dimension, 8) == 0)
            let end = number(bytes, tree + 24 + key + 16 + 8 * dimension, 8)
            #expect(end == (dimension == rank - 1 ? 0 : extents[dimension]))
        }
        let place = number(bytes, tree + 24 + key, 8)
        // Between zlib's header and its checksum lies what Deflate made.
        let deflated = [UInt8](bytes[place + 2..<place + size - 4])
        var content: [UInt8] = []
        let end = Zlib.inflate(deflated, from: 0, wrapper: .none, into: &content, limit: extents.reduce(1, *))
        #expect(end.problem == nil && end.consumed == deflated.count)
        return content
    }
}

@Suite("HDF5")
struct HDF5Tests {
    @Test("holds groups, numbers and texts where its headers say")
    func structure() throws {
        let file = HDF5.serialize([
            ("version", .text("1.0")),
            (
                "node",
                .group([
                    ("weight", .floats([1, -2, 3.5], shape: [3, 1])), ("tau", .constant(0.25, shape: [2, 4, 4])),
                    ("stride", .integers([-1, 1 << 40], shape: [2])),
                    ("edges", .texts(["a", "bcd", "ef", ""], shape: [2, 2])),
                    ("sparse", .compressed((0..<600).map { $0 % 51 == 0 ? -1 : 0 }, shape: [20, 15, 2])),
                ])
            ),
        ])
        #expect(file.prefix(12) == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 2, 8, 8, 0])
        #expect(number(file, 28, 8) == file.count)
        #expect(number(file, 44, 4) == Int(Lookup3.hash([UInt8](file[..<44]))))
        let reader = HDF5Reader(bytes: file)
        let top = try reader.links(reader.root)
        #expect(Set(top.keys) == ["version", "node"])
        let version = try reader.dataset(try #require(top["version"]))
        #expect(version.shape == [] && version.content == [UInt8]("1.0".utf8))
        let node = try reader.links(try #require(top["node"]))
        let weight = try reader.dataset(try #require(node["weight"]))
        #expect(weight.shape == [3, 1])
        #expect(weight.content == LittleEndian.encode([Float(1), -2, 3.5].map(\.bitPattern)))
        let tau = try reader.dataset(try #require(node["tau"]))
        #expect(tau.shape == [2, 4, 4] && tau.content == nil)
        #expect(tau.fill == LittleEndian.encode([Float(0.25).bitPattern]))
        let stride = try reader.dataset(try #require(node["stride"]))
        #expect(stride.content == LittleEndian.encode([Int64(-1), 1 << 40]))
        let edges = try reader.dataset(try #require(node["edges"]))
        #expect(edges.content == [UInt8]("a\0\0bcdef\0\0\0\0".utf8))
        let sparse = try reader.dataset(try #require(node["sparse"]))
        #expect(sparse.shape == [20, 15, 2] && sparse.type == weight.type)
        #expect(sparse.content == LittleEndian.encode((0..<600).map { (($0 % 51 == 0 ? -1 : 0) as Float).bitPattern }))
    }

    @Test("sums as Bob Jenkins's own program says")
    func lookup3() {
        #expect(Lookup3.hash([]) == 0xDEAD_BEEF)
        #expect(Lookup3.hash([UInt8]("Four score and seven years ago".utf8)) == 0x1777_0551)
    }
}

@Suite("Folders that are made")
struct FolderTests {
    @Test("with those above them, and again")
    func create() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/a/b//c/"
        try FileSystem.createFolders(path)
        try FileSystem.createFolders(path)
        try FileSystem.writeAtomicallyUnsynced([1], to: "\(folder.path)/a/b/c/file")
        #expect(try FileSystem.read("\(folder.path)/a/b/c/file") == [1])
        #expect(throws: FileFormatError.self) { try FileSystem.createFolders("\(folder.path)/a/b/c/file") }
        #expect(throws: FileFormatError.self) { try FileSystem.createFolders("\(folder.path)/a/b/c/file/d") }
    }
}
