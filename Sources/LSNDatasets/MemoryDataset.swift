import LSNHostSystem
package import LSNTensors

/// Samples that another program has in memory, as the network sees them: what `lsn data dump` writes.
///
/// Samples in arrays of files are ``SampleArray``.
package struct MemorySamples: Sendable {
    /// N labels.
    package let labels: [UInt32]
    private let values: [Float]
    /// T of recordings, 1 of pictures.
    package let timeSteps: Int
    /// Of one image.
    package let shape: ImageShape

    /// Samples.
    ///
    /// - Parameters:
    ///   - values: of pictures `[N, C, H, W]`, of recordings `[T, N, C, H, W]`, as many as the shape and the labels say.
    ///   - labels: the class of each of N ≥ 1 samples.
    ///   - timeSteps: T of recordings; 1 for pictures.
    ///   - channels: C.
    ///   - height: H.
    ///   - width: W.
    /// - Throws: ``DatasetError`` where there are not as many values.
    package init(
        values: [Float],
        labels: [UInt32],
        timeSteps: Int,
        channels: Int,
        height: Int,
        width: Int
    ) throws(DatasetError) {
        let shape = ImageShape(images: 1, height: height, width: width, channels: channels)
        guard !labels.isEmpty, values.count == timeSteps * labels.count * shape.count else {
            throw DatasetError(
                "\(labels.count) samples of \(timeSteps)×\(channels)×\(height)×\(width) are not \(values.count) values"
            )
        }
        (self.values, self.labels, self.timeSteps, self.shape) = (values, labels, timeSteps, shape)
    }

    /// How they travel.
    package var form: SampleForm { timeSteps == 1 ? .values : .sequences }

    /// The samples at these places, with their labels.
    package func batch(_ places: [Int]) -> Batch {
        var words: [UInt32] = []
        words.reserveCapacity(timeSteps * places.count * shape.count)
        for place in places {
            for step in 0..<timeSteps {
                let first = (step * labels.count + place) * shape.count
                words += values[first..<first + shape.count].map(\.bitPattern)
            }
        }
        return Batch(indices: places, labels: places.map { labels[$0] }, pixelWords: words, transforms: [])
    }

    /// Adds labels and values.
    func add(to fingerprint: inout Fingerprint) {
        for label in labels { fingerprint.add(label) }
        for value in values { fingerprint.add(value.bitPattern) }
    }
}

/// Arrays in memory as a data set: they are not varied in training. Arrays of files are an ``ArrayDataset``.
package struct MemoryDataset: TrainingData {
    /// The data set that they were prepared as, whose normalisation they have.
    package let name: DatasetName
    /// Labels run from 0 to `classes` − 1.
    package let classes: Int
    /// Names of the classes, by label; none where they are not known.
    package let classNames: [String]
    private var train: (samples: MemorySamples, places: [Int])
    private var test: (samples: MemorySamples, places: [Int])

    /// A data set of arrays.
    ///
    /// - Parameters:
    ///   - name: the data set that they were prepared as.
    ///   - classes: of the network.
    ///   - classNames: by label; none where they are not known.
    ///   - train: to train on.
    ///   - test: to evaluate on, of the same shape; nil: those that train.
    /// - Throws: ``DatasetError`` for a label that is no class, and for samples of two shapes.
    package init(
        name: DatasetName,
        classes: Int,
        classNames: [String],
        train: MemorySamples,
        test: MemorySamples?
    ) throws(DatasetError) {
        for (what, samples) in [("sample", train), ("test sample", test ?? train)] {
            guard let place = samples.labels.firstIndex(where: { $0 >= classes }) else { continue }
            throw DatasetError(
                "the label of \(what) \(place) is \(samples.labels[place]), and labels are from 0 to \(classes - 1)"
            )
        }
        if let test, (test.shape, test.timeSteps) != (train.shape, train.timeSteps) {
            throw DatasetError(
                "the samples to train on are \(train.text), and those to test with \(test.text): they must be alike"
            )
        }
        (self.name, self.classes, self.classNames) = (name, classes, classNames)
        self.train = (train, Array(train.labels.indices))
        let test = test ?? train
        self.test = (test, Array(test.labels.indices))
    }

    package var form: SampleForm { train.samples.form }
    package var channels: Int { train.samples.shape.channels }
    package var height: Int { train.samples.shape.height }
    package var width: Int { train.samples.shape.width }
    package var timeSteps: Int { train.samples.timeSteps }
    package var mean: [Float] { [Float](repeating: 0, count: channels) }
    package var deviation: [Float] { [Float](repeating: 1, count: channels) }
    package var source: String { "arrays in memory" }
    package var splitName: String { "standard" }
    package var trainCount: Int { train.places.count }
    package var testCount: Int { test.places.count }
    package var badFiles: [BadFile] { [] }
    package var trainingLabels: [Int] { train.places.map { Int(train.samples.labels[$0]) } }

    package func trainingBatches(batchSize: Int, seed: UInt64, policy: AugmentationPolicy) -> any BatchProvider {
        MemoryBatches(samples: train.samples, places: train.places, batchSize: batchSize, seed: seed)
    }

    package func evaluationBatches(batchSize: Int) -> any BatchProvider {
        MemoryBatches(samples: test.samples, places: test.places, batchSize: batchSize, seed: 0)
    }

    package func testSample(_ index: Int) -> (label: Int, file: String?) {
        (Int(test.samples.labels[test.places[index]]), nil)
    }

    package func holdingOut(_ places: [Int]) -> MemoryDataset {
        let held = Set(places)
        var result = self
        result.train.places = train.places.indices.filter { !held.contains($0) }.map { train.places[$0] }
        result.test = (train.samples, places.map { train.places[$0] })
        return result
    }

    package func limited(train: Int?, test: Int?) -> MemoryDataset {
        var result = self
        if let train { result.train.places = Array(self.train.places.prefix(train)) }
        if let test { result.test.places = Array(self.test.places.prefix(test)) }
        return result
    }

    package func check(progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) -> [BadFile] { [] }

    package func fingerprint() -> String {
        var fingerprint = Fingerprint()
        for (samples, places) in [train, test] {
            samples.add(to: &fingerprint)
            for place in places { fingerprint.add(UInt32(truncatingIfNeeded: place)) }
        }
        return fingerprint.text
    }
}

extension MemorySamples {
    /// For people: what a sample is.
    fileprivate var text: String {
        (timeSteps == 1 ? "pictures" : "recordings of \(timeSteps) steps")
            + " of \(shape.channels)×\(shape.height)×\(shape.width)"
    }
}

/// Batches of arrays in memory; of arrays of files there are ``ArrayBatches``.
private struct MemoryBatches: BatchProvider {
    let samples: MemorySamples
    let places: [Int]
    let batchSize: Int
    private let order: EpochOrder

    init(samples: MemorySamples, places: [Int], batchSize: Int, seed: UInt64) {
        (self.samples, self.places, self.batchSize) = (samples, places, batchSize)
        order = EpochOrder(count: places.count, seed: seed)
    }

    var sampleCount: Int { places.count }

    func trainingSamples(epoch: Int, places: Range<Int>, following: [Range<Int>]) -> Batch {
        samples.batch(order.order(epoch: epoch)[places].map { self.places[$0] })
    }

    func evaluationBatch(index: Int, following: [Int]) -> Batch {
        samples.batch(range(of: index).map { places[$0] })
    }
}
