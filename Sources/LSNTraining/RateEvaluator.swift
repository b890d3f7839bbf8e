public import LSNDatasets
public import LSNNetworks
import LSNTensors

/// Accuracy of a network of spikes after every number of time steps: of one run over all T, because what the first
/// steps compute does not depend on those that follow.
public struct RateEvaluator: Sendable {
    /// The network.
    public let network: Network
    private let source: any BatchProvider
    private let preparer: BatchPreparer

    /// An evaluator on the test split of `data`, whose samples must be pictures.
    public init(network: Network, data: any TrainingData, batchSize: Int) {
        self.network = network
        source = data.evaluationBatches(batchSize: batchSize)
        preparer = BatchPreparer(backend: network.backend, data: data)
    }

    /// The share of the samples whose files can be read that the mean of the logits of the first T steps classifies rightly, for each of `steps`.
    ///
    /// - Parameters:
    ///   - steps: from 1 to the network's T.
    ///   - progress: hears after each batch how many samples of how many are done.
    public func accuracies(after steps: [Int], progress: (Int, Int) -> Void = { _, _ in }) throws -> [Double] {
        let (classes, allSteps) = (network.description.classes, network.description.timeSteps)
        let network = try network.withFixedWeights()
        var correct = [Int](repeating: 0, count: steps.count)
        var done = 0
        for index in 0..<source.batchCount {
            let batch = try source.evaluationBatch(index: index)
            // Where no file of it can be read.
            guard batch.count > 0 else { continue }
            let pictures = try preparer.prepare(batch)
            let pass = try network.forward(pictures, isStatic: preparer.isStatic, training: false)
            let logits = try network.backend.values(pass.logits)
            for (sample, label) in batch.labels.enumerated() {
                var sums = [Double](repeating: 0, count: classes)
                for step in 0..<allSteps {
                    let start = (step * batch.count + sample) * classes
                    for k in 0..<classes { sums[k] += Double(logits[start + k]) }
                    guard let place = steps.firstIndex(of: step + 1), let top = sums.max() else { continue }
                    // The first of equals counts, as everywhere.
                    if sums.firstIndex(of: top) == Int(label) { correct[place] += 1 }
                }
            }
            done += batch.count
            progress(done, source.sampleCount)
        }
        guard done > 0 else { throw DatasetError.nothingToEvaluate }
        return correct.map { Double($0) / Double(done) }
    }
}
