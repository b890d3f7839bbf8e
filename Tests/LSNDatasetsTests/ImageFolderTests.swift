import Foundation
import LSNFileFormats
import LSNReferenceBackend
import LSNTensors
import LSNTestPictures
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNDatasets

/// A folder with pictures of all encodings and sizes: `perClass` of each of three classes.
private func pictures(perClass: Int, size: [Int]? = nil) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let colours: [TestPicture.Colours] = [.red444, .grey, .cmyk, .progressive, .red420]
    for (label, name) in ["ant", "bee", "cat"].enumerated() {
        for index in 0..<perClass {
            let seed = 10 * label + index
            let picture = TestPicture(
                width: size?[1] ?? 20 + 3 * seed,
                height: size?[0] ?? 50 - 2 * index,
                seed: seed,
                colours: colours[seed % 5]
            )
            try folder.add(picture.jpeg(), at: "\(name)/\(name)_\(index).jpg")
        }
    }
    return folder
}

private func load(_ folder: TemporaryFolder, size: ImageSize = .square(14), bad: Int = 0) throws -> ImageFolder {
    try ImageFolder(folder.path, split: .every(2), imageSize: size, maxBadFiles: bad)
}

@Suite("Image folders")
struct ImageFolderTests {
    @Test("know what they hold")
    func facts() throws {
        let data = try load(try pictures(perClass: 5))
        #expect(data.trainCount == 9 && data.testCount == 6 && data.classes == 3)
        #expect(data.classNames == ["ant", "bee", "cat"] && data.splitName == "every-2" && data.form == .crops)
        #expect((data.channels, data.height, data.width, data.timeSteps) == (3, 14, 14, 1))
        #expect(data.testSample(1) == (1, "bee/bee_1.jpg"))
        let limited = data.limited(train: 4, test: 2)
        #expect(limited.trainCount == 4 && limited.testCount == 2)
    }

    @Test("give the same batches whatever was asked for before")
    func determinism() throws {
        let folder = try pictures(perClass: 6)
        let policy = AugmentationPolicy(shift: 0, flip: true)
        func batches() throws -> any BatchProvider {
            try load(folder).trainingBatches(batchSize: 4, seed: 3, policy: policy)
        }
        let inOrder = try batches()
        #expect(inOrder.batchCount == 3 && inOrder.sampleCount == 9)
        var expected: [[Batch]] = []
        for epoch in 0..<2 {
            expected.append(try (0..<3).map { try inOrder.trainingBatch(epoch: epoch, index: $0) })
        }
        #expect(expected[0] != expected[1])
        #expect(Set(expected[0].flatMap(\.indices)) == Set(0..<9))
        // Backwards, twice, epochs mixed with evaluation.
        let jumping = try batches()
        for (epoch, index) in [(1, 2), (0, 1), (1, 2), (0, 0), (1, 0)] {
            #expect(try jumping.trainingBatch(epoch: epoch, index: index) == expected[epoch][index])
            _ = try jumping.evaluationBatch(index: 0)
        }
    }

    @Test("read in parts are the same pictures, cut alike")
    func parts() throws {
        let folder = try pictures(perClass: 6)
        let policy = AugmentationPolicy(shift: 0, flip: true)
        let batches = try load(folder).trainingBatches(batchSize: 4, seed: 3, policy: policy)
        let whole = try batches.trainingBatch(epoch: 1, index: 1)
        let parts = try [4..<5, 5..<5, 5..<8].map { try batches.trainingSamples(epoch: 1, places: $0) }
        #expect(parts.map(\.count) == [1, 0, 3])
        #expect(parts.flatMap(\.indices) == whole.indices && parts.flatMap(\.labels) == whole.labels)
        // Every picture starts at a word of its own.
        #expect(parts.flatMap(\.pixelWords) == whole.pixelWords)
        /// Integers of every picture but the first, which says where it starts.
        func crops(_ transforms: [UInt32]) -> [ArraySlice<UInt32>] {
            stride(from: 0, to: transforms.count, by: PictureCrop.words).map {
                transforms[$0 + 1..<$0 + PictureCrop.words]
            }
        }
        #expect(parts.flatMap { crops($0.transforms) } == crops(whole.transforms))
        #expect(crops(whole.transforms).count == 4)
    }

    @Test("train on rectangles of the allowed area and ratio, and evaluate on the centre")
    func geometry() throws {
        let geometry = CropGeometry(size: 224)
        #expect(geometry.evaluationSide == 256 && CropGeometry(size: 32).evaluationSide == 37)
        #expect(geometry.centreCrop(height: 500, width: 375) == (341, 256, 58, 16))
        #expect(geometry.centreCrop(height: 100, width: 100) == (256, 256, 16, 16))
        #expect(CropGeometry(size: 1).centreCrop(height: 7, width: 9) == (1, 1, 0, 0))
        var areas: [Double] = []
        var flipped = 0
        for sample in 0..<500 {
            let variation = SampleVariation(
                seed: 1,
                epoch: 0,
                sample: sample,
                policy: AugmentationPolicy(shift: 0, flip: true)
            )
            let (box, flips) = geometry.randomCrop(height: 300, width: 400, variation: variation)
            #expect(box.top >= 0 && box.left >= 0 && box.top + box.height <= 300 && box.left + box.width <= 400)
            let ratio = Double(box.width) / Double(box.height)
            #expect(ratio > 0.73 && ratio < 1.37, "\(box)")
            areas.append(Double(box.width * box.height) / 120_000)
            flipped += flips ? 1 : 0
        }
        #expect(areas.allSatisfy { $0 > 0.07 && $0 <= 1 })
        #expect(areas.min() ?? 1 < 0.12 && areas.max() ?? 0 > 0.85)
        #expect((200...300).contains(flipped))
        // No rectangle of an allowed ratio fits such strips but the fallback's.
        for (height, width) in [(1, 1_000), (1_000, 1)] {
            let variation = SampleVariation(seed: 1, epoch: 0, sample: 0, policy: .none)
            let (box, _) = geometry.randomCrop(height: height, width: width, variation: variation)
            #expect(box.height >= 1 && box.width >= 1 && box.top + box.height <= height)
        }
    }

    @Test("pack only the rectangle, and the device makes of it what it would of the whole picture")
    func preparation() throws {
        let folder = try pictures(perClass: 4)
        let data = try load(folder)
        let preparer = BatchPreparer(backend: Backend(ReferenceBackend()), data: data)
        let provider = data.trainingBatches(batchSize: 6, seed: 5, policy: .none)
        let batch = try provider.trainingBatch(epoch: 2, index: 0)
        let values = try preparer.backend.values(try preparer.prepare(batch))
        #expect(values.count == 6 * 3 * 14 * 14)
        let geometry = CropGeometry(size: 14)
        for (position, sample) in batch.indices.enumerated() {
            let path = try #require(trainPath(data, sample, folder))
            let picture = try PictureFile.read(path)
            let variation = SampleVariation(seed: 5, epoch: 2, sample: sample, policy: .none)
            let (box, _) = geometry.randomCrop(height: picture.height, width: picture.width, variation: variation)
            let part = Picture(width: box.width, height: box.height, pixels: picture.part(box)).pixels
            var words = [UInt32](repeating: 0, count: (part.count + 3) / 4)
            for (index, byte) in part.enumerated() { words[index / 4] |= UInt32(byte) << UInt32(8 * (index % 4)) }
            let alone = try preparer.backend.resizeImages(
                pixels: try preparer.backend.upload(words),
                crops: [PictureCrop([0, UInt32(box.height), UInt32(box.width), 14, 14, 0, 0, 0][...])],
                shape: ImageShape(images: 1, height: 14, width: 14, channels: 3),
                mean: data.mean,
                deviation: data.deviation
            )
            let size = 3 * 14 * 14
            #expect(try preparer.backend.values(alone) == Array(values[position * size..<(position + 1) * size]))
        }
    }

    @Test(
        "take strips as they take other pictures: of any length, their middle is what evaluation sees",
        arguments: [(1, 300), (300, 1), (2, 65_500), (65_500, 2)]
    )
    func strips(height: Int, width: Int) throws {
        let folder = try TemporaryFolder()
        for name in ["ant", "bee"] {
            // Levels rise towards the middle of the strip.
            let long = max(height, width)
            let levels = (0..<long).flatMap { place -> [UInt8] in
                let level = UInt8(255 * min(place, long - 1 - place) / (long / 2))
                return [level, level, level]
            }
            let pixels = (0..<height * width).flatMap { pixel -> ArraySlice<UInt8> in
                let place = width > height ? pixel % width : pixel / width
                return levels[3 * place..<3 * place + 3]
            }
            let picture = TestPicture(width: width, height: height, pixels: pixels)
            for index in 0..<2 { try folder.add(picture.jpeg(), at: "\(name)/\(index).jpg") }
        }
        let data = try load(folder, size: .square(224))
        let preparer = BatchPreparer(backend: Backend(ReferenceBackend()), data: data)
        let tested = try data.evaluationBatches(batchSize: 2).evaluationBatch(index: 0)
        let trained = try data.trainingBatches(batchSize: 2, seed: 0, policy: .none).trainingBatch(epoch: 0, index: 0)
        for batch in [tested, trained] {
            #expect(batch.count == 2)
            let values = try preparer.backend.values(try preparer.prepare(batch))
            #expect(values.count == 2 * 3 * 224 * 224 && values.allSatisfy(\.isFinite))
        }
        #expect(data.badFiles.isEmpty)
        let values = try preparer.backend.values(try preparer.prepare(tested))
        let middle = (values[112 * 224 + 112] * data.deviation[0] + data.mean[0]) * 255
        #expect(middle > 245, "\(middle)")
    }

    /// The file of a training sample, in the order of the split.
    private func trainPath(_ data: ImageFolder, _ sample: Int, _ folder: TemporaryFolder) -> String? {
        let folders = try? ClassFolders(
            folder.path,
            extensions: PictureFile.extensions,
            rule: .every(2),
            candidates: []
        )
        return folders.map { "\(folder.path)/\($0.train.paths[sample])" }
    }

    @Test("leave pictures of one size as they are where that is asked")
    func native() throws {
        let folder = try pictures(perClass: 4, size: [9, 13])
        let data = try load(folder, size: .native)
        #expect((data.form, data.height, data.width) == (.pictures, 9, 13))
        let batch = try data.evaluationBatches(batchSize: 6).evaluationBatch(index: 0)
        let preparer = BatchPreparer(backend: Backend(ReferenceBackend()), data: data)
        let values = try preparer.backend.values(try preparer.prepare(batch))
        let first = try PictureFile.read("\(folder.path)/ant/ant_1.jpg")
        for pixel in 0..<9 * 13 {
            for channel in 0..<3 {
                let level = (values[channel * 117 + pixel] * data.deviation[channel] + data.mean[channel]) * 255
                #expect(abs(level - Float(first.pixels[3 * pixel + channel])) < 1e-3)
            }
        }
        try folder.add(TestPicture(width: 9, height: 9).jpeg(), at: "bee/bee_1.jpg")
        let other = try load(folder, size: .native)
        let error = #expect(throws: DatasetError.self) {
            try other.evaluationBatches(batchSize: 6).evaluationBatch(index: 0)
        }
        #expect(error?.description.contains("bee_1.jpg: has 9×9 pixels, the first picture has 9×13") == true)
    }
}

@Suite("Damaged pictures")
struct DamagedPictureTests {
    @Test("are left out of an evaluation, the same way every time, and are named")
    func leftOut() throws {
        let folder = try pictures(perClass: 8)
        let sound = try load(folder, bad: 2).evaluationBatches(batchSize: 5)
        let all = try (0..<3).map { try sound.evaluationBatch(index: $0) }
        #expect(all.flatMap(\.indices) == Array(0..<12))
        try folder.add([1, 2, 3], at: "bee/bee_3.jpg")
        try folder.add([], at: "cat/cat_7.jpg")
        for _ in 0..<3 {
            let data = try load(folder, bad: 2)
            let provider = data.evaluationBatches(batchSize: 5)
            #expect(provider.sampleCount == 12 && provider.batchCount == 3)
            var batches: [Batch] = []
            for index in [2, 0, 1] { batches.append(try provider.evaluationBatch(index: index)) }
            // bee_3 is the fifth, cat_7 the last.
            #expect(batches[1].indices == [0, 1, 2, 3] && batches[0].indices == [10] && batches[2] == all[1])
            #expect(batches[1].labels == Array(all[0].labels.prefix(4)))
            #expect(batches[1].pixelWords == Array(all[0].pixelWords.prefix(batches[1].pixelWords.count)))
            #expect(Set(data.badFiles.map(\.path)) == ["bee/bee_3.jpg", "cat/cat_7.jpg"])
            #expect(data.testSample(10) == (1, "bee/bee_7.jpg"))
        }
    }

    /// Of ranks that share an evaluation each reads its own batches, ahead too.
    @Test("are not met by whoever has others to read")
    func notMet() throws {
        let folder = try pictures(perClass: 8)
        try folder.add([1, 2, 3], at: "bee/bee_3.jpg")
        try folder.add([], at: "cat/cat_7.jpg")
        let data = try load(folder, bad: 2)
        let provider = data.evaluationBatches(batchSize: 2)
        var indices: [Int] = []
        for index in [1, 3, 5] {
            let following = [index + 2, index + 4].filter { $0 < provider.batchCount }
            indices += try provider.evaluationBatch(index: index, following: following).indices
        }
        // bee_3 is the fifth, in batch 2; cat_7 the last, in batch 5.
        #expect(indices == [2, 3, 6, 7, 10])
        #expect(data.badFiles.map(\.path) == ["cat/cat_7.jpg"])
    }

    @Test("make batches of an evaluation empty where all of them are")
    func emptyBatch() throws {
        let folder = try pictures(perClass: 4)
        for name in ["ant", "bee", "cat"] { try folder.add([0], at: "\(name)/\(name)_1.jpg") }
        let provider = try load(folder, bad: 3).evaluationBatches(batchSize: 3)
        let batch = try provider.evaluationBatch(index: 0)
        #expect(batch.count == 0 && batch.labels.isEmpty && batch.pixelWords.isEmpty && batch.transforms.isEmpty)
        #expect(try provider.evaluationBatch(index: 1).indices == [3, 4, 5])
    }

    @Test("give way to the next of their class in training, the same way every time")
    func replacement() throws {
        let folder = try pictures(perClass: 8)
        try folder.add([1, 2, 3], at: "bee/bee_2.jpg")
        var batches: [Batch] = []
        for _ in 0..<3 {
            let data = try load(folder, bad: 2)
            batches.append(
                try data.trainingBatches(batchSize: 12, seed: 1, policy: .none).trainingBatch(epoch: 0, index: 0)
            )
            #expect(data.badFiles.map(\.path) == ["bee/bee_2.jpg"])
            #expect(
                data.badFiles[0].error.problem.contains("starts neither as JPEG (ff d8) nor as PNG files do") == true
            )
        }
        #expect(batches[0] == batches[1] && batches[1] == batches[2] && batches[0].count == 12)
    }

    @Test("and files that vanish are errors beyond the limit, which names them")
    func limit() throws {
        let folder = try pictures(perClass: 8)
        let data = try load(folder, bad: 1)
        let provider = data.trainingBatches(batchSize: 4, seed: 0, policy: .none)
        _ = try provider.trainingBatch(epoch: 0, index: 0)
        for name in ["ant", "bee", "cat"] {
            for index in stride(from: 0, to: 8, by: 2) { try folder.remove("\(name)/\(name)_\(index).jpg") }
        }
        let error = #expect(throws: DatasetError.self) {
            for index in 0..<3 { _ = try provider.trainingBatch(epoch: 1, index: index) }
        }
        let text = error?.description ?? ""
        #expect(text.contains("--max-bad-files 1 bears no more"))
        #expect(text.contains("No such file or directory") && text.contains(".jpg"))
    }

    @Test("of a whole class are an error that names it")
    func wholeClass() throws {
        let folder = try pictures(perClass: 4)
        for index in 0..<4 { try folder.add([0], at: "bee/bee_\(index).jpg") }
        let data = try load(folder, bad: 100)
        let error = #expect(throws: DatasetError.self) {
            try data.trainingBatches(batchSize: 6, seed: 0, policy: .none).trainingBatch(epoch: 0, index: 0)
        }
        #expect(error?.description.contains("no file of the split and class of bee/bee_") == true)
        #expect(try data.evaluationBatches(batchSize: 6).evaluationBatch(index: 0).labels == [0, 2, 0, 2])
    }

    @Test("are all found by a check")
    func check() throws {
        let folder = try pictures(perClass: 6)
        try folder.add([], at: "ant/ant_2.jpg")
        try folder.add([UInt8](TestPicture(width: 30, height: 30).jpeg().dropLast(40)), at: "cat/cat_5.jpg")
        let calls = Mutex<[Int]>([])
        let bad = try load(folder).check { done, total in
            #expect(total == 18)
            calls.withLock { $0.append(done) }
        }
        #expect(Set(bad.map(\.path)) == ["ant/ant_2.jpg", "cat/cat_5.jpg"])
        #expect(calls.withLock { $0 } == Array(0...18))
    }
}

@Suite("Values made ahead")
struct PrefetcherTests {
    @Test("come in the order asked for, and no more are held than announced")
    func order() {
        let prefetcher = Prefetcher<Int, Int>(threads: 3) { 10 * $0 }
        for start in stride(from: 0, to: 200, by: 10) {
            let keys = Array(start..<start + 10)
            #expect(prefetcher.values(keys, following: Array(start + 10..<start + 15)) == keys.map { 10 * $0 })
            #expect(prefetcher.held <= 5 + 3)
        }
        #expect(prefetcher.values([7], following: []) == [70])
        #expect(prefetcher.values([], following: []) == [])
    }
}

/// Tiny-ImageNet: the files of `val` stand in one folder, and a list has their classes.
@Suite("Listed pictures")
struct AnnotatedFolderTests {
    private func tiny(_ list: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["n02", "n10", "n9"] {
            for index in 0..<2 {
                let picture = TestPicture(width: 16, height: 16, seed: index)
                try folder.write(picture.jpeg(), to: "train/\(name)/images/\(name)_\(index).JPEG")
            }
            try folder.write("\(name)_0.JPEG\t0\t0\t9\t9\n", to: "train/\(name)/\(name)_boxes.txt")
        }
        for index in 0..<4 {
            try folder.write(
                TestPicture(width: 16, height: 16, seed: 9 + index).jpeg(),
                to: "val/images/val_\(index).JPEG"
            )
        }
        try folder.write(TestPicture(width: 16, height: 16).jpeg(), to: "test/images/test_0.JPEG")
        try folder.write(list, to: "val/val_annotations.txt")
        return folder
    }

    private func load(_ folder: TemporaryFolder) throws -> ImageFolder {
        try ImageFolder(folder.path, name: .images, split: nil, imageSize: .square(8), maxBadFiles: 0)
    }

    @Test("have the classes of their list")
    func read() throws {
        let list = "val_0.JPEG\tn9\t0\t32\t44\t62\nval_1.JPEG\tn02\t1\t2\t3\t4\r\nval_2.JPEG\tn10\nval_3.JPEG\tn9\n"
        let data = try load(tiny(list))
        #expect(data.name == .images && data.classNames == ["n02", "n9", "n10"] && data.splitName == "folders")
        #expect((data.trainCount, data.testCount) == (6, 4))
        let samples = (0..<4).map { data.testSample($0) }
        #expect(samples.map(\.label) == [0, 1, 2, 1])
        let names = ["val_1", "val_0", "val_2", "val_3"].map { "val/images/\($0).JPEG" }
        #expect(samples.map(\.file) == names)
        #expect(try data.evaluationBatches(batchSize: 4).evaluationBatch(index: 0).count == 4)
        #expect(data.check { _, _ in }.isEmpty)
        #expect(data.warnings.count == 1 && data.warnings[0].contains("test is not used"))
    }

    @Test("whose list is damaged, or has other classes, are errors that name the line")
    func damaged() throws {
        for (list, problem) in [
            (
                "val_0.JPEG\tn9\nval_1.JPEG n02\n",
                "val_annotations.txt, byte 14: line 2 is not a file's name and its class"
            ),
            ("\tn9\n", "line 1 is not"), ("../x.JPEG\tn9\n", "line 1 is not"),
            ("val_0.JPEG\tn77\n", "classes that train lacks (n77)"),
            ("\n", "lists no file"),
        ] {
            let folder = try tiny(list)
            let error = #expect(throws: DatasetError.self) { try load(folder) }
            #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        }
        // Changed in any way it ends in an error or in classes.
        let sound = [UInt8]("val_0.JPEG\tn9\t0\t32\nval_1.JPEG\tn02\t1\nval_2.JPEG\tn10\n".utf8)
        let folder = try tiny("")
        var errors: Set<String> = []
        for index in 0..<10_000 {
            var mutations = Mutations(index)
            try folder.write(mutations.apply(to: sound), to: "val/val_annotations.txt")
            do throws(DatasetError) {
                let found = try AnnotatedFolder.classes(below: "val/", in: folder.path)
                #expect(found?.allSatisfy { !$0.files.isEmpty } == true)
            } catch {
                errors.insert(error.description)
            }
        }
        #expect(errors.count > 10)
        // A file that is listed and is not there is a bad file.
        let data = try load(tiny("val_0.JPEG\tn9\nval_7.JPEG\tn02\n"))
        #expect(data.check { _, _ in }.map(\.path) == ["val/images/val_7.JPEG"])
    }
}
