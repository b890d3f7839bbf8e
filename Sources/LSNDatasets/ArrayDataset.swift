import LSNFileFormats
import LSNHostSystem

/// Samples in arrays of NumPy: pictures, or sequences of pictures, of any size, which stay in their file.
///
/// Samples that another program has in memory are a ``MemoryDataset``.
public struct ArrayDataset: TrainingData {
    private var train: ArraySplit
    private var test: ArraySplit
    private let preparation: ValuePreparation
    private let rule: SplitRule?
    /// The file, or the folder.
    public let source: String
    /// One for every label up to the largest.
    public let classes: Int
    /// How the arrays were taken.
    public let warnings: [String]

    /// Always ``DatasetName/arrays``.
    public var name: DatasetName { .arrays }
    /// Bytes of pictures are normalised on the device, all else on its way there.
    public var form: SampleForm {
        train.array.timeSteps != nil ? .sequences : train.array.isBytes ? .pictures : .values
    }
    /// C.
    public var channels: Int { train.array.channels }
    /// H.
    public var height: Int { train.array.height }
    /// W.
    public var width: Int { train.array.width }
    /// T of sequences.
    public var timeSteps: Int { train.array.steps }
    /// One value a channel; of bytes, of values from 0 to 1.
    public var mean: [Float] { preparation.mean }
    /// One value a channel; of bytes, of values from 0 to 1.
    public var deviation: [Float] { preparation.deviation }
    /// The constants.
    public var normalization: ArrayNormalization? { .constants(mean: mean, deviation: deviation) }
    /// Of both splits.
    public var arrayFormat: ArrayFormat? {
        ArrayFormat(isBytes: train.array.isBytes, isSequence: train.array.timeSteps != nil)
    }
    /// Of `x` and `y` a ``SplitRule``.
    public var splitName: String { rule?.description ?? "standard" }
    /// Samples to train on.
    public var trainCount: Int { train.count }
    /// Samples to test with.
    public var testCount: Int { test.count }
    /// A value that cannot be used is an error.
    public var badFiles: [BadFile] { [] }
    /// The labels.
    public var classNames: [String] { (0..<classes).map { "\($0)" } }

    /// The arrays in a file or a folder; labels are read, and samples only where constants are taken from them.
    ///
    /// - Parameters:
    ///   - path: an `.npz` file, or a folder of `.npy` files, with `x_train`, `y_train`, `x_test`, `y_test`, or `x` and `y`.
    ///   - split: how to divide the latter; nil: ``SplitRule/every(_:)`` 5, or ``SplitRule/all`` where the classes are too
    ///     small for that.
    ///   - normalization: what the network sees of the values.
    /// - Throws: ``DatasetError`` for arrays that are missing or damaged, or do not fit each other.
    public init(_ path: String, split: SplitRule?, normalization: ArrayNormalization) throws(DatasetError) {
        let splits = try ArrayFiles(path).splits(split)
        let (train, test) = (splits.train, splits.test)
        (self.train, self.test, rule) = (train, test, splits.rule)
        source = path
        let labels = Set(train.places.map { train.labels[$0] })
        let tested = Set(test.places.map { test.labels[$0] })
        classes = Int(labels.union(tested).max() ?? 0) + 1
        guard classes > 1 else {
            throw DatasetError(
                "all labels of \(PrintableText.name(path)) are 0, and a network that knows one class learns nothing: save the "
                    + "number of each sample's class, from 0 on"
            )
        }
        let unseen = (0..<classes).filter { !labels.contains(Int32($0)) }
        let shown = unseen.prefix(5).map { "\($0)" }.joined(separator: ", ")
        warnings =
            [train.array.warning].compactMap(\.self)
            + (unseen.isEmpty
                ? []
                : [
                    "\(PrintableText.name(path)): no sample to train on has the label \(shown)\(unseen.count > 5 ? ", …" : "") "
                        + "of the \(classes) classes from 0 on"
                ])
        let constants = try normalization.constants(channels: train.array.channels)
        let (mean, deviation) =
            if let constants { constants } else { try Self.constants(train.array, train.places) }
        preparation = ValuePreparation(
            mean: mean,
            deviation: deviation,
            isBytes: train.array.isBytes,
            height: train.array.height,
            width: train.array.width
        )
    }

    /// The constants that the samples say.
    private static func constants(
        _ array: SampleArray,
        _ places: [Int]
    ) throws(DatasetError) -> (mean: [Float], deviation: [Float]) {
        do throws(FileFormatError) {
            return try array.constants(of: places)
        } catch {
            throw DatasetError(error)
        }
    }

    /// T of the sequences in a file or a folder; nil where there are none, or nothing can be read, which loading will say.
    package static func timeSteps(in path: String) -> Int? {
        guard let files = try? ArrayFiles(path) else { return nil }
        let name = files.names.contains("x_train") ? "x_train" : "x"
        guard let shape = try? files.shape(name), shape.count == 5, 1...SampleArray.largestExtent ~= shape[1] else {
            return nil
        }
        return shape[1]
    }

    /// Of the training split.
    public func trainingBatches(batchSize: Int, seed: UInt64, policy: AugmentationPolicy) -> any BatchProvider {
        ArrayBatches(train, form: form, preparation, batchSize: batchSize, seed: seed, policy: policy)
    }

    /// Of the test split.
    public func evaluationBatches(batchSize: Int) -> any BatchProvider {
        ArrayBatches(test, form: form, preparation, batchSize: batchSize, seed: 0, policy: .none)
    }

    /// A label; the samples share a file.
    public func testSample(_ index: Int) -> (label: Int, file: String?) { (Int(test.label(index)), nil) }

    /// By place.
    public var trainingLabels: [Int] { train.places.indices.map { Int(train.label($0)) } }

    /// The samples stay in their file.
    public func holdingOut(_ places: [Int]) -> ArrayDataset {
        let held = Set(places)
        var result = self
        result.test = train.at(places.map { train.places[$0] })
        result.train = train.at(train.places.indices.filter { !held.contains($0) }.map { train.places[$0] })
        return result
    }

    /// The first samples of both splits.
    public func limited(train: Int?, test: Int?) -> ArrayDataset {
        var result = self
        result.train = self.train.prefix(train)
        result.test = self.test.prefix(test)
        return result
    }

    /// Reads every sample, and compares checksums.
    public func check(progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) -> [BadFile] {
        // Both splits may be of one array.
        var places = [(train.array, Set(train.places))]
        if test.array.name == train.array.name {
            places[0].1.formUnion(test.places)
        } else {
            places.append((test.array, Set(test.places)))
        }
        let total = places.reduce(0) { $0 + $1.1.count }
        var bad: [BadFile] = []
        var done = 0
        for (array, places) in places {
            do throws(FileFormatError) {
                try array.verify()
            } catch {
                bad.append(BadFile(path: array.name, error: error))
                done += places.count
                progress(done, total)
                continue
            }
            for place in places.sorted() {
                do throws(FileFormatError) {
                    _ = try array.floats(place)
                } catch {
                    bad.append(BadFile(path: "\(array.name)[\(place)]", error: error))
                }
                done += 1
                progress(done, total)
            }
        }
        return bad
    }

    /// Of shapes, labels, and up to 1,000 samples of each split, evenly spread: files may be too large to read for it.
    public func fingerprint() throws(DatasetError) -> String {
        var fingerprint = Fingerprint()
        do throws(FileFormatError) {
            for split in [train, test] {
                fingerprint.add("\(split.array.shape) \(split.array.type.rawValue) \(split.count)")
                for index in split.places.indices { fingerprint.add("\(split.label(index))") }
                let step = max(1, (split.count + 999) / 1000)
                for index in stride(from: 0, to: split.count, by: step) {
                    fingerprint.add(try split.array.bytes(split.places[index]))
                }
            }
        } catch {
            throw DatasetError(error)
        }
        return fingerprint.text
    }
}
