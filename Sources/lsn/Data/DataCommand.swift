import ArgumentParser
import LSNCommunication
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNTensors
import LSNTraining

/// `lsn data`.
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract:
            "Look at data sets, check them, dump what a network sees, write pictures, simulate recordings of events.",
        subcommands: [
            DataInspectCommand.self, DataVerifyCommand.self, DataDumpCommand.self, DataExtractCommand.self,
            DataSimulateCommand.self,
        ]
    )
}

/// Options that name a data set.
struct DataSourceOptions: ParsableArguments {
    @Option(help: .choice(DatasetName.self, "Data set; digits come with the program."), transform: named)
    var dataset: DatasetName

    @Option(help: "Folder of the data set's files; of arrays an .npz file, or a folder of .npy files.")
    var data: String?

    @Option(help: "Time steps T of recordings (default: 4) and of sequences (default: the arrays').")
    var timesteps: Int?

    @OptionGroup var files: FileOptions

    func validate() throws {
        try requireCount("--timesteps", timesteps)
    }

    /// What is asked for; frames are counted when they are wanted.
    var request: DataRequest {
        var request = DataRequest(name: dataset, directory: data)
        request.split = files.split
        request.imageSize = files.imageSize
        request.framesBy = files.framesBy
        request.duration = files.duration
        request.eventFormat = files.eventFormat
        request.eventSize = files.eventSize
        request.normalization = files.normalize
        request.timeSteps = timesteps ?? DataRequest.sequenceLength(of: dataset, in: data) ?? request.timeSteps
        request.maxBadFiles = files.maxBadFiles ?? request.maxBadFiles
        request.cacheFolder = files.cache
        request.preparesFrames = false
        return request
    }
}

/// A data set as `--json` prints it.
struct DatasetReport: Encodable {
    let dataset: String
    let source: String
    let split: String
    let form: String
    let channels: Int
    let height: Int
    let width: Int
    let timeSteps: Int
    let classes: Int
    let classNames: [String]
    /// Whether torchvision, which sorts names by their characters, numbers the classes otherwise.
    let torchvisionOrderDiffers: Bool
    let trainSamples: Int
    let testSamples: Int

    init(_ data: any TrainingData) {
        dataset = data.name.rawValue
        source = data.source
        split = data.splitName
        form = data.form.rawValue
        channels = data.channels
        height = data.height
        width = data.width
        timeSteps = data.timeSteps
        classes = data.classes
        classNames = data.classNames
        // Only classes that are folders have an order of their names.
        let hasFolders = data.testCount > 0 && data.testSample(0).file?.contains("/") ?? false
        torchvisionOrderDiffers = hasFolders && Self.sorted(classNames) != classNames
        trainSamples = data.trainCount
        testSamples = data.testCount
    }

    /// For people.
    var text: String {
        let steps = timeSteps > 1 ? "\(timeSteps) frames of " : ""
        let sorted = torchvisionOrderDiffers ? Self.sorted(classNames) : classNames
        let place = zip(classNames, sorted).enumerated().first { $1.0 != $1.1 }?.offset
        let order =
            place.map {
                "\norder    natural: number \($0) is \(PrintableText.name(classNames[$0])), and with torchvision, which "
                    + "sorts by characters, \(PrintableText.name(sorted[$0]))"
            } ?? ""
        return """
            \(dataset) in \(PrintableText.name(source))
            samples  \(ProgressText.count(trainSamples)) to train on, \(ProgressText.count(testSamples)) to test with, \
            split \(split)
            classes  \(ProgressText.classes(classNames, isLong: true))\(order)
            network  sees \(steps)\(channels)×\(height)×\(width)

            """
    }
}

extension DatasetReport {
    /// Names in the order of Python's `sorted`, which is that of their bytes.
    private static func sorted(_ names: [String]) -> [String] {
        names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// A file that was left out, as `--json` prints it.
struct BadFileReport: Codable {
    /// Below the data set's folder.
    let path: String
    let problem: String

    init(_ file: BadFile) {
        path = file.path
        problem = file.error.description
    }

    /// Those that any rank has met, each once.
    static func all(_ files: [BadFile], of ranks: any Communicator) throws -> [BadFileReport] {
        var known: Set<String> = []
        return try ranks.gather(values: files.map(BadFileReport.init)).joined().filter {
            known.insert($0.path).inserted
        }
    }
}

extension BatchProvider {
    /// What a network on `backend` sees of some batches, `[T·N][C][H][W]` with time outermost.
    ///
    /// - Parameters:
    ///   - batches: made one after the other.
    ///   - data: where they come from.
    ///   - backend: prepares them.
    func tensors(
        of batches: [Batch],
        data: any TrainingData,
        on backend: Backend
    ) throws -> [Float] {
        let preparer = BatchPreparer(backend: backend, data: data)
        let parts = try batches.map { try backend.values(try preparer.prepare($0)) }
        let total = batches.reduce(0) { $0 + $1.count }
        guard data.timeSteps > 1, parts.count > 1 else { return Array(parts.joined()) }
        // Batches lie beside each other within every time step.
        let sample = data.channels * data.height * data.width
        var result: [Float] = []
        result.reserveCapacity(data.timeSteps * total * sample)
        for step in 0..<data.timeSteps {
            for (batch, values) in zip(batches, parts) {
                let size = batch.count * sample
                result += values[step * size..<(step + 1) * size]
            }
        }
        return result
    }
}
