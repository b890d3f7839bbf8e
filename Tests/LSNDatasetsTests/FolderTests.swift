import Foundation
import LSNDatasets
import LSNTestSupport
import Testing

@Suite("Folders of MNIST")
struct MNISTFolderTests {
    private func folder(_ files: [String: [UInt8]]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, bytes) in files { try folder.write(bytes, to: name) }
        return folder
    }

    /// What is said of the folder.
    private func complaint(_ folder: TemporaryFolder) -> String {
        let error = #expect(throws: DatasetError.self) { try ImageDataset.load(.mnist, directory: folder.path) }
        return error?.description ?? ""
    }

    @Test("are read, compressed or not or mixed", arguments: [[], [0], [0, 1, 2, 3]])
    func read(compressed: [Int]) throws {
        let files = SampleFiles.mnist(train: 12, test: 5)
        let folder = try TemporaryFolder()
        for (index, name) in files.keys.sorted().enumerated() {
            let bytes = files[name, default: []]
            if compressed.contains(index) {
                try folder.write(SampleFiles.gzip(bytes), to: name + ".gz")
            } else {
                try folder.write(bytes, to: name)
            }
        }
        let data = try ImageDataset.load(.mnist, directory: folder.path)
        #expect(data.name == .mnist && data.source == folder.path)
        #expect(data.channels == 1 && data.height == 3 && data.width == 2)
        #expect(data.train.count == 12 && data.test.count == 5)
        #expect(data.train.pixels == [UInt8](0..<72) && data.test.pixels == [UInt8](0..<30))
        #expect(data.train.labels == [UInt8](0..<10) + [0, 1])
        #expect(data.mean == [0.1307] && data.deviation == [0.3081])
    }

    @Test("that lack files are errors that name every one of them")
    func missing() throws {
        let folder = try folder(SampleFiles.mnist(train: 3, test: 2))
        try folder.remove("t10k-labels-idx1-ubyte")
        try folder.remove("train-images-idx3-ubyte")
        #expect(
            complaint(folder).contains("lacks train-images-idx3-ubyte, t10k-labels-idx1-ubyte (with or without .gz)")
        )
    }

    @Test("with files that do not fit each other are errors")
    func mismatches() throws {
        var files = SampleFiles.mnist(train: 3, test: 2)
        files["train-labels-idx1-ubyte"] = SampleFiles.idxLabels(4)
        let counts = complaint(try folder(files))
        #expect(counts.contains("train-labels-idx1-ubyte, byte 4: has 4 labels"))
        #expect(counts.contains("train-images-idx3-ubyte has 3 images"))

        files = SampleFiles.mnist(train: 3, test: 2)
        files["t10k-images-idx3-ubyte"] = SampleFiles.idxImages(2, height: 2, width: 3)
        #expect(complaint(try folder(files)).contains("byte 8: has images of 2×3 pixels"))

        files = SampleFiles.mnist(train: 3, test: 2)
        files["t10k-images-idx3-ubyte"]?.removeLast()
        #expect(complaint(try folder(files)).contains("t10k-images-idx3-ubyte, byte 27: 2×3×2 images take 12 bytes"))

        files = SampleFiles.mnist(train: 3, test: 2)
        files["t10k-labels-idx1-ubyte"]?[9] = 77
        #expect(complaint(try folder(files)).contains("byte 9: label 1 is 77"))
    }

    @Test("that are not there, or not named, are errors")
    func noFolder() throws {
        let folder = try folder(["file": [1]])
        for path in ["\(folder.path)/nowhere", "\(folder.path)/file"] {
            let error = #expect(throws: DatasetError.self) { try ImageDataset.load(.mnist, directory: path) }
            #expect(error?.description == "--data \(path): there is no such folder")
        }
        for name in [DatasetName.mnist, .cifar10] {
            let error = #expect(throws: DatasetError.self) { try ImageDataset.load(name, directory: nil) }
            #expect(error?.description.contains("\(name.rawValue) needs --data DIR") == true)
        }
    }
}

@Suite("Folders of CIFAR-10")
struct CIFAR10FolderTests {
    /// Two records a training file, three to test with.
    private func folder(below name: String? = nil) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        if let name {
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/\(name)",
                withIntermediateDirectories: false
            )
        }
        let prefix = name.map { "\($0)/" } ?? ""
        for batch in 1...5 {
            try folder.write(
                SampleFiles.cifar([UInt8(batch), UInt8(batch + 4)]),
                to: "\(prefix)data_batch_\(batch).bin"
            )
        }
        try folder.write(SampleFiles.cifar([9, 0, 8]), to: "\(prefix)test_batch.bin")
        return folder
    }

    private func complaint(_ folder: TemporaryFolder) -> String {
        let error = #expect(throws: DatasetError.self) { try ImageDataset.load(.cifar10, directory: folder.path) }
        return error?.description ?? ""
    }

    @Test("are read, and so are folders that hold one", arguments: [nil, "cifar-10-batches-bin"])
    func read(name: String?) throws {
        let data = try ImageDataset.load(.cifar10, directory: try folder(below: name).path)
        #expect(data.channels == 3 && data.height == 32 && data.width == 32 && data.classes == 10)
        #expect(data.train.labels == [1, 5, 2, 6, 3, 7, 4, 8, 5, 9])
        #expect(data.test.labels == [9, 0, 8])
        #expect(data.test.pixels.count == 3 * 3_072)
        // Record 1 of a file starts at 7, its green plane at 57 (and 1,024 is a multiple of 256).
        #expect(data.train.pixels[3_072] == 7 && data.train.pixels[3_072 + 1_024] == 57)
        #expect(data.mean == [0.4914, 0.4822, 0.4465] && data.deviation == [0.2470, 0.2435, 0.2616])
    }

    @Test("that lack batches are errors that name every one of them")
    func missing() throws {
        let folder = try folder()
        try folder.remove("data_batch_3.bin")
        try folder.remove("test_batch.bin")
        #expect(complaint(folder).contains("lacks data_batch_3.bin, test_batch.bin: "))
    }

    @Test("with damaged batches are errors")
    func damaged() throws {
        let folder = try folder()
        let good = SampleFiles.cifar([1, 2])
        try folder.write([UInt8](good.dropLast()), to: "data_batch_2.bin")
        #expect(complaint(folder).contains("data_batch_2.bin, byte 3073: has 6145 bytes"))
        try folder.write(good + [1], to: "data_batch_2.bin")
        #expect(complaint(folder).contains("data_batch_2.bin, byte 6146: has 6147 bytes"))
        try folder.write([], to: "data_batch_2.bin")
        #expect(complaint(folder).contains("data_batch_2.bin, byte 0: is empty"))
        try folder.write(SampleFiles.cifar([1, 10]), to: "data_batch_2.bin")
        #expect(complaint(folder).contains("data_batch_2.bin, byte 3073: record 1 has label 10"))
    }
}

@Suite("Folders of CIFAR-100")
struct CIFAR100FolderTests {
    /// Records of a coarse and a fine label.
    private func records(_ labels: [(coarse: UInt8, fine: UInt8)]) -> [UInt8] {
        let pixels = (0..<3_072).map { UInt8(truncatingIfNeeded: $0) }
        return labels.flatMap { [$0.coarse, $0.fine] + pixels }
    }

    private func folder(below name: String? = nil) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let prefix = name.map { "\($0)/" } ?? ""
        try folder.write(records([(11, 19), (15, 29), (4, 0)]), to: "\(prefix)train.bin")
        try folder.write(records([(19, 99), (0, 72)]), to: "\(prefix)test.bin")
        return folder
    }

    @Test(
        "have fine and coarse labels, of which the name of the data set takes one",
        arguments: [nil, "cifar-100-binary"]
    )
    func read(name: String?) throws {
        let folder = try folder(below: name)
        let fine = try ImageDataset.load(.cifar100, directory: folder.path)
        #expect(fine.train.labels == [19, 29, 0] && fine.test.labels == [99, 72] && fine.classes == 100)
        #expect(["cattle", "dinosaur", "apple"] == fine.train.labels.map { fine.classNames[Int($0)] })
        #expect(["worm", "seal"] == fine.test.labels.map { fine.classNames[Int($0)] })
        let coarse = try ImageDataset.load(.cifar100Coarse, directory: folder.path)
        #expect(coarse.train.labels == [11, 15, 4] && coarse.test.labels == [19, 0] && coarse.classes == 20)
        #expect(coarse.train.labels.map { coarse.classNames[Int($0)] }.last == "fruit_and_vegetables")
        #expect(coarse.train.pixels == fine.train.pixels && fine.test.pixels[3_072] == 0 && fine.test.pixels[1] == 1)
        #expect(AugmentationPolicy.standard(for: .cifar100) == AugmentationPolicy(shift: 4, flip: true))
    }

    @Test("that are damaged, or CIFAR-10's, are errors")
    func damaged() throws {
        let folder = try folder()
        func complaint() -> String {
            let error = #expect(throws: DatasetError.self) { try ImageDataset.load(.cifar100, directory: folder.path) }
            return error?.description ?? ""
        }
        try folder.write(records([(1, 2), (20, 3)]), to: "train.bin")
        #expect(complaint().contains("train.bin, byte 3074: record 1 has label 20, labels run from 0 to 19"))
        try folder.write(records([(1, 100)]), to: "train.bin")
        #expect(complaint().contains("train.bin, byte 1: record 0 has label 100, labels run from 0 to 99"))
        try folder.write(SampleFiles.cifar([1, 2]), to: "train.bin")
        #expect(complaint().contains("no multiple of a record's 3074"))
        try folder.remove("test.bin")
        #expect(complaint().contains("lacks test.bin: --data must name the folder of the two files of CIFAR-100's"))
    }
}
