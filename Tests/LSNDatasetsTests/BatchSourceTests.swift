import Foundation
import LSNDatasets
import Testing

@Suite("Batches")
struct BatchSourceTests {
    /// `count` images of `bytes` bytes each, every image with bytes of its own.
    private static func split(_ count: Int, bytes: Int = 5) -> ImageSplit {
        ImageSplit(
            pixels: (0..<count * bytes).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) },
            labels: (0..<count).map { UInt8($0 % 10) },
            bytesPerImage: bytes
        )
    }

    private static func source(
        _ count: Int,
        batchSize: Int,
        seed: UInt64 = 0,
        policy: AugmentationPolicy = AugmentationPolicy(shift: 4, flip: true)
    ) -> BatchSource {
        BatchSource(split: split(count), batchSize: batchSize, seed: seed, policy: policy)
    }

    @Test("are shuffled in the order that an independent Philox and Fisher–Yates give")
    func knownOrder() {
        #expect(Self.source(10, batchSize: 3).trainingOrder(epoch: 1) == [2, 9, 8, 1, 4, 6, 3, 7, 0, 5])
        #expect(Self.source(10, batchSize: 3).trainingOrder(epoch: 2) == [1, 2, 7, 6, 0, 5, 3, 8, 9, 4])
        #expect(Self.source(10, batchSize: 3, seed: 1 << 40).trainingOrder(epoch: 1) == [9, 2, 7, 5, 6, 3, 4, 0, 1, 8])
    }

    @Test("are moved and flipped as an independent Philox says")
    func knownTransforms() throws {
        let expected: [Int: [Int32]] = [0: [2, 0, 1], 1: [-3, 2, 1], 2: [-1, 3, 1], 49_999: [3, -3, 0]]
        let source = Self.source(50_000, batchSize: 50_000, seed: 7)
        let batch = source.trainingBatch(epoch: 3, index: 0)
        for (sample, transform) in expected {
            let place = try #require(batch.indices.firstIndex(of: sample))
            #expect(batch.transforms[3 * place..<3 * place + 3].map { Int32(bitPattern: $0) } == transform)
        }
    }

    @Test("of an epoch hold every sample once, the last one what is left", arguments: [1, 3, 10, 11])
    func partition(batchSize: Int) {
        let source = Self.source(10, batchSize: batchSize)
        #expect(source.batchCount == (10 + batchSize - 1) / batchSize)
        let training = (0..<source.batchCount).map { source.trainingBatch(epoch: 5, index: $0) }
        #expect(training.flatMap(\.indices) == source.trainingOrder(epoch: 5))
        #expect(training.flatMap(\.indices).sorted() == Array(0..<10))
        #expect(training.dropLast().allSatisfy { $0.count == batchSize })
        let evaluation = (0..<source.batchCount).map { source.evaluationBatch(index: $0) }
        #expect(evaluation.flatMap(\.indices) == Array(0..<10))
        #expect(evaluation.allSatisfy { $0.transforms == [UInt32](repeating: 0, count: 3 * $0.count) })
        for batch in training + evaluation {
            #expect(batch.labels == batch.indices.map { UInt32($0 % 10) })
        }
    }

    @Test("pack bytes four to a word, the first lowest, each image behind the other", arguments: [1, 3, 4, 7, 784])
    func packing(bytes: Int) {
        let split = Self.split(7, bytes: bytes)
        let source = BatchSource(split: split, batchSize: 3, seed: 1, policy: .none)
        let batches = [source.trainingBatch(epoch: 0, index: 0), source.evaluationBatch(index: 2)]
        for batch in batches {
            let expected = batch.indices.flatMap { split.pixels[$0 * bytes..<($0 + 1) * bytes] }
            var words = [UInt32](repeating: 0, count: (expected.count + 3) / 4)
            for (place, byte) in expected.enumerated() { words[place / 4] |= UInt32(byte) << UInt32(8 * (place % 4)) }
            #expect(batch.pixelWords == words)
        }
    }

    @Test("are the same whenever they are asked for, and others for another seed or epoch")
    func determinism() {
        let source = Self.source(100, batchSize: 10)
        let first = source.trainingBatch(epoch: 1, index: 3)
        let other = source.trainingBatch(epoch: 2, index: 3)
        #expect(source.trainingBatch(epoch: 1, index: 3) == first)
        #expect(Self.source(100, batchSize: 10).trainingBatch(epoch: 1, index: 3) == first)
        #expect(other.indices != first.indices)
        #expect(Self.source(100, batchSize: 10, seed: 1).trainingBatch(epoch: 1, index: 3).indices != first.indices)
    }

    /// The transform of every sample in an epoch.
    private func transforms(_ source: BatchSource, epoch: Int) -> [Int: [Int32]] {
        var result: [Int: [Int32]] = [:]
        for index in 0..<source.batchCount {
            let batch = source.trainingBatch(epoch: epoch, index: index)
            for (place, sample) in batch.indices.enumerated() {
                result[sample] = batch.transforms[3 * place..<3 * place + 3].map { Int32(bitPattern: $0) }
            }
        }
        return result
    }

    @Test("vary a sample alike, whatever batch it is in")
    func independence() {
        let small = transforms(Self.source(100, batchSize: 7), epoch: 1)
        #expect(transforms(Self.source(100, batchSize: 100), epoch: 1) == small)
        // Fewer samples: another order, the same crops.
        let fewer = transforms(Self.source(50, batchSize: 7), epoch: 1)
        #expect(fewer.allSatisfy { small[$0.key] == $0.value })
        #expect(transforms(Self.source(100, batchSize: 7), epoch: 2) != small)
        let unflipped = Self.source(100, batchSize: 7, policy: AugmentationPolicy(shift: 4, flip: false))
        for (sample, transform) in transforms(unflipped, epoch: 1) {
            #expect(transform[2] == 0 && transform[..<2] == small[sample]?[..<2])
        }
    }

    @Test("use all shifts of the policy about equally often, and no other")
    func distribution() {
        let count = 9_000
        let all = transforms(Self.source(count, batchSize: 1_000), epoch: 0).values
        for axis in 0..<2 {
            let counts = Dictionary(grouping: all) { $0[axis] }.mapValues(\.count)
            #expect(Set(counts.keys) == Set(-4...4))
            // 1,000 are expected of each; five deviations of a binomial count are 149.
            #expect(counts.values.allSatisfy { abs($0 - 1_000) < 149 })
        }
        // Five deviations are 237.
        #expect(abs(all.filter { $0[2] == 1 }.count - 4_500) < 237)
    }

    @Test("are none of an empty split")
    func empty() {
        #expect(BatchSource(split: Self.split(0), batchSize: 4, seed: 0, policy: .none).batchCount == 0)
    }
}

@Suite("Splits and policies")
struct SplitTests {
    @Test(
        "a prefix is the first samples, or all there are",
        arguments: [(nil, 4), (0, 0), (3, 3), (4, 4), (9, 4), (-1, 0)]
    )
    func prefix(count: Int?, expected: Int) {
        let split = ImageSplit(pixels: [1, 2, 3, 4, 5, 6, 7, 8], labels: [0, 1, 2, 3], bytesPerImage: 2)
        let part = split.prefix(count)
        #expect(part.count == expected)
        #expect(part.labels == [UInt8](split.labels[..<expected]))
        #expect(part.pixels == [UInt8](split.pixels[..<(2 * expected)]))
    }

    @Test("a policy comes back from a configuration file")
    func coding() throws {
        let standard = AugmentationPolicy.standard(for: .cifar10)
        #expect(standard == AugmentationPolicy(shift: 4, flip: true))
        let erasing = AugmentationPolicy(shift: 1, flip: false, cutout: 8, randomErasing: 0.25)
        for policy in [standard, erasing] {
            #expect(try JSONDecoder().decode(AugmentationPolicy.self, from: JSONEncoder().encode(policy)) == policy)
        }
        let earlier = Data(#"{"shift":4,"flip":true}"#.utf8)
        #expect(try JSONDecoder().decode(AugmentationPolicy.self, from: earlier) == standard)
    }

    @Test(
        "a policy out of its range is refused",
        arguments: [
            #"{"shift":-1,"flip":false}"#, #"{"shift":4097,"flip":false}"#, #"{"shift":1}"#,
            #"{"shift":1,"flip":false,"cutout":-1}"#, #"{"shift":1,"flip":false,"randomErasing":1.5}"#,
        ]
    )
    func refusal(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(AugmentationPolicy.self, from: Data(text.utf8))
        }
    }

    @Test("digits move by 2 pixels and are not flipped", arguments: [DatasetName.digits, .mnist])
    func digits(name: DatasetName) {
        #expect(AugmentationPolicy.standard(for: name) == AugmentationPolicy(shift: 2, flip: false))
    }
}
