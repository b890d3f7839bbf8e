import ArgumentParser
import Foundation
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNHostSystem
import LSNNetworks
import LSNTensors
import LSNTraining

/// `lsn convert`.
struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Turn a trained network of ReLUs into one of spikes, and report its accuracy by T.",
        discussion: """
            Takes the run of a network with --neuron relu, or trains one first. Norms are folded into the convolutions; \
            every layer's threshold is the 99.9th percentile of its values on training data, shared along identity \
            shortcuts and written into the weights, so that every neuron fires at 1; neurons integrate and fire with \
            soft reset, and a picture is a constant current at every time step. The converted network stands beside \
            the checkpoint as converted.safetensors, which `lsn eval` takes, with converted.svg, a picture of the table.
            """
    )

    @Option(help: "Folder of a run with --neuron relu (its best checkpoint); without it one is trained.")
    var checkpoint: String?

    @Option(help: "Without --checkpoint: the model to train (default: residual18).")
    var model: String?

    @Option(help: "Without --checkpoint: its width (default: 0.125).")
    var width: Double?

    @Option(help: "Without --checkpoint: epochs (default: as lsn train's).")
    var epochs: Int?

    @Option(help: "Without --checkpoint: the run's folder (default: the next free runs/MODEL-DATASET-N).")
    var output: String?

    @OptionGroup(title: "Data") var data: DataOptions

    @Option(help: "Longest T; powers of two from 8 on below it are reported too.")
    var timesteps = 256

    @Option(help: "Training samples whose values set the thresholds.")
    var calibrationSamples = 1000

    @Option(help: "Pictures at a time in the evaluation over time; memory grows with T times this.")
    var batchSize = 8

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func validate() throws {
        for (name, value) in [
            ("--timesteps", timesteps), ("--calibration-samples", calibrationSamples), ("--batch-size", batchSize),
        ] { try requireCount(name, value) }
        if data.dataset?.kind == .recordings {
            throw ValidationError("recordings of events are not converted: a network of ReLUs knows no time")
        }
        if checkpoint != nil {
            let training: [(String, Bool)] = [
                ("--model", model != nil), ("--width", width != nil), ("--epochs", epochs != nil),
                ("--output", output != nil), ("--dataset", data.dataset != nil), ("--split", data.files.split != nil),
                ("--image-size", data.files.imageSize != nil), ("--max-bad-files", data.files.maxBadFiles != nil),
                ("--limit-train", data.limitTrain != nil), ("--shift", data.shift != nil), ("--flip", data.flip != nil),
            ]
            if let given = training.first(where: \.1) {
                throw ValidationError("\(given.0) is for training; leave it or --checkpoint out")
            }
        }
    }

    func run() async throws {
        let run: String
        let backend: Backend
        if let checkpoint {
            run = checkpoint
            let saved = try SavedModel(checkpoint)
            backend =
                try device.open(
                    DeviceChoice(device.device ?? saved.record?.machine.device ?? "auto"),
                    precision: saved.metadata.precision
                ).backend
        } else {
            (run, backend) = try await train()
        }
        let found = try SavedModel(run)
        guard let configuration = found.record?.configuration else {
            throw InputError("\(run): give the folder of a run, which says what data it was trained on")
        }
        guard found.metadata.network.neuron.isReLU else {
            throw InputError(
                "\(found.path) holds spiking neurons (\(NeuronModel(found.metadata.network.neuron).rawValue)); train its "
                    + "twin of ReLUs with lsn train --model residual18 --neuron relu, or leave --checkpoint out"
            )
        }
        var request = configuration.dataRequest
        if data.data == nil { request.files = try RunFolder.fileList(in: run) }
        request.directory = data.data ?? request.directory
        request.limitTest = data.limitTest ?? request.limitTest
        let samples = try DataProgress.load(request)
        let reporter = DataReporter(samples)
        guard !samples.form.hasTime else {
            throw InputError(
                "\(run): recordings of events and sequences are not converted: a network of ReLUs knows no time"
            )
        }
        let report = try await convert(found, configuration, samples, on: backend)
        reporter.report()
        let chart = Array(ConversionChart(report: report).svg.utf8)
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(chart, to: HostPath.beside(found.path, "converted.svg"))
        }
        if json { try JSONOutput.print(report) } else { Terminal.write(report.text) }
    }
}

extension ConvertCommand {
    /// Trains the network of ReLUs; its folder and the device.
    private func train() async throws -> (folder: String, backend: Backend) {
        var options = try TrainingOptions.parsed()
        options.network.model = model ?? "residual18"
        options.network.width = width ?? 0.125
        options.network.neurons.neuron = .relu
        options.learning.epochs = epochs
        options.data = data
        options.data.data = data.data.map { URL(fileURLWithPath: $0).path }
        let session = TrainingSession(try options.configuration(), output: output)
        let samples = try DataProgress.load(session.configuration.dataRequest)
        let opened = try device.open(DeviceChoice(device.device ?? "auto"))
        let printer = json ? nil : ProgressPrinter()
        InterruptFlag.watch()
        let summary = try await Self.train(session, on: opened.backend, of: opened, samples, printer)
        if summary.outcome == .interrupted {
            let folder = ShellText.path(summary.folder)
            Terminal.writeError(
                "stopped after step \(summary.step); lsn train --resume \(folder) continues, then "
                    + "lsn convert --checkpoint \(folder)\n"
            )
            throw ExitCode.success
        }
        InterruptFlag.unwatch()
        return (summary.folder, opened.backend)
    }

    private static func train(
        _ session: TrainingSession,
        on backend: Backend,
        of device: OpenDevice,
        _ data: any TrainingData,
        _ printer: ProgressPrinter?
    ) async throws -> TrainingSummary {
        try await session.run(
            on: backend,
            machine: device.machine,
            data: data,
            plan: try device.fittingPlan(session.configuration, data: data),
            observer: { printer?.show($0) },
            shouldStop: { InterruptFlag.isRaised }
        )
    }

    private func convert(
        _ model: SavedModel,
        _ configuration: TrainingConfiguration,
        _ data: any TrainingData,
        on backend: Backend
    ) async throws -> ConversionReport {
        let relus = try Network(model.metadata.network, backend: backend)
        try CheckpointFile.restore(model.file, to: relus, optimizer: nil)
        let evaluator = Evaluator(network: relus, data: data, batchSize: configuration.learning.evaluationBatchSize)
        guard let evaluation = try await evaluator.run() else { throw CancellationError() }
        let reach = ActivationPercentile(network: relus, data: data, configuration: configuration)
        let conversion = try RateConversion(
            model.metadata.network,
            state: try relus.parameters.exportState(),
            activations: try reach.measure(samples: calibrationSamples),
            timeSteps: timesteps
        )
        let path = HostPath.beside(model.path, "converted.safetensors")
        var metadata = model.metadata
        metadata.network = conversion.description
        (metadata.batchSize, metadata.microBatches) = (batchSize, 1)
        let strings = try metadata.strings()
        try TrainingError.savingTensors(run: nil) {
            try CheckpointFile.write(conversion.state, to: path, metadata: strings)
        }

        let spiking = try Network(conversion.description, backend: backend)
        try spiking.parameters.load(state: conversion.state, source: path)
        let progress = DataProgress("running \(timesteps) time steps")
        defer { progress.clear() }
        let steps = Self.steps(upTo: timesteps)
        let accuracies = try RateEvaluator(network: spiking, data: data, batchSize: batchSize)
            .accuracies(after: steps, progress: progress.show)
        progress.clear()
        return ConversionReport(
            checkpoint: model.path,
            converted: path,
            model: model.metadata.model,
            samples: evaluation.sums.samples,
            reluAccuracy: evaluation.accuracy,
            accuracies: zip(steps, accuracies).map { .init(timeSteps: $0, accuracy: $1) },
            thresholds: conversion.thresholds.map { .init(layer: $0.layer, threshold: $0.value) }
        )
    }

    /// 8, 16, 32, … below `limit`, then `limit`.
    static func steps(upTo limit: Int) -> [Int] {
        var steps: [Int] = []
        var next = 8
        while next < limit {
            steps.append(next)
            next *= 2
        }
        return steps + [limit]
    }
}

/// A conversion as `--json` prints it.
struct ConversionReport: Encodable {
    /// Accuracy after so many steps.
    struct Point: Encodable {
        let timeSteps: Int
        let accuracy: Double
    }

    /// The threshold of a layer, in units of the ReLUs' values.
    struct Layer: Encodable {
        let layer: String
        let threshold: Float
    }

    let checkpoint: String
    let converted: String
    let model: String
    let samples: Int
    let reluAccuracy: Double
    let accuracies: [Point]
    let thresholds: [Layer]

    private enum CodingKeys: String, CodingKey {
        case checkpoint, converted, model, samples, accuracies, thresholds
        case reluAccuracy = "rectifierAccuracy"
    }

    /// For people.
    var text: String {
        var table = TextTable([("T", .right), ("accuracy", .right), ("against ReLU", .right)])
        for point in accuracies {
            let points = 100 * (point.accuracy - reluAccuracy)
            table.add([
                "\(point.timeSteps)", ProgressText.percent(point.accuracy),
                (points > 0 ? "+" : "") + ProgressText.decimal(points, 2),
            ])
        }
        return "\(model) from \(checkpoint): \(ProgressText.percent(reluAccuracy)) of "
            + "\(ProgressText.count(samples)) with ReLU; converted:\n" + table.text + "\(converted)\n"
    }
}
