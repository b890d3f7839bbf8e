import ArgumentParser
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNInterchange
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTraining

/// `lsn import`.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a checkpoint of a residual network that another program trained.",
        discussion: """
            FILE is what safetensors.torch.save_file(net.state_dict(), FILE) writes. Weights decide the stem, the widths, the \
            channels of the input and the classes; --model says how blocks join, and the options of neurons what the \
            other program was told of them. SpikingJelly's spiking_resnet… are spiking-resnet…, its sew_resnet… are \
            sew-resnet… (the IAND of its bottleneck blocks is --sew iand-branch), torchvision's resnet… are residual… \
            with --neuron relu.

            The checkpoint is evaluated with `lsn eval --checkpoint OUTPUT --dataset … --data …`.
            """
    )

    @Argument(help: "A .safetensors file.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "Architecture, one of `lsn models`, or a YAML file that describes a network (docs/Networks.md).",
            valueName: "name|file"
        )
    )
    var model: String

    @Option(help: .choice(ResNetKeys.self, "Whose names the tensors have (default: auto)."), transform: named)
    var keys: ResNetKeys = .auto

    @Option(help: "The checkpoint to write.")
    var output: String

    @Option(help: "File of the classes' names, one a line, in the order of the labels.")
    var classNames: String?

    @Option(
        parsing: .unconditional,
        help: "Time steps T (default: the model's own; 1 for relu).",
        transform: count
    )
    var timesteps: Int?

    @Option(help: .choice(SEWFunction.self, "How blocks of sew-resnet… join (default: add)."), transform: named)
    var sew: SEWFunction?

    @OptionGroup(title: "Neurons") var neurons: NeuronArguments

    @Flag(
        help:
            "Neurons divide what comes in by tau = 1 / (1 − leak), SpikingJelly's decay_input=True: thresholds are multiplied by it instead."
    )
    var decayInput = false

    @Option(
        parsing: .unconditional,
        help: "Pixels that the network sees (default: 224 behind a stem of 7×7, else 32).",
        transform: count
    )
    var imageSize: Int?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        do {
            try read()
        } catch let error as InterchangeError {
            throw InputError("\(error)")
        }
    }

    private func read() throws {
        let status = StatusLine()
        defer { status.clear() }
        status.show("reading \(file)")
        let found = try ResNetImport(try SafetensorsFile(file), request())
        let network = try Network(found.description, backend: Backend(ReferenceBackend()))
        try found.restore(to: network)
        let metadata = ModelMetadata(
            network: found.description,
            classNames: try classNames.map { try names(in: $0, count: found.description.classes) } ?? [],
            batchSize: Self.batchSize
        )
        status.show("writing \(output)")
        let strings = try metadata.strings()
        try TrainingError.savingTensors(run: nil) {
            try CheckpointFile.write(network, to: output, metadata: strings, optimizer: nil)
        }
        status.clear()
        let report = ImportReport(
            file: file,
            checkpoint: output,
            model: found.description.name,
            classes: found.description.classes,
            inChannels: found.description.inChannels,
            imageSize: found.description.imageHeight,
            timeSteps: found.description.timeSteps,
            widths: found.description.stages.map(\.width),
            neuron: NeuronModel(found.description.neuron).rawValue,
            parameters: network.parameters.parameterCount
        )
        if json { try JSONOutput.print(report) } else { Terminal.write(report.text) }
    }

    /// Samples at a time in evaluations, unless others are asked for.
    private static let batchSize = 32

    private func request() throws -> ResNetImport.Request {
        let isFile = NetworkFile.isNamed(by: model)
        let architecture = isFile ? nil : try Architecture.named(model)
        var overrides = NetworkOverrides()
        overrides.neuron = neurons.options
        overrides.sew = sew
        let isReLU = neurons.neuron == .relu
        overrides.timeSteps = timesteps ?? (isReLU ? 1 : architecture?.defaultTimeSteps)
        guard isReLU || keys != .torchvision else {
            throw InputError("--keys torchvision: its networks have ReLUs; add --neuron relu (and --model residual…)")
        }
        return ResNetImport.Request(
            template: try architecture?.template ?? NetworkFile(model).template,
            overrides: overrides,
            keys: keys,
            decaysInput: decayInput,
            imageSize: imageSize.map { ($0, $0) }
        )
    }

    private func names(in path: String, count: Int) throws -> [String] {
        let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
        var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        while names.last?.isEmpty == true { names.removeLast() }
        guard names.count == count else {
            throw InputError(
                "\(path) has \(names.count) lines, and the network \(count) classes: write one name a line"
            )
        }
        if let blank = names.firstIndex(where: \.isEmpty) { throw InputError("\(path): line \(blank + 1) is empty") }
        return names
    }
}

/// What was imported, as `--json` prints it.
struct ImportReport: Encodable {
    let file: String
    let checkpoint: String
    let model: String
    let classes: Int
    let inChannels: Int
    let imageSize: Int
    let timeSteps: Int
    let widths: [Int]
    let neuron: String
    let parameters: Int

    /// For people.
    var text: String {
        let input = "\(inChannels)×\(imageSize)×\(imageSize) pictures, \(classes) classes"
        let structure = "widths \(widths.map(String.init).joined(separator: ", ")), T = \(timeSteps), \(neuron)"
        return
            "\(checkpoint): \(model) of \(file), \(ProgressText.count(parameters)) parameters\n\(input), \(structure)\n"
    }
}
