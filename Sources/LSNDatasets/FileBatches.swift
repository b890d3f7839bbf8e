import Foundation
import LSNFileFormats

/// Turns one file into a sample.
protocol SampleReader: Sendable {
    /// Whether every sample starts at a word of its own, whose number is added to the first of its integers.
    var alignsSamples: Bool { get }

    /// The sample in a file.
    ///
    /// - Parameters:
    ///   - path: the file's, below the data set's root.
    ///   - variation: how training varies it; nil for evaluation.
    /// - Throws: `FileFormatError` where the file cannot be read or is damaged.
    func read(_ path: String, variation: SampleVariation?) throws(FileFormatError) -> FileSample
}

/// What decides how a sample is varied in training.
struct SampleVariation: Sendable {
    let seed: UInt64
    let epoch: Int
    /// The sample's place in the split.
    let sample: Int
    let policy: AugmentationPolicy
}

/// A sample's bytes, and the integers that go with them: see ``SampleForm``.
package struct FileSample: Sendable, Equatable {
    var bytes: [UInt8]
    var transform: [UInt32]
}

/// Batches of samples that are files: read and decoded on threads of its own, up to two batches ahead.
///
/// In training a file that cannot be read gives way to the next good one of its class, whatever was read before; in an
/// evaluation it is left out, since another would count twice. Either way a batch is the same every time.
final class FileBatches<Reader: SampleReader>: BatchProvider {
    let batchSize: Int
    private let files: ClassFolders.Files
    private let reader: Reader
    private let bad: BadFiles
    private let seed: UInt64
    private let policy: AugmentationPolicy
    private let order: EpochOrder
    private let classes: ClassMembers
    private let prefetcher: Prefetcher<Key, Result<FileSample?, DatasetError>>

    /// A sample in an epoch, or in an evaluation.
    private struct Key: Hashable {
        let epoch: Int?
        let sample: Int
    }

    /// - Parameters:
    ///   - files: the split.
    ///   - reader: reads one of them.
    ///   - bad: where files that cannot be read are noted.
    ///   - batchSize: at least 1.
    ///   - seed: of the run.
    ///   - policy: how training varies.
    ///   - threads: that read.
    init(
        files: ClassFolders.Files,
        reader: Reader,
        bad: BadFiles,
        batchSize: Int,
        seed: UInt64,
        policy: AugmentationPolicy,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        precondition(batchSize >= 1, "a batch of \(batchSize) samples")
        self.files = files
        self.reader = reader
        self.bad = bad
        self.batchSize = batchSize
        self.seed = seed
        self.policy = policy
        order = EpochOrder(count: files.count, seed: seed)
        let classes = ClassMembers(files.labels)
        self.classes = classes
        prefetcher = Prefetcher(threads: threads) { key in
            let variation = key.epoch.map { SampleVariation(seed: seed, epoch: $0, sample: key.sample, policy: policy) }
            return Result { () throws(DatasetError) in
                guard let variation else { return try Self.read(files.paths[key.sample], reader: reader, bad: bad) }
                return try Self.read(key.sample, variation, files: files, classes: classes, reader: reader, bad: bad)
            }
        }
    }

    /// Files of the split.
    var sampleCount: Int { files.count }

    func trainingSamples(
        epoch: Int,
        places: Range<Int>,
        following: [Range<Int>]
    ) throws(DatasetError) -> Batch {
        let order = order.order(epoch: epoch)
        return try batch(places, following, epoch: epoch) { order[$0] }
    }

    func evaluationBatch(index: Int, following: [Int]) throws(DatasetError) -> Batch {
        try batch(range(of: index), following.map(range), epoch: nil) { $0 }
    }

    private func batch(
        _ places: Range<Int>,
        _ following: [Range<Int>],
        epoch: Int?,
        sample: (Int) -> Int
    ) throws(DatasetError) -> Batch {
        let samples = places.map(sample)
        let results = prefetcher.values(
            samples.map { Key(epoch: epoch, sample: $0) },
            following: following.joined().map { Key(epoch: epoch, sample: sample($0)) }
        )
        var loaded: [FileSample] = []
        var found: [Int] = []
        for (sample, result) in zip(samples, results) {
            guard let content = try result.get() else { continue }
            loaded.append(content)
            found.append(sample)
        }
        return try Batch(
            loaded,
            indices: found,
            labels: found.map { UInt32(files.labels[$0]) },
            alignsSamples: reader.alignsSamples
        )
    }

    /// The sample in a file as it is; nil where the file cannot be read.
    private static func read(_ path: String, reader: Reader, bad: BadFiles) throws(DatasetError) -> FileSample? {
        guard bad.error(of: path) == nil else { return nil }
        do throws(FileFormatError) {
            return try reader.read(path, variation: nil)
        } catch {
            try bad.add(path, error)
            return nil
        }
    }

    /// The sample as training varies it, or the next good one of its class.
    private static func read(
        _ sample: Int,
        _ variation: SampleVariation,
        files: ClassFolders.Files,
        classes: ClassMembers,
        reader: Reader,
        bad: BadFiles
    ) throws(DatasetError) -> FileSample {
        var candidate = sample
        var problem: FileFormatError?
        repeat {
            let path = files.paths[candidate]
            if let known = bad.error(of: path) {
                problem = known
            } else {
                do throws(FileFormatError) {
                    return try reader.read(path, variation: variation)
                } catch {
                    problem = error
                    try bad.add(path, error)
                }
            }
            candidate = classes.next(after: candidate)
        } while candidate != sample
        // Another thread may have found the one too many.
        try bad.requireFew()
        throw DatasetError(
            "no file of the split and class of \(PrintableText.name(files.paths[sample])) can be read, the last one for this reason: "
                + "\(problem?.description ?? "") (lsn data verify finds all that is wrong)"
        )
    }
}

extension Batch {
    /// Samples one behind the other.
    ///
    /// - Parameters:
    ///   - samples: bytes, and the integers that go with them.
    ///   - indices: which they are.
    ///   - labels: theirs.
    ///   - alignsSamples: as ``SampleReader/alignsSamples``.
    /// - Throws: ``DatasetError`` for more bytes than can be counted.
    init(
        _ samples: [FileSample],
        indices: [Int],
        labels: [UInt32],
        alignsSamples: Bool
    ) throws(DatasetError) {
        let alignment = alignsSamples ? 4 : 1
        var starts: [Int] = []
        var end = 0
        for sample in samples {
            starts.append(end)
            end += (sample.bytes.count + alignment - 1) / alignment * alignment
        }
        guard end / 4 <= UInt32.max else {
            throw DatasetError(
                "a batch of \(samples.count) samples takes \(end) bytes, more than can be counted: use a smaller --batch-size, "
                    + "or smaller pictures"
            )
        }
        var words = [UInt32](repeating: 0, count: (end + 3) / 4)
        // Words read their bytes lowest first on every host that runs this (little-endian).
        unsafe words.withUnsafeMutableBytes { target in
            for (start, sample) in zip(starts, samples) {
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[start..<start + sample.bytes.count])
                    .copyBytes(from: sample.bytes)
            }
        }
        var transforms: [UInt32] = []
        for (start, sample) in zip(starts, samples) {
            var transform = sample.transform
            if alignsSamples { transform[0] += UInt32(start / 4) }
            transforms += transform
        }
        self.init(indices: indices, labels: labels, pixelWords: words, transforms: transforms)
    }
}

/// The samples of each class in a ring.
private struct ClassMembers: Sendable {
    private var following: [Int32]

    init(_ labels: [Int32]) {
        following = [Int32](repeating: 0, count: labels.count)
        var first: [Int32: Int] = [:]
        var latest: [Int32: Int] = [:]
        for (sample, label) in labels.enumerated() {
            if let previous = latest[label] { following[previous] = Int32(sample) } else { first[label] = sample }
            latest[label] = sample
        }
        for (label, last) in latest { following[last] = Int32(first[label] ?? last) }
    }

    func next(after sample: Int) -> Int { Int(following[sample]) }
}
