import ArgumentParser
import Foundation
import LSNCommunication
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNHostSystem
import LSNNetworks
import LSNTensors
import LSNTraining

/// `lsn eval`.
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluate a checkpoint on a test split.",
        discussion: """
            The loss is the mean cross-entropy of the logits averaged over time. `mpirun -n K lsn eval …` shares the batches out \
            among K processes, each of which reads the checkpoint, to the same bits (docs/Scale.md).
            """
    )

    @Option(
        help: "A run's folder (its best checkpoint), a .safetensors file, or a name that lsn models --pretrained lists."
    )
    var checkpoint: String

    @Option(help: .choice(DatasetName.self, "Data set (default: the one it was trained on)."), transform: named)
    var dataset: DatasetName?

    @Option(help: "Folder of the data set's files, or the file of its arrays (default: the run's).")
    var data: String?

    @OptionGroup(title: "Files") var files: FileOptions

    @Option(help: "Evaluate the first so many test samples only.")
    var limitTest: Int?

    @Option(help: "Samples at a time (default: as in training).")
    var batchSize: Int?

    @Option(
        help:
            "Write the logits, float32 [T, N, classes] in the data set's order, files that cannot be read left out, to this .npy file."
    )
    var logits: String?

    @OptionGroup var device: DeviceOptions
    @OptionGroup var exchange: ExchangeOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        if let limitTest, limitTest < 1 { throw ValidationError("--limit-test must be at least 1") }
        try requireCount("--batch-size", batchSize)
    }

    func run() async throws {
        let ranks = Ranks.all
        ranks.limitWaiting(to: exchange.timeout)
        try SharedTraining.checkArguments(ranks)
        let found = try SavedModel(checkpoint)
        let metadata = found.metadata
        guard let name = dataset ?? found.data?.dataset else {
            throw InputError("\(found.path) does not say what it was trained on: choose a --dataset")
        }
        var network = metadata.network
        let images = try DataProgress.load(request(found, name))
        let reporter = DataReporter(images)
        // What another program trained says nothing of its data: its weights take pictures of any size.
        let isForeign = found.data == nil
        // Arrays have as many classes as labels occur.
        let mayHaveFewerClasses = isForeign || name.kind == .arrays
        if isForeign { (network.imageHeight, network.imageWidth) = (images.height, images.width) }
        guard
            network.inChannels == images.channels, network.imageHeight == images.height,
            network.imageWidth == images.width,
            mayHaveFewerClasses ? network.classes >= images.classes : network.classes == images.classes
        else {
            throw InputError(
                "\(found.path) takes \(network.inChannels)×\(network.imageHeight)×\(network.imageWidth) images of "
                    + "\(network.classes) classes, but \(name.rawValue) has \(images.channels)×\(images.height)×"
                    + "\(images.width) of \(images.classes): choose the --dataset it was trained on"
            )
        }
        try checkClasses(of: found, images)
        warnOfOverlap(found, name, images)
        let kernels = device.kernels
        let choice = try device.device ?? RankDevice.choice(ranks) ?? "auto"
        let device = try device.open(DeviceChoice(choice), precision: metadata.precision)
        try SharedTraining.check(ranks, device: device, kernels: kernels, data: images)
        let evaluation = try await Self.evaluate(
            found,
            as: network,
            on: device.backend,
            data: images,
            batchSize: batchSize ?? metadata.evaluationBatchSize,
            keepsLogits: logits != nil,
            ranks: ranks
        )
        // Each rank has met the damaged files of its own batches.
        let badFiles = try BadFileReport.all(images.badFiles, of: ranks)
        guard ranks.isFirst else { return }
        if let logits {
            let shape = [network.timeSteps, evaluation.indices.count, network.classes]
            try TrainingError.saving(run: nil) { () throws(FileFormatError) in
                try FileSystem.writeAtomically(NPY.serialize(floats: evaluation.logits, shape: shape), to: logits)
            }
        }
        reporter.report()
        let report = EvaluationReport(
            checkpoint: found.path,
            model: metadata.model,
            dataset: name.rawValue,
            split: images.splitName,
            framesBy: images.form == .frames ? (try request(found, name).framesBy ?? .number).rawValue : nil,
            classes: images.classes,
            classNames: images.classNames,
            device: device.machine.device,
            deviceName: device.machine.name,
            precision: device.backend.precision,
            samples: evaluation.sums.samples,
            leftOut: images.testCount - evaluation.sums.samples,
            badFiles: badFiles,
            correct: evaluation.sums.correct,
            accuracy: evaluation.accuracy,
            accuracyTop5: evaluation.scores.map { Double($0.amongFive) / Double(evaluation.sums.samples) },
            classScores: ClassReport.list(evaluation.scores, names: images.classNames),
            loss: evaluation.loss,
            seconds: evaluation.sums.seconds,
            imagesPerSecond: evaluation.sums.imagesPerSecond,
            logits: logits
        )
        if json {
            try JSONOutput.print(report)
        } else {
            Terminal.write(report.text)
        }
    }

    /// The data to evaluate on: those that the model was trained on, but for what is asked here.
    private func request(_ model: SavedModel, _ name: DatasetName) throws -> DataRequest {
        let network = model.metadata.network
        var request = DataRequest(name: name, directory: data)
        if let trained = model.data, name == trained.dataset {
            request = trained.request(timeSteps: network.timeSteps)
            request.directory = data ?? trained.data
            // Other arrays may come divided.
            if data != nil, name.kind == .arrays { request.split = nil }
            if data == nil, files.split == nil, model.record != nil {
                // The run's own split, also where files were removed since. Those that trained need not be there.
                request.files = try RunFolder.fileList(in: (model.path as NSString).deletingLastPathComponent)
                request.files?.train = []
            }
        }
        if request.imageSize == nil, name.kind != .arrays, name.pictureSize?.isMultiple(of: network.imageHeight) ?? true
        {
            request.imageSize = .square(network.imageHeight)
        }
        request.timeSteps = network.timeSteps
        request.split = files.split ?? request.split
        request.imageSize = files.imageSize ?? request.imageSize
        request.framesBy = files.framesBy ?? request.framesBy
        request.duration = files.duration ?? request.duration
        request.eventFormat = files.eventFormat ?? request.eventFormat
        request.eventSize = files.eventSize ?? request.eventSize
        request.normalization = files.normalize ?? request.normalization
        request.maxBadFiles = files.maxBadFiles ?? request.maxBadFiles
        request.cacheFolder = files.cache ?? request.cacheFolder
        // Of the training split nothing is read, so that its frames need not be counted.
        request.limitTrain = 0
        request.limitTest = limitTest
        return request
    }

    /// A label means what it meant in training: folders of other names, or in another order, would score nonsense.
    private func checkClasses(of model: SavedModel, _ images: any TrainingData) throws(InputError) {
        for (label, (trained, found)) in zip(model.metadata.classNames, images.classNames).enumerated()
        where trained != found {
            throw InputError(
                "\(images.source): class \(label) is \(PrintableText.name(found)) there, and "
                    + "\(PrintableText.name(trained)) in \(model.path): name the folders as those that the network was "
                    + "trained on"
            )
        }
    }

    /// Files that were trained on say nothing about others.
    private func warnOfOverlap(_ model: SavedModel, _ name: DatasetName, _ images: any TrainingData) {
        guard let trained = model.data, trained.dataset == name, let split = trained.split?.description else { return }
        if images.splitName == SplitRule.all.description {
            Failure.warn("the split all tests with the files that the network was trained on")
        } else if images.splitName != split {
            Failure.warn(
                "the network was trained with the split \(split), so \(images.splitName) tests with files that it was "
                    + "trained on"
            )
        }
    }

    private static func evaluate(
        _ model: SavedModel,
        as description: NetworkDescription,
        on backend: Backend,
        data: any TrainingData,
        batchSize: Int,
        keepsLogits: Bool,
        ranks: any Communicator
    ) async throws -> Evaluation {
        let network = try Network(description, backend: backend)
        try CheckpointFile.restore(model.file, to: network, optimizer: nil)
        try SharedTraining.checkModel(ranks, network)
        let evaluator = Evaluator(network: network, data: data, batchSize: batchSize, ranks: ranks)
        try evaluator.warmUp()
        let progress = DataProgress("evaluating")
        defer { progress.clear() }
        let evaluation = try await evaluator.run(
            keepsLogits: keepsLogits,
            keepsScores: true,
            progress: { progress.show($0, evaluator.source.sampleCount) }
        )
        guard let evaluation else {
            throw CancellationError()
        }
        return evaluation
    }
}
