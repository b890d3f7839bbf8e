import ArgumentParser
import Datasets
import FileFormats
import Tensors
import Training

/// `lsn data dump`.
struct DataDumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Write the tensors that a network sees at evaluation.",
        discussion: """
            The file holds float32 [N, C, H, W], for recordings [T, N, C, H, W], of the first test samples in the order \
            of the data set: normalised pictures, counts of events.
            """
    )

    @OptionGroup var source: DataSourceOptions

    @Option(help: "The first so many test samples.")
    var limit: Int = 64

    @Option(help: "The .npy file to write.")
    var output: String

    @Option(help: "Also write a line for each sample to this file: number, label, class, path (tabs between).")
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
        var shape = [data.testCount, data.channels, data.height, data.width]
        if data.form == .frames { shape.insert(data.timeSteps, at: 0) }
        guard shape.reduce(4, *) <= Self.byteLimit else {
            throw InputError("\(shape) floats take more than \(Self.byteLimit >> 30) GiB: use a smaller --limit")
        }
        let backend = try device.open(DeviceChoice(device.device ?? "auto")).backend
        let values = try Self.values(data, on: backend)
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(NPY.serialize(floats: values, shape: shape), to: output)
            if let list { try FileSystem.writeAtomically([UInt8](Self.listing(data).utf8), to: list) }
        }
        DataProgress.warn(of: data.badFiles)
        let extents = shape.map(String.init).joined(separator: ", ")
        Terminal.write("\(output): float32 [\(extents)] of \(data.name.rawValue), split \(data.splitName)\n")
    }

    private static func values(_ data: any TrainingData, on backend: Backend) throws -> [Float] {
        let provider = data.evaluationBatches(batchSize: batchSize)
        let progress = DataProgress("reading")
        defer { progress.clear() }
        var batches: [Batch] = []
        var pictures: [Float] = []
        for index in 0..<provider.batchCount {
            let batch = try provider.evaluationBatch(index: index)
            progress.show(index * batchSize + batch.count, data.testCount)
            // Pictures lie one behind the other; frames have time outermost, so all recordings are needed together.
            if data.timeSteps == 1 {
                pictures += try provider.tensors(of: [batch], data: data, on: backend)
            } else {
                batches.append(batch)
            }
        }
        return data.timeSteps == 1 ? pictures : try provider.tensors(of: batches, data: data, on: backend)
    }

    private static func listing(_ data: any TrainingData) -> String {
        let names = data.classNames
        return (0..<data.testCount).map { index in
            let (label, file) = data.testSample(index)
            return "\(index)\t\(label)\t\(label < names.count ? names[label] : "")\t\(file ?? "")\n"
        }.joined()
    }
}
