import Foundation
import LSNFileFormats
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNDatasets

/// Arrays as data sets, against what NumPy makes of them (Golden/make.py).
@Suite("Arrays")
struct ArrayDatasetTests {
    private let backend = Backend(ReferenceBackend())

    private func load(
        _ path: String,
        split: SplitRule? = nil,
        _ normalization: ArrayNormalization = .auto
    ) throws -> ArrayDataset {
        try ArrayDataset(path, split: split, normalization: normalization)
    }

    private func tensor(_ batch: Batch, _ data: ArrayDataset) throws -> [Float] {
        try backend.values(BatchPreparer(backend: backend, data: data).prepare(batch))
    }

    /// What is said of an archive of these arrays.
    private func complaint(
        _ arrays: [(String, [Int], [Float])],
        split: SplitRule? = nil,
        _ normalization: ArrayNormalization = .auto
    ) throws -> String {
        let folder = try TemporaryFolder()
        let entries = arrays.map { NPZ.Entry(name: $0.0, shape: $0.1, values: $0.2) }
        try folder.write(NPZ.serialize(entries, path: "x.npz"), to: "x.npz")
        let error = #expect(throws: DatasetError.self) {
            try load(folder.file("x.npz"), split: split, normalization)
        }
        return error?.description ?? ""
    }

    @Test("of bytes become what NumPy makes of them, by constants of the training split")
    func pictures() throws {
        let data = try load(Golden.path("pictures.npz"))
        #expect((data.channels, data.height, data.width, data.timeSteps) == (3, 5, 4, 1))
        #expect((data.trainCount, data.testCount, data.classes, data.splitName) == (12, 5, 3, "standard"))
        #expect(data.form == .pictures && data.warnings.isEmpty && data.badFiles.isEmpty)
        #expect(data.trainingLabels == (0..<12).map { $0 % 3 })
        let batch = try data.evaluationBatches(batchSize: 5).evaluationBatch(index: 0)
        #expect(batch.labels == [0, 1, 2, 0, 1])
        #expect(try tensor(batch, data) == Golden.array("pictures-expected.npy").values)
    }

    @Test("of sequences, compressed and divided by a rule, have time outermost")
    func sequences() throws {
        let data = try load(Golden.path("sequences.npz"))
        #expect((data.channels, data.height, data.width, data.timeSteps) == (2, 4, 5, 3))
        #expect((data.trainCount, data.testCount, data.classes, data.splitName) == (16, 4, 2, "every-5"))
        #expect(data.form == .sequences && ArrayDataset.timeSteps(in: data.source) == 3)
        let batch = try data.evaluationBatches(batchSize: 4).evaluationBatch(index: 0)
        #expect(batch.labels == [0, 1, 0, 1])
        #expect(try tensor(batch, data) == Golden.array("sequences-expected.npy").values)
    }

    @Test("that stand in a folder are the same as in an archive, however constants are given")
    func folders() throws {
        let archive = try NPZArchive(FileBytes(Golden.bytes("pictures.npz"), path: "f"))
        let folder = try TemporaryFolder()
        for name in archive.names {
            let array = try #require(try archive.array(name))
            let values = try array.floats()
            let isLabels = name.hasPrefix("y")
            try folder.write(
                isLabels
                    ? NPYFile.integers(values.map { UInt8($0) }) : NPY.serialize(floats: values, shape: array.shape),
                to: "\(name).npy"
            )
        }
        let bytes = try load(Golden.path("pictures.npz"), .none)
        let floats = try load(folder.path, .none)
        #expect(floats.form == .values)
        let batch = try floats.evaluationBatches(batchSize: 5).evaluationBatch(index: 0)
        // Floats are taken as they are.
        let levels = try tensor(bytes.evaluationBatches(batchSize: 5).evaluationBatch(index: 0), bytes).map { $0 * 255 }
        #expect(zip(try tensor(batch, floats), levels).allSatisfy { abs($0 - $1) < 1e-4 })
        let one = try load(folder.path, .constants(mean: [128], deviation: [64]))
        let values = try tensor(one.evaluationBatches(batchSize: 5).evaluationBatch(index: 0), one)
        #expect(zip(values, try tensor(batch, floats)).allSatisfy { $0 == ($1 - 128) / 64 })
        // By their own constants both become the same.
        let (own, expected) = (try load(folder.path), try Golden.array("pictures-expected.npy").values)
        let normalized = try tensor(own.evaluationBatches(batchSize: 5).evaluationBatch(index: 0), own)
        #expect(zip(normalized, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(own.mean.allSatisfy { 60..<200 ~= $0 })
    }

    @Test("are moved and flipped as the device moves and flips bytes, where that is asked for")
    func transforms() throws {
        let archive = try NPZArchive(FileBytes(Golden.bytes("pictures.npz"), path: "f"))
        let folder = try TemporaryFolder()
        for name in archive.names {
            let array = try #require(try archive.array(name))
            let values = try array.floats()
            let isLabels = name.hasPrefix("y")
            let levels = values.map { $0 / 255 }
            try folder.write(
                isLabels
                    ? NPYFile.integers(values.map { UInt8($0) }) : NPY.serialize(floats: levels, shape: array.shape),
                to: "\(name).npy"
            )
        }
        let (bytes, floats) = (try load(Golden.path("pictures.npz")), try load(folder.path))
        #expect(AugmentationPolicy.standard(for: .arrays) == .none)
        let policy = AugmentationPolicy(shift: 2, flip: true)
        for epoch in 0..<3 {
            let places = epoch..<12
            let (first, second) = try (
                bytes.trainingBatches(batchSize: 12, seed: 4, policy: policy).trainingSamples(
                    epoch: epoch,
                    places: places
                ),
                floats.trainingBatches(batchSize: 12, seed: 4, policy: policy).trainingSamples(
                    epoch: epoch,
                    places: places
                )
            )
            #expect(first.indices == second.indices && first.labels == second.labels)
            #expect(Set(first.transforms).count > 3)
            #expect(zip(try tensor(first, bytes), try tensor(second, floats)).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("can be shortened, divided anew and told apart")
    func parts() throws {
        let data = try load(Golden.path("sequences.npz"), split: .all)
        #expect((data.trainCount, data.testCount) == (20, 20))
        let short = data.limited(train: 6, test: 3)
        #expect((short.trainCount, short.testCount, short.trainingLabels) == (6, 3, [0, 1, 0, 1, 0, 1]))
        let held = short.holdingOut([1, 4])
        #expect(held.trainingLabels == [0, 0, 1, 1])
        let batch = try held.evaluationBatches(batchSize: 4).evaluationBatch(index: 0)
        #expect(batch.labels == [1, 0])
        let whole = try data.evaluationBatches(batchSize: 20).evaluationBatch(index: 0)
        let size = batch.pixelWords.count / 2
        #expect(Array(batch.pixelWords[..<size]) == Array(whole.pixelWords[size..<2 * size]))
        #expect(try data.fingerprint() != short.fingerprint())
        #expect(try data.fingerprint() == load(Golden.path("sequences.npz"), split: .all).fingerprint())
    }

    @Test("that do not fit are errors that say what to save")
    func misfits() throws {
        let x: (String, [Int], [Float]) = ("x", [10, 2, 2], (0..<40).map { Float($0) })
        let y: (String, [Int], [Float]) = ("y", [10], (0..<10).map { Float($0 % 2) })
        let cases: [([(String, [Int], [Float])], String)] = [
            ([x], "has x, and lacks y"), ([("a", [1], [1])], "has a, and lacks x, y"),
            ([x, y], "y has elements of type F32, and whole numbers are wanted"),
            ([("x", [10, 4], x.2), y], "x has shape [10, 4], and samples are [N, H, W]"),
            ([("x", [0, 4, 4], []), y], "holds no value"),
            ([x, ("y", [5], [0, 1, 0, 1, 0])], "y has shape [5], and x has 10 samples"),
            ([x, ("y", [10, 2], x.2.dropLast(20))], "numpy.argmax(y, axis=1)"),
        ]
        for (arrays, problem) in cases {
            let found = try complaint(arrays)
            #expect(found.contains(problem), "\(found)")
        }
        #expect(throws: DatasetError.self) { try load(Golden.path("pictures.npz"), split: .every(3)) }
        #expect(throws: DatasetError.self) {
            try load(Golden.path("pictures.npz"), .constants(mean: [0, 0], deviation: [1, 1]))
        }
        let place = #expect(throws: DatasetError.self) { try load(Golden.path("none.npz")) }
        #expect(place?.description.contains("none.npz: cannot be opened") == true)
        let single = #expect(throws: DatasetError.self) { try load(Golden.path("pictures-expected.npy")) }
        #expect(single?.description.contains("is one array") == true)
    }

    @Test("with a value that is not finite are errors that name it, when it is read or verified")
    func notFinite() throws {
        let folder = try TemporaryFolder()
        var values = [Float](repeating: 1, count: 40)
        values[27] = .nan
        try folder.write(NPY.serialize(floats: values, shape: [10, 2, 2]), to: "x.npy")
        try folder.write(NPYFile.integers((0..<10).map { UInt8($0 % 2) }), to: "y.npy")
        let error = #expect(throws: DatasetError.self) { try load(folder.path) }
        #expect(error?.description.contains("x.npy, byte 236: x has nan in sample 6") == true, "\(error as Any)")
        let data = try load(folder.path, .none)
        let bad = data.check { _, _ in }
        #expect(bad.map(\.path) == ["x[6]"])
        let provider = data.trainingBatches(batchSize: 8, seed: 0, policy: .none)
        #expect(throws: DatasetError.self) { try provider.trainingBatch(epoch: 0, index: 0) }
    }

    @Test("whose checksum differs are found where labels are read, and once for each array that is verified")
    func checksums() throws {
        let folder = try TemporaryFolder()
        let files = [
            ("x.npy", NPY.serialize(floats: (0..<40).map { Float($0) }, shape: [10, 2, 2])),
            ("y.npy", NPYFile.integers((0..<10).map { UInt8($0 % 2) })),
        ]
        func data(_ damaged: String?) throws -> ArrayDataset {
            try folder.write(SampleFiles.zip(files, damaged: damaged), to: "x.npz")
            return try load(folder.file("x.npz"))
        }
        let error = #expect(throws: DatasetError.self) { try data("y.npy") }
        #expect(error?.description.contains("the array y is damaged: its checksum differs") == true, "\(error as Any)")
        for damaged in [nil, "x.npy"] {
            let whole = try data(damaged)
            #expect(whole.splitName == "every-5")
            // Held out samples are of the same array, too.
            for data in [whole, whole.holdingOut([0, 3])] {
                let heard = Mutex<[[Int]]>([])
                let bad = data.check { done, total in heard.withLock { $0.append([done, total]) } }
                #expect(bad.map(\.path) == (damaged == nil ? [] : ["x"]))
                let count = data.trainCount + data.testCount
                #expect(heard.withLock { $0.last } == [count, count])
                #expect(heard.withLock { $0.count } == (damaged == nil ? count : 1))
            }
        }
    }

    @Test("say how many time steps they have by their headers, whatever the rest is")
    func headers() throws {
        let folder = try TemporaryFolder()
        var bytes = try Golden.bytes("sequences.npz")
        let list = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        // The checksum of the first array, x.
        bytes[list + 16] ^= 1
        try folder.write(bytes, to: "x.npz")
        #expect(ArrayDataset.timeSteps(in: folder.file("x.npz")) == 3)
        #expect(throws: DatasetError.self) { try load(folder.file("x.npz")) }
        let archive = try NPZArchive(FileBytes(Golden.bytes("sequences.npz"), path: "f"), limit: 2_000)
        #expect(try archive.shape("x") == [20, 3, 2, 4, 5])
        let error = #expect(throws: FileFormatError.self) { try archive.array("x") }
        #expect(error?.problem.contains("more than the 2000 that are taken") == true, "\(error as Any)")
    }

    @Test("of text say how they are normalised, and nothing else does")
    func normalizations() {
        for text in ["auto", "none", "0.5/0.25", "0.5,0.25,1.0/1.0,2.0,0.125"] {
            #expect(ArrayNormalization(text)?.description == text)
        }
        for text in ["", "1", "1/0", "1/-2", "a/b", "1,2/1", "1/2/3", "nan/1", "1/inf", "/"] {
            #expect(ArrayNormalization(text) == nil, "\(text)")
        }
    }
}

/// Arrays of other types than ``NPY/serialize(floats:shape:)`` writes.
enum NPYFile {
    static func integers(_ bytes: [UInt8]) -> [UInt8] {
        let header = [UInt8]("{'descr': '|u1', 'fortran_order': False, 'shape': (\(bytes.count),), }\n".utf8)
        return [0x93] + [UInt8]("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + bytes
    }
}
