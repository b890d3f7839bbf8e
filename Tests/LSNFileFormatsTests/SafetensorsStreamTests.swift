import Foundation
import LSNHostSystem
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNFileFormats

@Suite("Safetensors, tensor by tensor")
struct SafetensorsStreamTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/f.safetensors" }
    /// More values than a piece has.
    private let count = 600_000

    init() throws {
        folder = try TemporaryFolder()
    }

    private func write(calls: FileCalls = .system, _ fill: (OutputFile) throws -> Void) throws {
        let entries = [
            Safetensors.Entry(name: "byte", type: .uint8, shape: [3]),
            Safetensors.Entry(name: "long", type: .float32, shape: [2, count / 2]),
        ]
        try Safetensors.write(to: path, metadata: ["a": "b"], entries: entries, calls: calls) { index, file in
            if index == 0 { try file.write([1, 2, 3]) } else { try fill(file) }
        }
    }

    /// The tensor `long` as its owner reads it back from a device.
    private func inPieces(_ file: OutputFile) throws {
        for start in stride(from: 0, to: count, by: 100_000) {
            try file.write(Safetensors.bytes(of: (start..<start + 100_000).map { Float($0).bitPattern }))
        }
    }

    @Test("is written as it would be whole, and never asked for more than a piece")
    func pieces() throws {
        let asked = Mutex<[Int]>([])
        var calls = FileCalls.system
        calls.write = { descriptor, bytes in
            asked.withLock { $0.append(bytes.count) }
            return FileCalls.system.write(descriptor, bytes)
        }
        try write(calls: calls, inPieces)
        var whole = Safetensors()
        whole.metadata = ["a": "b"]
        whole.append("byte", Safetensors.Tensor(type: .uint8, shape: [3], bytes: [1, 2, 3]))
        whole.append("long", Safetensors.Tensor(floats: (0..<count).map { Float($0) }, shape: [2, count / 2]))
        #expect(try FileSystem.read(path) == whole.serialized())
        #expect(try Safetensors.read(path) == whole)
        #expect(asked.withLock { $0.max() ?? 0 } == 400_000)
        #expect(asked.withLock { $0.reduce(0, +) } == whole.serialized().count)
    }

    @Test("is read in pieces that know where they stand")
    func reading() throws {
        try write(inPieces)
        let file = try SafetensorsFile(path)
        #expect(file.metadata == ["a": "b"] && file.entries.map(\.name) == ["byte", "long"])
        let size = try FileSystem.read(path).count
        var pieces: [SafetensorsFile.Piece] = []
        try file.forEachPiece(of: file.entries[1]) { pieces.append($0) }
        #expect(pieces.map(\.first) == [0, 1 << 18, 2 << 18])
        #expect(pieces.map(\.byteOffset) == pieces.map { size - 3 - 4 * count + 4 * $0.first })
        #expect(pieces.flatMap(\.values) == (0..<count).map { Float($0) })
        var bytes: [Float] = []
        try file.forEachPiece(of: file.entries[0]) { bytes += $0.values }
        #expect(bytes == [1, 2, 3])
    }

    @Test("that shrinks while it is read is an error with the byte; one that is replaced is read on")
    func changes() throws {
        try write(inPieces)
        let open = try SafetensorsFile(path)
        try FileSystem.writeAtomically([1, 2, 3], to: path)
        var count = 0
        try open.forEachPiece(of: open.entries[1]) { count += $0.values.count }
        #expect(count == self.count)
        try write(inPieces)
        let shrinking = try SafetensorsFile(path)
        let cut = unsafe truncate(path, 1_500_000)
        #expect(cut == 0)
        let error = #expect(throws: FileFormatError.self) {
            try shrinking.forEachPiece(of: shrinking.entries[1]) { _ in }
        }
        #expect(error?.byteOffset == 1_500_000)
        #expect(error?.problem.contains("was cut short meanwhile") == true)
    }

    @Test("with integers that no float holds is an error with the byte")
    func integers() throws {
        var whole = Safetensors()
        whole.append("n", Safetensors.Tensor(int64s: [1, 16_777_217], shape: [2]))
        try whole.write(to: path)
        let file = try SafetensorsFile(path)
        let error = #expect(throws: FileFormatError.self) { try file.forEachPiece(of: file.entries[0]) { _ in } }
        #expect(error?.byteOffset == whole.serialized().count - 16)
        #expect(error?.problem.contains("tensor n of type I64") == true)
    }

    @Test("leaves the file before where a tensor cannot be had, or the disk is full", arguments: [true, false])
    func failure(isFull: Bool) throws {
        struct Lost: Error {}
        try write(inPieces)
        let before = try FileSystem.read(path)
        var calls = FileCalls.system
        if isFull {
            calls.write = { descriptor, bytes in
                bytes.count > 300_000 ? -Int(ENOSPC) : FileCalls.system.write(descriptor, bytes)
            }
        }
        #expect(throws: (any Error).self) {
            try write(calls: calls) { file in
                try file.write([UInt8](repeating: 0, count: 300_000))
                if !isFull { throw Lost() }
                try file.write([UInt8](repeating: 0, count: 300_001))
            }
        }
        #expect(try FileSystem.read(path) == before)
        #expect(try folder.names() == ["f.safetensors"])
    }

    @Test("is not written where its header would be longer than readers take")
    func header() throws {
        func write(limit: Int) throws {
            try Safetensors.write(
                to: path,
                metadata: ["names": String(repeating: "n", count: 1000)],
                entries: [],
                headerLimit: limit
            ) { _, _ in }
        }
        try write(limit: 1100)
        #expect(try SafetensorsFile(path).metadata["names"]?.count == 1000)
        let before = try FileSystem.read(path)
        let error = #expect(throws: FileFormatError.self) { try write(limit: 1000) }
        #expect(error?.problem.contains("the format allows 1000") == true)
        #expect(try FileSystem.read(path) == before)
    }
}
