import LSNDatasets
import LSNNetworks
import LSNTensors

/// Chooses the temperature b of Dspike's surrogate at the start of an epoch (Li et al., "Differentiable Spike"): the one
/// of b / 1.25, b and 1.25·b whose gradient of the first layer points most nearly where finite differences of the loss
/// point.
///
/// The differences are central, of ``weightCount`` weights of the stem's convolution that a counter-based generator
/// chooses for the epoch, moved by a tenth of that filter's root mean square (the loss is a staircase in a weight; a step
/// much smaller sees no stair). The batch is always the first of the first epoch, or its first micro-batch. That takes
/// 2·``weightCount`` + 3 = 35 forward passes and 3 backward passes an epoch, whatever the network and the data. The
/// authors leave weights, step and batch open; these are this project's.
struct SurrogateSearch {
    /// Weights whose gradient is found by finite differences.
    static let weightCount = 16
    /// Between neighbouring temperatures.
    static let factor: Float = 1.25
    /// Temperatures stay in here: below, the surrogate is a rectangle; above, a needle.
    static var range: ClosedRange<Float> { 0.5...50 }
    static let filterName = "stem.conv.weight"

    let step: TrainingStep
    let seed: UInt64

    private var network: Network { step.network }
    private var backend: Backend { step.network.backend }

    /// The temperature for an epoch; `current` where no other is better. Parameters and running statistics are left as
    /// they were; gradients are lost.
    func choose(from current: Float, epoch: Int, batch: Batch) throws -> Float {
        let parameters = network.parameters
        guard let entry = parameters.entries.first(where: { $0.name == Self.filterName }) else { return current }
        let samples = try step.preparer.prepare(batch)
        let labels = try backend.upload(batch.labels)
        // Passes in training normalise by the batch, and move the running estimates as they go.
        let statistics = try backend.read(parameters.bufferValues, count: max(parameters.bufferWordCount, 1))
        let words = Self.pick(entry.valueWords, seed: seed, epoch: epoch)
        let slope = try differences(entry, words, samples, labels)
        var best = (temperature: current, similarity: -Double.infinity)
        for candidate in [current, current / Self.factor, current * Self.factor] where Self.range.contains(candidate) {
            let gradient = try self.gradient(candidate, words, samples, labels)
            let similarity = Self.cosine(gradient, slope)
            if similarity > best.similarity { best = (candidate, similarity) }
        }
        try backend.write(statistics, to: parameters.bufferValues)
        return best.temperature
    }

    /// Central differences of the loss in the weights at `words`.
    private func differences(
        _ entry: ParameterEntry,
        _ words: [Int],
        _ samples: RealTensor,
        _ labels: any Storage
    ) throws -> [Double] {
        let parameters = network.parameters
        let filter = try backend.slice(parameters.values, offset: entry.offset, count: entry.words)
        let original = try backend.readFloats(filter, count: entry.words)
        let square = original.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(entry.count, 1))
        let move = max(Float(0.1 * square.squareRoot()), 1e-6)
        func loss(_ word: Int, _ offset: Float) throws -> Double {
            var moved = original
            moved[word - entry.offset] += offset
            try backend.write(moved, to: filter)
            _ = try lossGradient(network, samples, labels)
            return Double(try backend.readFloats(step.record, count: 1)[StepRecord.loss])
        }
        var slopes: [Double] = []
        for word in words {
            slopes.append((try loss(word, move) - loss(word, -move)) / (2 * Double(move)))
        }
        try backend.write(original, to: filter)
        return slopes
    }

    /// The surrogate's gradient of the weights at `words`.
    private func gradient(
        _ temperature: Float,
        _ words: [Int],
        _ samples: RealTensor,
        _ labels: any Storage
    ) throws -> [Double] {
        let network = try network.with(surrogate: .dspike(temperature: temperature))
        let pass = try network.forward(
            samples,
            isStatic: step.preparer.isStatic,
            training: true,
            memory: step.memory
        )
        let upstream = try lossGradient(pass.logits, labels)
        try network.backward(pass, logitsGradient: upstream)
        let parameters = network.parameters
        let values = try backend.readFloats(parameters.gradients, count: (words.max() ?? 0) + 1)
        return words.map { Double(values[$0]) }
    }

    private func lossGradient(
        _ network: Network,
        _ samples: RealTensor,
        _ labels: any Storage
    ) throws -> RealTensor {
        let pass = try network.forward(
            samples,
            isStatic: step.preparer.isStatic,
            training: true,
            memory: step.memory
        )
        return try lossGradient(pass.logits, labels)
    }

    /// ∂L/∂logits; the loss of the logits goes to the step's record. An MPD loss does not take part.
    private func lossGradient(_ logits: RealTensor, _ labels: any Storage) throws -> RealTensor {
        try backend.classificationLoss(
            logits,
            labels: labels,
            timeSteps: network.description.timeSteps,
            loss: step.learning.logitsLoss,
            labelSmoothing: step.learning.labelSmoothing,
            record: step.record
        )
    }

    /// ``weightCount`` different words, or all where there are no more, in ascending order.
    static func pick(_ words: [Int], seed: UInt64, epoch: Int) -> [Int] {
        var random = Philox(seed: seed, purpose: .probing, epoch: epoch)
        var rest = words
        var picked: [Int] = []
        while picked.count < weightCount, !rest.isEmpty {
            picked.append(rest.remove(at: random.integer(below: rest.count)))
        }
        return picked.sorted()
    }

    /// The cosine of the angle between two vectors; 0 where one of them is 0 or not finite, so that nothing is chosen.
    static func cosine(_ a: [Double], _ b: [Double]) -> Double {
        let products = zip(a, b).reduce((0.0, 0.0, 0.0)) { sums, pair in
            (sums.0 + pair.0 * pair.1, sums.1 + pair.0 * pair.0, sums.2 + pair.1 * pair.1)
        }
        let cosine = products.0 / (products.1 * products.2).squareRoot()
        return cosine.isFinite ? cosine : 0
    }
}
