import LSNFileFormats
import LSNTestPictures
import LSNTestSupport
import Testing

@testable import LSNDatasets

@Suite("A validation split")
struct ValidationSplitTests {
    @Test("is a share below 1 or a number of samples")
    func texts() {
        for text in ["0.1", "0.25", "1", "5000"] { #expect(ValidationSplit(text)?.description == text) }
        for text in ["0", "0.0", "1.0", "-3", "-0.1", "1.5", "half", "", "nan", "inf"] {
            #expect(ValidationSplit(text) == nil)
        }
        #expect(ValidationSplit("1e-2") == .share(0.01))
    }

    /// Labels in an order of their own, and how many of each class validate.
    private func shares(_ split: ValidationSplit, _ counts: [Int], seed: UInt64 = 0) throws -> (
        labels: [Int], places: [Int], taken: [Int]
    ) {
        var labels = counts.enumerated().flatMap { [Int](repeating: $0, count: $1) }
        // Classes stand mixed.
        labels = labels.indices.map { labels[$0 * 37 % labels.count] }
        let places = try split.places(labels: labels, seed: seed)
        return (labels, places, counts.indices.map { label in places.count { labels[$0] == label } })
    }

    @Test("has every class in proportion; what is left over goes to the largest remainders")
    func proportions() throws {
        #expect(try shares(.share(0.1), [50, 30, 20]).taken == [5, 3, 2])
        #expect(try shares(.samples(7), [50, 30, 20]).taken == [4, 2, 1])
        // ⌈0.1 · 101⌉ = 11: 5.4, 3.3, 2.3.
        #expect(try shares(.share(0.1), [50, 30, 21]).taken == [6, 3, 2])
        // Equal remainders: the lower labels.
        #expect(try shares(.samples(2), [10, 10, 10]).taken == [1, 1, 0])
        // None gives its last sample.
        #expect(try shares(.samples(97), [49, 50, 1]).taken == [48, 49, 0])
        #expect(try shares(.samples(97), [50, 30, 20]).taken == [49, 29, 19])
        let error = #expect(throws: DatasetError.self) { _ = try shares(.samples(98), [50, 30, 20]) }
        #expect(error?.description.contains("--val-split 98 takes 98 of the 100 samples") == true)
        #expect(throws: DatasetError.self) { _ = try ValidationSplit.samples(1).places(labels: [], seed: 0) }
    }

    @Test("is the same for the same seed, another for another, and has no order but that of the file")
    func seeds() throws {
        let first = try shares(.samples(30), [50, 30, 20], seed: 1)
        #expect(try shares(.samples(30), [50, 30, 20], seed: 1).places == first.places)
        #expect(try shares(.samples(30), [50, 30, 20], seed: 2).places != first.places)
        #expect(first.places == Set(first.places).sorted() && first.places.count == 30)
    }

    @Test("divides pictures in memory: what it holds out is in no training batch")
    func pictures() throws {
        let pixels = (0..<40).flatMap { [UInt8](repeating: UInt8($0), count: 4) }
        let train = ImageSplit(pixels: pixels, labels: (0..<40).map { UInt8($0 % 4) }, bytesPerImage: 4)
        let data = ImageDataset(
            name: .digits,
            height: 2,
            width: 2,
            train: train,
            test: train.prefix(3),
            source: "tests"
        )
        let parts = try ValidationSplit.share(0.25).divide(data, seed: 5)
        #expect((parts.trainCount, parts.testCount) == (30, 10))
        let held = parts.evaluationBatches(batchSize: 10)
        let kept = parts.trainingBatches(batchSize: 30, seed: 0, policy: .none)
        let (a, b) = (try held.evaluationBatch(index: 0), try kept.trainingBatch(epoch: 0, index: 0))
        func numbers(_ batch: Batch) -> Set<UInt32> { Set(batch.pixelWords.map { $0 & 0xFF }) }
        #expect(numbers(a).isDisjoint(with: numbers(b)) && numbers(a).union(numbers(b)) == Set(0..<40))
        for batch in [a, b] {
            #expect(zip(batch.pixelWords, batch.labels).allSatisfy { ($0 & 0xFF) % 4 == $1 })
        }
    }

    @Test("divides files, whose list stays whole")
    func files() throws {
        let folder = try TemporaryFolder()
        for name in ["ant", "bee"] {
            for index in 0..<10 {
                try folder.write(TestPicture(width: 8, height: 8, seed: index).jpeg(), to: "\(name)/\(index).jpg")
            }
        }
        let data = try ImageFolder(folder.path, split: .every(5), imageSize: .square(8), maxBadFiles: 0)
        let parts = try #require(try ValidationSplit.samples(4).divide(data, seed: 0) as? ImageFolder)
        #expect((parts.trainCount, parts.testCount) == (12, 4))
        let held = (0..<4).map { parts.testSample($0) }
        #expect(held.map(\.label).sorted() == [0, 0, 1, 1])
        #expect(Set(held.compactMap(\.file)).isDisjoint(with: Set((0..<4).compactMap { data.testSample($0).file })))
        #expect(
            try parts.evaluationBatches(batchSize: 4).evaluationBatch(index: 0).labels == held.map { UInt32($0.label) }
        )
    }
}
