import LSNHostSystem

/// How the samples of a data set travel to the device, and what becomes of them there.
public enum SampleForm: String, Sendable, Hashable {
    /// Pictures of one size, bytes `[N][C][H][W]`, shifted and flipped: `Backend.prepareImages`.
    case pictures
    /// Pictures of any size, bytes `[H][W][C]` each from a word of its own on, resized and cropped:
    /// `Backend.resizeImages`.
    case crops
    /// Counts of events, 16 bits `[N][T][C][H][W]`, rolled and flipped: `Backend.prepareFrames`.
    case frames
    /// Pictures as they go into the network, floats `[N][C][H][W]`.
    case values
    /// Sequences of pictures as they go into the network, floats `[N][T][C][H][W]`.
    case sequences

    /// Whether a sample is T pictures rather than one, which stands at every time step.
    public var hasTime: Bool { self == .frames || self == .sequences }
}

/// A data set as a trainer, an evaluator and the commands about data see it, wherever its samples are.
public protocol TrainingData: Sendable {
    /// Which data set it is.
    var name: DatasetName { get }
    /// How its samples travel.
    var form: SampleForm { get }
    /// C of what the network sees.
    var channels: Int { get }
    /// H of what the network sees.
    var height: Int { get }
    /// W of what the network sees.
    var width: Int { get }
    /// Frames of a sample; 1 for pictures, which are the same at every time step.
    var timeSteps: Int { get }
    /// Labels run from 0 to `classes` − 1.
    var classes: Int { get }
    /// To normalise pictures with: one value a channel, of pixels from 0 to 1.
    var mean: [Float] { get }
    /// To normalise pictures with: one value a channel, of pixels from 0 to 1.
    var deviation: [Float] { get }
    /// How arrays are normalised, by numbers; nil of other data sets, whose names say it.
    var normalization: ArrayNormalization? { get }
    /// What the arrays are that samples come from; nil of other data sets.
    var arrayFormat: ArrayFormat? { get }
    /// For people: where the samples come from.
    var source: String { get }
    /// Which samples train and which test, for `config.json` and reports: a ``SplitRule``'s text, or `standard` for
    /// data sets that come divided.
    var splitName: String { get }
    /// Samples to train on.
    var trainCount: Int { get }
    /// Samples to test with.
    var testCount: Int { get }
    /// Files that were left out so far, in the order in which they were met.
    var badFiles: [BadFile] { get }

    /// The samples to train on, in batches.
    func trainingBatches(batchSize: Int, seed: UInt64, policy: AugmentationPolicy) -> any BatchProvider
    /// The samples to test with, in batches; of files that cannot be read there is no sample.
    func evaluationBatches(batchSize: Int) -> any BatchProvider
    /// For people: a sample of the test split, by the path of its file below ``source`` where it has one.
    func testSample(_ index: Int) -> (label: Int, file: String?)
    /// Labels of the training split, by place.
    var trainingLabels: [Int] { get }
    /// The same data whose test split is these samples of the training split, and whose training split is its others.
    ///
    /// - Parameter places: in the training split, ascending.
    func holdingOut(_ places: [Int]) -> Self
    /// The first samples of both splits; nil leaves a split whole.
    func limited(train: Int?, test: Int?) -> Self
    /// Reads every file of both splits and returns those that are damaged; nothing is counted against a limit.
    func check(progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) -> [BadFile]
    /// Names of the classes, by label.
    var classNames: [String] { get }
    /// For people: how the files were taken, where that may not be what was meant; none by itself.
    var warnings: [String] { get }
    /// The files of both splits, of data sets that are folders of files; nil by itself.
    func fileList() -> FileList?
    /// A number that tells data sets apart, as 16 hexadecimal digits.
    func fingerprint() throws(DatasetError) -> String
}

extension TrainingData {
    /// A picture.
    public var timeSteps: Int { 1 }
    /// By the data set's name.
    public var normalization: ArrayNormalization? { nil }
    /// None.
    public var arrayFormat: ArrayFormat? { nil }
    /// Nothing.
    public var warnings: [String] { [] }
    /// None.
    public func fileList() -> FileList? { nil }
}

/// Samples in batches. A batch is a function of the arguments alone: asked for again, in any order, it is the same.
public protocol BatchProvider: Sendable {
    /// Samples of an epoch, or of an evaluation; of these some have no file that can be read.
    var sampleCount: Int { get }
    /// Samples of every batch but the last, which may have fewer. A batch of an evaluation may have fewer, or none, where
    /// files cannot be read.
    var batchSize: Int { get }
    /// The samples at some places of an epoch's order, below ``sampleCount``: shuffled and varied.
    ///
    /// - Parameters:
    ///   - epoch: 0 for the first.
    ///   - places: of the samples.
    ///   - following: places that will be asked for next, which may be read meanwhile.
    /// - Throws: ``DatasetError`` where too many samples cannot be read.
    func trainingSamples(epoch: Int, places: Range<Int>, following: [Range<Int>]) throws(DatasetError) -> Batch
    /// Batch `index`, below ``batchCount``, in file order, as it is.
    ///
    /// - Parameters:
    ///   - index: of the batch.
    ///   - following: batches that will be asked for next, which may be read meanwhile.
    /// - Throws: ``DatasetError`` where too many samples cannot be read.
    func evaluationBatch(index: Int, following: [Int]) throws(DatasetError) -> Batch
}

extension BatchProvider {
    /// Batches of an epoch, or of an evaluation: ⌈N / batchSize⌉.
    public var batchCount: Int { (sampleCount + batchSize - 1) / batchSize }

    /// The samples at some places of an epoch's order, below ``sampleCount``, of which the neighbours are asked for next.
    ///
    /// - Throws: ``DatasetError`` where too many samples cannot be read.
    public func trainingSamples(epoch: Int, places: Range<Int>) throws(DatasetError) -> Batch {
        let following = places.upperBound..<min(places.upperBound + 2 * batchSize, sampleCount)
        return try trainingSamples(epoch: epoch, places: places, following: [following])
    }

    /// Batch `index`, below ``batchCount``, in file order, as it is; its neighbours are asked for next.
    ///
    /// - Throws: ``DatasetError`` where too many samples cannot be read.
    public func evaluationBatch(index: Int) throws(DatasetError) -> Batch {
        try evaluationBatch(index: index, following: Array(index + 1..<max(index + 1, min(index + 3, batchCount))))
    }

    /// Batch `index`, below ``batchCount``, of an epoch.
    ///
    /// - Throws: ``DatasetError`` where too many samples cannot be read.
    public func trainingBatch(epoch: Int, index: Int) throws(DatasetError) -> Batch {
        try trainingSamples(epoch: epoch, places: range(of: index))
    }

    /// The places of batch `index`, below ``batchCount``, in an epoch's order, or in file order.
    public func range(of index: Int) -> Range<Int> {
        precondition((0..<batchCount).contains(index), "batch \(index) of \(batchCount)")
        return index * batchSize..<min((index + 1) * batchSize, sampleCount)
    }
}

extension ImageDataset: TrainingData {
    /// Of one size.
    public var form: SampleForm { .pictures }
    /// The files of the published set divide it.
    public var splitName: String { "standard" }
    /// Pictures to train on.
    public var trainCount: Int { train.count }
    /// Pictures to test with.
    public var testCount: Int { test.count }
    /// All were read, or none.
    public var badFiles: [BadFile] { [] }
    /// The published names.
    public var classNames: [String] { name.classNames }

    /// Of the training split.
    public func trainingBatches(batchSize: Int, seed: UInt64, policy: AugmentationPolicy) -> any BatchProvider {
        BatchSource(split: train, batchSize: batchSize, seed: seed, policy: policy)
    }

    /// Of the test split.
    public func evaluationBatches(batchSize: Int) -> any BatchProvider {
        BatchSource(split: test, batchSize: batchSize, seed: 0, policy: .none)
    }

    /// A label; the pictures share a file.
    public func testSample(_ index: Int) -> (label: Int, file: String?) {
        (Int(test.labels[index]), nil)
    }

    /// By place.
    public var trainingLabels: [Int] { train.labels.map { Int($0) } }

    /// Copies the pictures.
    public func holdingOut(_ places: [Int]) -> ImageDataset {
        let held = Set(places)
        var result = self
        result.train = train.part(train.labels.indices.filter { !held.contains($0) })
        result.test = train.part(places)
        return result
    }

    /// The first pictures of both splits.
    public func limited(train: Int?, test: Int?) -> ImageDataset {
        var result = self
        result.train = self.train.prefix(train)
        result.test = self.test.prefix(test)
        return result
    }

    /// Nothing is left to check: damaged files are errors when they are loaded.
    public func check(progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) -> [BadFile] { [] }

    /// Of the labels and pixels of both splits.
    public func fingerprint() -> String {
        var fingerprint = Fingerprint()
        for split in [train, test] {
            fingerprint.add(split.labels)
            fingerprint.add(split.pixels)
        }
        return fingerprint.text
    }
}
