import ArgumentParser
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNTensors
import LSNTraining

/// `lsn data inspect`.
struct DataInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what a data set holds, and draw samples as training varies them.",
        discussion: """
            The contact sheet is a PNG picture of random training samples after crop, shift and flipping: eight pictures \
            in a row, or the frames of a recording from left to right (red: brighter, blue: darker).
            """
    )

    @OptionGroup var source: DataSourceOptions

    @Option(help: "The contact sheet's file (default: DATASET-samples.png).")
    var sheet: String?

    @Option(help: "Samples on the sheet (default: 64 pictures, or 8 recordings).")
    var samples: Int?

    @Option(help: "Seed of the choice and of the variation.", transform: readSeed)
    var seed: UInt64 = 0

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        if let samples, !(1...1024).contains(samples) { throw ValidationError("--samples must be from 1 to 1024") }
    }

    func run() throws {
        let data = try DataProgress.load(source.request)
        let reporter = DataReporter(data)
        let path = sheet ?? "\(data.name.rawValue)-samples.png"
        let backend = try device.open(DeviceChoice(device.device ?? DeviceChoice.referenceName)).backend
        let picture = try draw(data, on: backend)
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(picture, to: path)
        }
        reporter.report()
        if json {
            try JSONOutput.print(Report(data: DatasetReport(data), sheet: path))
        } else {
            Terminal.write(DatasetReport(data).text + "sheet    \(path)\n")
        }
    }

    private struct Report: Encodable {
        let data: DatasetReport
        let sheet: String
    }

    private func draw(_ data: any TrainingData, on backend: Backend) throws -> [UInt8] {
        let count = min(samples ?? (data.form.hasTime ? 8 : 64), data.trainCount)
        let policy = AugmentationPolicy.standard(for: data.name, imageSize: .square(data.height))
        let provider = data.trainingBatches(batchSize: count, seed: seed, policy: policy)
        let batch = try provider.trainingBatch(epoch: 0, index: 0)
        let values = try provider.tensors(of: [batch], data: data, on: backend)
        return ContactSheet(values, of: data, count: batch.count).png()
    }
}
