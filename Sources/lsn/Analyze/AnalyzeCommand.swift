import ArgumentParser
import LSNDatasets
import LSNDevices
import LSNExperiments
import LSNHostSystem
import LSNNetworks
import LSNReports
import LSNTensors
import LSNTraining

extension CheckpointChoice: ExpressibleByArgument {}

/// `lsn analyze`.
struct AnalyzeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze",
        abstract: "Count what the blocks of a trained network do.",
        discussion: """
            By block: firing rates of E, I and X', the share of neurons that pass by identity (E = I), the L2 norm of \
            ∂L/∂X', and synaptic operations. Every value that leaves a block is counted to be 0 or 1; of an LSN the gate's \
            real-valued form (1 − T)·X + H is evaluated besides, for every neuron of the batches that --check-batches \
            names, and compared with the spikes. Energy is reckoned at 0.9 pJ for an accumulate and 4.6 pJ for a \
            multiply-accumulate (32-bit floating point, 45 nm): an accumulate for every spike and every output that it \
            reaches, borders and strides as they are, a multiply-accumulate for the first convolution and for every other \
            value; neurons, norms, gates and memory are left out. Beside it stands the same of the same layers with real \
            values, once a sample. Numbers and pictures (SVG) are written to a folder.
            """
    )

    @Argument(help: ArgumentHelp("A run's folder.", valueName: "run"), completion: .directory)
    var runFolder: String

    @Option(help: "Which checkpoint.")
    var checkpoint: CheckpointChoice = .best

    @Option(help: "Folder of the data set's files (default: the run's).")
    var data: String?

    @Option(help: "Look at the first so many test samples only.")
    var limitTest: Int?

    @Option(help: "Training batches that gradient norms are means over.")
    var gradientBatches = 4

    @Option(help: "Test batches whose outputs are looked at value by value.")
    var checkBatches = 1

    @Option(help: "Folder for analysis.json and the pictures (default: analysis in the run's folder).")
    var output: String?

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        if let limitTest, limitTest < 1 { throw ValidationError("--limit-test must be at least 1") }
        try requireCount("--gradient-batches", gradientBatches, from: 0)
        try requireCount("--check-batches", checkBatches, from: 0)
    }

    func run() throws {
        let trained = try TrainedRun(runFolder, checkpoint: checkpoint)
        var request = trained.configuration.dataRequest
        if data == nil { request.files = try RunFolder.fileList(in: runFolder) }
        request.directory = data ?? request.directory
        request.limitTest = limitTest ?? request.limitTest
        let samples = try DataProgress.load(request)
        let reporter = DataReporter(samples)
        let opened = try device.open(DeviceChoice(device.device ?? "auto"), precision: trained.precision)
        let report = AnalysisReport(
            run: runFolder,
            checkpoint: trained.checkpoint,
            folder: output ?? HostPath.join(runFolder, "analysis"),
            analysis: try analyze(trained, on: opened.backend, data: samples)
        )
        reporter.report()
        let folder = try ExperimentFolder(report.folder)
        for (name, figure) in report.analysis.figures {
            try folder.write(figure.svg, to: name)
        }
        try folder.write(json: report, to: "analysis.json")
        if json {
            try JSONOutput.print(report)
        } else {
            Terminal.write(report.text)
        }
    }

    private func analyze(
        _ trained: TrainedRun,
        on backend: Backend,
        data: any TrainingData
    ) throws -> NetworkAnalysis {
        let status = StatusLine()
        defer { status.clear() }
        let analyzer = NetworkAnalyzer(
            network: try trained.network(on: backend, data: data),
            configuration: trained.configuration,
            data: data
        )
        let extent = NetworkAnalyzer.Extent(gradientBatches: gradientBatches, checkedBatches: checkBatches)
        return try analyzer.run(extent) { done, total in status.show("analysing batch \(done) of \(total)") }
    }
}

/// An analysis as `--json` prints it, and as it stands in `analysis.json`.
struct AnalysisReport: Encodable {
    let run: String
    let checkpoint: String
    /// Where pictures are.
    let folder: String
    let analysis: NetworkAnalysis

    private enum CodingKeys: String, CodingKey {
        case run
        case checkpoint
        case folder
    }

    func encode(to encoder: any Encoder) throws {
        try analysis.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(run, forKey: .run)
        try container.encode(checkpoint, forKey: .checkpoint)
        try container.encode(folder, forKey: .folder)
    }

    /// For people.
    var text: String {
        [
            "\(analysis.model) from \(checkpoint) on \(analysis.dataset), \(analysis.device)\n",
            table, "\n", outputs, energy, "pictures and analysis.json are in \(folder)\n",
        ].joined()
    }

    private var table: String {
        let columns: [(String, (NetworkAnalysis.Block) -> String?)] = [
            ("E", { Self.rate($0.statistics.excitatoryRate) }), ("I", { Self.rate($0.statistics.inhibitoryRate) }),
            ("branch", { Self.rate($0.statistics.branchRate) }), ("X'", { Self.rate($0.statistics.outputRate) }),
            ("E = I", { Self.rate($0.statistics.identityShare) }), ("X' = X", { Self.rate($0.statistics.keptShare) }),
            ("not 0 or 1", { $0.notBinary > 0 ? ProgressText.count($0.notBinary) : "0" }),
            ("|dL/dX'|", { $0.statistics.gradientNorm.map { ProgressText.scientific(Double($0)) } }),
            ("accumulates", { Self.count($0.accumulates) }), ("multiply-acc.", { Self.count($0.multiplyAccumulates) }),
            ("ANN", { Self.count($0.dense) }),
        ]
        let known = columns.filter { column in analysis.blocks.contains { column.1($0) != nil } }
        var table = TextTable([("block", .left)] + known.map { ($0.0, .right) })
        for block in analysis.blocks {
            table.add([block.statistics.name] + known.map { $0.1(block) ?? "" })
        }
        return table.text
    }

    private var outputs: String {
        let outputs = analysis.outputs
        let check = outputs.check
        var text =
            "every block's output is \(outputs.isBinary ? "0 or 1" : "not 0 or 1"): "
            + "\(ProgressText.count(outputs.values)) values, \(ProgressText.count(outputs.notBinary)) of them neither"
        if check.values > 0, analysis.family == BlockFamily.lsn.rawValue {
            text +=
                "; the gate's real-valued form gave \(ProgressText.count(check.notBinary)) other values and "
                + "\(ProgressText.count(check.mismatches)) that differ from the spikes, of "
                + "\(ProgressText.count(check.values))"
        }
        return text + "\n"
    }

    private var energy: String {
        let energy = analysis.energy
        func microjoules(_ joules: Double) -> String { ProgressText.decimal(1e6 * joules, 3) + " µJ" }
        return "a sample: \(Self.count(energy.accumulates)) accumulates and \(Self.count(energy.multiplyAccumulates)) "
            + "multiply-accumulates, \(microjoules(energy.joules)); the same layers with real values: "
            + "\(Self.count(energy.dense)) multiply-accumulates, \(microjoules(energy.denseJoules))\n"
    }

    private static func rate(_ share: Float?) -> String? {
        share.map { ProgressText.decimal(Double($0), 4) }
    }

    private static func count(_ number: Double) -> String { ProgressText.count(Int(number.rounded())) }
}
