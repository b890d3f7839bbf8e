package import LSNDatasets
package import LSNNetworks
import LSNTensors
package import LSNTraining

/// Runs a trained network over its data and counts: firing rates, identity, outputs, operations, gradients.
package struct NetworkAnalyzer: Sendable {
    /// How much is looked at.
    package struct Extent: Sendable {
        /// Batches of the training split that gradient norms are means over.
        package var gradientBatches: Int
        /// Batches of the test split whose outputs are looked at value by value.
        package var checkedBatches: Int

        /// Enough for a mean and a proof.
        package init(gradientBatches: Int = 4, checkedBatches: Int = 1) {
            self.gradientBatches = gradientBatches
            self.checkedBatches = checkedBatches
        }
    }

    private let network: Network
    private let configuration: TrainingConfiguration
    private let data: any TrainingData

    /// An analyzer of `network`, with the parameters that it has.
    ///
    /// - Parameters:
    ///   - network: the one that `configuration` describes for `data`.
    ///   - configuration: of the run that trained it.
    ///   - data: what it was trained on, the test split as `--limit-test` leaves it.
    package init(network: Network, configuration: TrainingConfiguration, data: any TrainingData) {
        self.network = network
        self.configuration = configuration
        self.data = data
    }

    /// What is found of the blocks, of their outputs and of the work; whose run it was is for the caller to fill in.
    ///
    /// The gradients' passes come last, since they move running statistics.
    ///
    /// - Parameters:
    ///   - extent: how much is looked at.
    ///   - progress: hears how many batches are done, of how many.
    package func run(_ extent: Extent, progress: (_ done: Int, _ total: Int) -> Void) throws -> NetworkAnalysis {
        let batches = data.evaluationBatches(batchSize: configuration.learning.evaluationBatchSize)
        let total = batches.batchCount + extent.gradientBatches
        let forward = try watchForward(batches, extent) { progress($0, total) }
        let norms = try measureGradients(extent.gradientBatches) { progress(batches.batchCount + $0, total) }
        return summary(forward, norms: norms, gradientBatches: extent.gradientBatches)
    }

    /// What passes over the test split gave.
    private struct Forward {
        var samples = 0
        var measurements: [BlockMeasurement] = []
        var checks: [String: OutputCheck] = [:]
        var layers: [SynapseCount] = []
    }

    private func watchForward(
        _ batches: any BatchProvider,
        _ extent: Extent,
        progress: (Int) -> Void
    ) throws -> Forward {
        let preparer = BatchPreparer(backend: network.backend, data: data)
        let blocks = try BlockObserver(network)
        let synapses = SynapseCounter(
            backend: network.backend,
            timeSteps: network.description.timeSteps,
            first: preparer.isStatic ? "stem.conv" : nil
        )
        let check = GateCheck(backend: network.backend)
        var result = Forward()
        for index in 0..<batches.batchCount {
            let batch = try batches.evaluationBatch(index: index)
            // Where no file of it can be read.
            guard batch.count > 0 else { continue }
            var observers: [any NetworkObserver] = [blocks, synapses]
            if index < extent.checkedBatches { observers.append(check) }
            _ = try network.forward(
                try preparer.prepare(batch),
                isStatic: preparer.isStatic,
                training: false,
                observer: CombinedObserver(observers: observers)
            )
            let measured = try blocks.measurements()
            result.measurements =
                result.measurements.isEmpty ? measured : zip(result.measurements, measured).map { $0 + $1 }
            result.samples += batch.count
            progress(index + 1)
        }
        guard result.samples > 0 else {
            throw DatasetError("no file of the test split can be read: lsn data verify finds all that is wrong")
        }
        result.checks = check.checks
        result.layers = synapses.counts
        return result
    }

    /// The mean norm of each layer's ∂L/∂X' over so many batches.
    private func measureGradients(_ count: Int, progress: (Int) -> Void) throws -> [Double] {
        guard count > 0 else { return [] }
        let probe = try TrainingProbe(configuration: configuration, network: network, data: data)
        var sums: [Double] = []
        for index in 0..<count {
            let norms = try probe.measure(batch: index).map { Double($0.gradientNorm ?? .nan) }
            sums = sums.isEmpty ? norms : zip(sums, norms).map { $0 + $1 }
            progress(index + 1)
        }
        return sums.map { $0 / Double(count) }
    }

    private func summary(_ forward: Forward, norms: [Double], gradientBatches: Int) -> NetworkAnalysis {
        let samples = Double(max(forward.samples, 1))
        var blocks: [NetworkAnalysis.Block] = []
        for (place, measured) in forward.measurements.enumerated() {
            var block = NetworkAnalysis.Block(statistics: BlockStatistics.Block(measured))
            if norms.indices.contains(place), norms[place].isFinite {
                block.statistics.gradientNorm = Float(norms[place])
            }
            let layers = forward.layers.filter { $0.name.hasPrefix(measured.name + ".") }
            block.values = measured.neurons
            block.notBinary = measured.others ?? 0
            block.check = forward.checks[measured.name]
            block.accumulates = Double(layers.reduce(0) { $0 + $1.accumulates }) / samples
            block.multiplyAccumulates = Double(layers.reduce(0) { $0 + $1.multiplyAccumulates }) / samples
            block.dense = Double(layers.reduce(0) { $0 + $1.dense }) / samples
            blocks.append(block)
        }
        let outputs = blocks.dropFirst()
        let check = outputs.reduce(OutputCheck()) { $0 + ($1.check ?? OutputCheck()) }
        let notBinary = outputs.reduce(0) { $0 + $1.notBinary }
        return NetworkAnalysis(
            model: configuration.network.name,
            family: network.description.families.map(\.rawValue).joined(separator: " "),
            dataset: data.name.rawValue,
            device: network.backend.deviceName,
            timeSteps: network.description.timeSteps,
            samples: forward.samples,
            gradientBatches: gradientBatches,
            blocks: blocks,
            outputs: NetworkAnalysis.OutputSummary(
                isBinary: notBinary == 0 && check.notBinary == 0 && check.mismatches == 0,
                values: outputs.reduce(0) { $0 + $1.values },
                notBinary: notBinary,
                check: check
            ),
            energy: NetworkAnalysis.Energy(forward.layers, samples: forward.samples),
            layers: forward.layers
        )
    }
}

extension BlockMeasurement {
    /// Counts of two passes together.
    static func + (a: BlockMeasurement, b: BlockMeasurement) -> BlockMeasurement {
        func sum(_ count: KeyPath<BlockMeasurement, Int?>) -> Int? {
            guard let first = a[keyPath: count], let second = b[keyPath: count] else { return nil }
            return first + second
        }
        var result = BlockMeasurement(name: a.name)
        result.neurons = a.neurons + b.neurons
        result.output = a.output + b.output
        result.excitatory = sum(\.excitatory)
        result.inhibitory = sum(\.inhibitory)
        result.differing = sum(\.differing)
        result.branch = sum(\.branch)
        result.others = sum(\.others)
        result.changed = sum(\.changed)
        return result
    }
}
