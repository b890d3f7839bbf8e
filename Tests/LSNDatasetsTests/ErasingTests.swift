import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNDatasets

@Suite struct ErasingTests {
    /// What `erasures()` of Tests/LSNConformanceTests/Golden/recipes.py prints: the square, then the rectangle.
    private static let expected: [[UInt32]] = [
        [23, 32, 17, 24, 2, 16, 2, 19], [9, 18, 0, 6, 0, 0, 0, 0], [4, 13, 16, 24, 8, 24, 0, 14],
        [26, 32, 7, 16, 7, 20, 5, 24], [3, 12, 5, 14, 10, 25, 9, 24], [8, 17, 11, 20, 0, 0, 0, 0],
        [6, 15, 16, 24, 1, 22, 9, 18], [11, 20, 1, 10, 0, 0, 0, 0], [13, 22, 15, 24, 15, 32, 2, 13],
        [7, 16, 1, 10, 4, 21, 17, 24], [0, 9, 5, 14, 10, 31, 3, 15], [0, 9, 9, 18, 0, 0, 0, 0],
    ]

    @Test func rectanglesAreThoseOfTorchvisionAndCutout() {
        for (sample, expected) in Self.expected.enumerated() {
            func draw(_ cutout: Int, _ erasing: Double) -> [UInt32] {
                AugmentationPolicy(shift: 0, flip: false, cutout: cutout, randomErasing: erasing)
                    .erasures(seed: 5, epoch: 2, sample: sample, height: 32, width: 24)
            }
            #expect(draw(9, 0.75) == expected)
            #expect(draw(9, 0) == Array(expected[..<4]))
            #expect(draw(0, 0.75) == Array(expected[4...]))
        }
    }

    private static let data = ImageDataset(
        name: .digits,
        height: 6,
        width: 5,
        train: split(40),
        test: split(3),
        source: "tests"
    )

    private static func split(_ count: Int) -> ImageSplit {
        ImageSplit(
            pixels: [UInt8](repeating: 255, count: 30 * count),
            labels: (0..<count).map { UInt8($0 % 10) },
            bytesPerImage: 30
        )
    }

    /// A sample's rectangles do not depend on the batch that it is in, and are others in another epoch.
    @Test func aSampleHasTheSameRectanglesInEveryBatch() throws {
        let policy = AugmentationPolicy(shift: 0, flip: false, cutout: 3, randomErasing: 0.5)
        func rectangles(_ batchSize: Int, epoch: Int) throws -> [Int: [UInt32]] {
            let batches = Self.data.variedBatches(batchSize: batchSize, seed: 4, policy: policy)
            var found: [Int: [UInt32]] = [:]
            for index in 0..<batches.batchCount {
                let batch = try batches.trainingBatch(epoch: epoch, index: index)
                #expect(batch.erasures.count == 8 * batch.count)
                for (place, sample) in batch.indices.enumerated() {
                    found[sample] = Array(batch.erasures[8 * place..<8 * place + 8])
                }
                #expect(try batches.evaluationBatch(index: 0).erasures.isEmpty)
            }
            return found
        }
        let first = try rectangles(40, epoch: 1)
        #expect(first.count == 40)
        #expect(try rectangles(7, epoch: 1) == first)
        #expect(try rectangles(7, epoch: 2) != first)
    }

    /// Whatever the form: what is erased is 0, all else as it was, and again when it is prepared again.
    @Test(arguments: [1, 3])
    func preparedSamplesAreErased(timeSteps: Int) throws {
        let backend = Backend(ReferenceBackend())
        let samples = try MemorySamples(
            values: (0..<timeSteps * 4 * 30).map { Float($0 + 1) },
            labels: [0, 1, 2, 3],
            timeSteps: timeSteps,
            channels: 1,
            height: 6,
            width: 5
        )
        var batch = samples.batch([2, 0])
        batch.erasures = [1, 3, 2, 4, 0, 6, 4, 5]
        let preparer = BatchPreparer(backend: backend, samples: samples)
        let uploaded = try preparer.upload(batch)
        for _ in 0..<2 {
            let values = try backend.values(preparer.prepare(uploaded))
            for step in 0..<timeSteps {
                for (place, sample) in [2, 0].enumerated() {
                    for row in 0..<6 {
                        for column in 0..<5 {
                            let isErased = place == 0 ? 1..<3 ~= row && 2..<4 ~= column : column == 4
                            let pixel = row * 5 + column
                            let own = Float((step * 4 + sample) * 30 + pixel + 1)
                            #expect(values[(step * 2 + place) * 30 + pixel] == (isErased ? 0 : own))
                        }
                    }
                }
            }
        }
    }

    @Test func placeholdersHaveRoomForRectangles() throws {
        let backend = Backend(ReferenceBackend())
        let policy = AugmentationPolicy(shift: 0, flip: false, cutout: 2, randomErasing: 1)
        let preparer = BatchPreparer(backend: backend, data: Self.data, policy: policy)
        #expect(try preparer.placeholder(count: 5).erasures?.rectangles.words == 40)
        #expect(try BatchPreparer(backend: backend, data: Self.data).placeholder(count: 5).erasures == nil)
    }
}
