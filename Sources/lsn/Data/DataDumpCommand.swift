import ArgumentParser
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNTensors
import LSNTraining

/// `lsn data dump`.
struct DataDumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Write the tensors that a network sees at evaluation.",
        discussion: """
            The file holds float32 [N, C, H, W], for recordings and sequences [T, N, C, H, W], of the first test samples in the \
            order of the data set: normalised pictures and arrays, counts of events. Files that cannot be read are left out, of it and of \
            the list.
            """
    )

    @OptionGroup var source: DataSourceOptions

    @Option(help: "The first so many test samples.")
    var limit: Int = 64

    @Option(help: "The .npy file to write.")
    var output: String

    @Option(
        help:
            "Also write a line for each sample to this file: number, label, class, path (tabs between; tabs, line ends and backslashes in names as \\t, \\n and \\\\)."
    )
    var list: String?

    @OptionGroup var device: DeviceOptions

    /// Samples prepared at a time.
    private static let batchSize = 32
    /// Larger files are refused: they are made in memory.
    private static let byteLimit = 1 << 32

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() throws {
        var request = source.request
        request.limitTest = limit
        let data = try DataProgress.load(request)
        let reporter = DataReporter(data)
        let sample = data.timeSteps * data.channels * data.height * data.width
        guard data.testCount * sample <= Self.byteLimit / 4 else {
            throw InputError(
                "\(data.testCount) samples of \(sample) floats take more than \(Self.byteLimit >> 30) GiB: use a smaller "
                    + "--limit"
            )
        }
        let backend = try device.open(DeviceChoice(device.device ?? "auto")).backend
        let (values, samples) = try Self.values(data, on: backend)
        reporter.report()
        guard !samples.isEmpty else {
            throw InputError("none of the first \(limit) test samples can be read: lsn data verify says why")
        }
        var shape = [samples.count, data.channels, data.height, data.width]
        if data.form.hasTime { shape.insert(data.timeSteps, at: 0) }
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(NPY.serialize(floats: values, shape: shape), to: output)
            if let list { try FileSystem.writeAtomically([UInt8](Self.listing(samples, of: data).utf8), to: list) }
        }
        let extents = shape.map(String.init).joined(separator: ", ")
        Terminal.write("\(output): float32 [\(extents)] of \(data.name.rawValue), split \(data.splitName)\n")
    }

    /// The tensor, and the samples whose files can be read, by their places in the split.
    private static func values(
        _ data: any TrainingData,
        on backend: Backend
    ) throws -> (values: [Float], samples: [Int]) {
        let provider = data.evaluationBatches(batchSize: batchSize)
        let progress = DataProgress("reading")
        defer { progress.clear() }
        var samples: [Int] = []
        var batches: [Batch] = []
        var pictures: [Float] = []
        for index in 0..<provider.batchCount {
            let batch = try provider.evaluationBatch(index: index)
            progress.show(min((index + 1) * batchSize, data.testCount), data.testCount)
            guard batch.count > 0 else { continue }
            samples += batch.indices
            // Pictures lie one behind the other; frames have time outermost, so all recordings are needed together.
            if data.timeSteps == 1 {
                pictures += try provider.tensors(of: [batch], data: data, on: backend)
            } else {
                batches.append(batch)
            }
        }
        guard data.timeSteps > 1 else { return (pictures, samples) }
        return (try provider.tensors(of: batches, data: data, on: backend), samples)
    }

    private static func listing(_ samples: [Int], of data: any TrainingData) -> String {
        let names = data.classNames
        return samples.enumerated().map { row, sample in
            let (label, file) = data.testSample(sample)
            let name = label < names.count ? PrintableText.field(names[label]) : ""
            return "\(row)\t\(label)\t\(name)\t\(file.map(PrintableText.field) ?? "")\n"
        }.joined()
    }
}
