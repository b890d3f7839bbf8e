import ArgumentParser
import Dispatch
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNNetworks
import LSNTensors
import LSNTraining
import Synchronization

/// `lsn predict`.
struct PredictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Say which classes files show.",
        discussion: """
            Files are pictures (JPEG, PNG), recordings (AEDAT 2.0 and 3.1, .npz of t, x, y, p, .bin of N-MNIST) and arrays (.npy, .npz), prepared as the evaluation of the \
            checkpoint's run prepares its test samples; of a folder all of these are taken, in the folders below it too. An \
            array is [C, H, W], of recordings and sequences [T, C, H, W], or has one more axis before these for several samples: \
            uint8 for pixels from 0 to 255, floats for what goes into the network as it is (lsn data dump writes such). Networks \
            that were trained on arrays take such arrays as these were, normalised as the run's; of an .npz file x_test, x or the \
            only array.

            A line is a sample: its file, then class and probability of the most probable classes, tabs between; on a terminal \
            it is a row of a table. A file that cannot be read is named on standard error, the others go on, and the exit code \
            is 1.
            """
    )

    @Option(
        help: "A run's folder (its best checkpoint), a .safetensors file, or a name that lsn models --pretrained lists."
    )
    var checkpoint: String

    @Argument(help: "Files and folders.")
    var files: [String]

    @Option(help: "So many of the most probable classes (default: 5).")
    var topk: Int?

    @Option(
        help: .choice(
            DatasetName.self,
            "Prepare files as the samples of this data set (default: the one that the network was trained on; imagenet for weights that lsn import brought)."
        ),
        transform: named
    )
    var dataset: DatasetName?

    @Option(help: "Samples at a time (default: as in training).")
    var batchSize: Int?

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Print a JSON object a sample, each on a line.")
    var json = false

    func validate() throws {
        try requireCount("--topk", topk)
        try requireCount("--batch-size", batchSize)
    }

    func run() async throws {
        let found = try SavedModel(checkpoint)
        let format = try format(of: found)
        let opened = try device.open(DeviceChoice(device.device ?? "auto"), precision: found.metadata.precision)
        let network = try Network(found.metadata.network, backend: opened.backend)
        try CheckpointFile.restore(found.file, to: network, optimizer: nil)
        let predictor = try Predictor(network, format: format)
        let printer = PredictionPrinter(
            classNames: found.metadata.classNames,
            count: min(topk ?? 5, network.description.classes),
            form: json ? .json : Terminal.isInteractive ? .table : .lines
        )
        let isWhole = try predict(
            with: predictor,
            format,
            batchSize: batchSize ?? found.metadata.evaluationBatchSize,
            printer
        )
        printer.end()
        if !isWhole { throw ExitCode(Failure.failed) }
    }

    /// What the network takes.
    private func format(of model: SavedModel) throws -> InputFormat {
        let network = model.metadata.network
        // Weights that another program trained say nothing of its data, and are most often of such pictures.
        let fallback: DatasetName? = network.inChannels == DatasetName.imagenet.mean.count ? .imagenet : nil
        guard let name = dataset ?? model.data?.dataset ?? fallback else {
            throw InputError("\(model.path) does not say what it was trained on: choose a --dataset")
        }
        let trained = model.data?.dataset == name ? model.data : nil
        var request = trained?.request(timeSteps: network.timeSteps) ?? DataRequest(name: name)
        request.timeSteps = network.timeSteps
        return try InputFormat(
            request,
            channels: network.inChannels,
            height: network.imageHeight,
            width: network.imageWidth,
            arrays: model.metadata.arrays
        )
    }

    /// Reads files, so many at a time, and prints what they show. Returns whether all could be read.
    private func predict(
        with predictor: Predictor,
        _ format: InputFormat,
        batchSize: Int,
        _ printer: PredictionPrinter
    ) throws -> Bool {
        var isWhole = true
        let progress = DataProgress("predicting")
        defer { progress.clear() }
        func complain(_ error: any Error) {
            progress.clear()
            Failure.complain("\(error)")
            isWhole = false
        }
        var paths: [String] = []
        for path in files {
            do throws(DatasetError) {
                paths += try InputFiles.find(path, extensions: format.extensions)
            } catch {
                complain(error)
            }
        }
        for start in stride(from: 0, to: paths.count, by: batchSize) {
            let part = Array(paths[start..<min(start + batchSize, paths.count)])
            var waiting: [(place: SamplePlace, content: InputSample)] = []
            for (path, result) in zip(part, Self.read(part, format)) {
                switch result {
                case .success(let samples):
                    waiting += samples.enumerated().map { index, content in
                        (SamplePlace(file: path, sample: samples.count == 1 ? nil : index), content)
                    }
                case .failure(let error): complain(error)
                }
            }
            for start in stride(from: 0, to: waiting.count, by: batchSize) {
                let samples = waiting[start..<min(start + batchSize, waiting.count)]
                let found = try predictor.probabilities(samples.map(\.content))
                if printer.isImmediate { progress.clear() }
                for (sample, probabilities) in zip(samples, found) {
                    try printer.show(sample.place, probabilities)
                }
            }
            progress.show(min(start + batchSize, paths.count), paths.count)
        }
        return isWhole
    }

    /// Reads files on all cores.
    private static func read(_ paths: [String], _ format: InputFormat) -> [Result<[InputSample], FileFormatError>] {
        let results = Mutex([Result<[InputSample], FileFormatError>](repeating: .success([]), count: paths.count))
        DispatchQueue.concurrentPerform(iterations: paths.count) { index in
            let result = Result { () throws(FileFormatError) in try format.read(paths[index]) }
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0 }
    }
}
