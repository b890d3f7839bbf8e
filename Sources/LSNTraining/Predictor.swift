package import LSNDatasets
package import LSNNetworks
package import LSNTensors

/// Says of single samples which class a network takes them for.
package struct Predictor: Sendable {
    private let network: Network
    private let format: InputFormat

    /// A predictor with the network's parameters as they are now.
    ///
    /// - Parameters:
    ///   - network: in whose running statistics samples are normalised, as in an evaluation.
    ///   - format: what it takes.
    package init(_ network: Network, format: InputFormat) throws(BackendError) {
        self.network = try network.withFixedWeights()
        self.format = format
    }

    /// The probability of every class, of every sample: the softmax of the logits' mean over time.
    ///
    /// - Throws: ``TrainingError/notFinite(what:)`` where a logit is not finite; `DatasetError`, `BackendError`.
    package func probabilities(_ samples: [InputSample]) throws -> [[Float]] {
        var result: [[Float]] = []
        var rest = samples[...]
        // What travels alike goes through the network together.
        while let first = rest.first {
            let alike = rest.prefix { $0.form == first.form }
            result += try probabilities(ofLike: Array(alike))
            rest = rest.dropFirst(alike.count)
        }
        return result
    }

    private func probabilities(ofLike samples: [InputSample]) throws -> [[Float]] {
        let description = network.description
        let (input, isStatic) = try format.tensor(samples, on: network.backend)
        let pass = try network.forward(input, isStatic: isStatic, training: false)
        let logits = try network.backend.values(pass.logits)
        return try samples.indices.map { sample in
            let means = ClassScores.means(
                logits: logits,
                sample: sample,
                samples: samples.count,
                classes: description.classes
            )
            if let value = means.first(where: { !$0.isFinite }) {
                throw TrainingError.notFinite(what: "a logit is \(value)")
            }
            return Self.softmax(means)
        }
    }

    private static func softmax(_ logits: [Float]) -> [Float] {
        let largest = logits.max() ?? 0
        let powers = logits.map { PortableMath.exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
