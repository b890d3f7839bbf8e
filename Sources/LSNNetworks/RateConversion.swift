public import LSNTensors

/// A trained network of ReLUs as one of integrate-and-fire neurons with soft reset, whose firing rates stand for
/// the ReLUs' values (Diehl et al. 2015, Rueckauer et al. 2017).
///
/// A layer whose values reach λ gets the threshold λ: a neuron driven by a constant a then fires at the rate a/λ, up to 1.
/// The thresholds stand in the weights, so that every neuron of the result fires at 1 and the result is an ordinary
/// network: with λ of the layer and λ′ of the one before,
///
///     W ← W · (γ·gain/σ) · λ′/λ        b ← (β − μ·γ·gain/σ) / λ
///
/// norms are folded into the convolutions and only add b afterwards. Where an identity shortcut joins two layers, spikes
/// of both must be worth the same, so all outputs along a chain of identities share the largest λ among them.
public struct RateConversion: Sendable {
    /// The network of neurons.
    public let description: NetworkDescription
    /// Its parameters and running estimates.
    public let state: [NamedTensor]
    /// λ of every layer, in order of computation.
    public let thresholds: [(layer: String, value: Float)]

    /// Converts.
    ///
    /// - Parameters:
    ///   - network: of ReLUs, whose blocks add before their last one.
    ///   - state: what it learned, by the names that checkpoints use.
    ///   - activations: how far the values of each layer of ReLUs reach, by its name as an observer hears it.
    ///   - timeSteps: T.
    /// - Throws: ``NetworkError/invalid(_:)`` for another network, or where a tensor or an activation is missing.
    public init(
        _ network: NetworkDescription,
        state: [NamedTensor],
        activations: [String: Float],
        timeSteps: Int
    ) throws(NetworkError) {
        guard network.neuron.isReLU else {
            throw .invalid("only networks of ReLUs (--neuron relu) are converted; this one has spiking neurons")
        }
        if let family = network.families.first(where: { $0 != .residual(.original) && $0 != .spikingResNet }) {
            throw .invalid(
                "blocks of the family \(family.rawValue) are not converted, because the sum that leaves them "
                    + "has not passed a ReLU; use residual… with --residual original"
            )
        }
        var scales = RateScales(network, activations: activations)
        try scales.share()
        var folder = NormFolder(state)
        try folder.fold(network.stemUnit, from: 1, to: scales.of("stem.neuron"))
        var input = "stem.neuron"
        for block in network.blocks {
            guard let exit = block.exit?.neuron?.name else { continue }
            var before = input
            for unit in block.branch("branch") {
                let after = unit.activation.neuron?.name ?? exit
                try folder.fold(unit, from: scales.of(before), to: scales.of(after))
                before = after
            }
            if let shortcut = block.shortcut {
                try folder.fold(shortcut, from: scales.of(input), to: scales.of(exit))
            }
            input = exit
        }
        for (index, layer) in network.headLayers.enumerated() {
            let isLast = index == network.headLayers.count - 1
            let after = network.hiddenNeurons?.neuron?.name ?? ""
            try folder.scale(layer, from: scales.of(input), to: isLast ? 1 : scales.of(after))
            input = after
        }
        var result = network
        result.neuron = Neuron(leak: 1, threshold: 1, reset: .soft)
        result.timeSteps = timeSteps
        try result.validate()
        description = result
        self.state = folder.state
        thresholds = try scales.layers.map { layer throws(NetworkError) in (layer, try scales.of(layer)) }
    }
}

/// λ of every layer.
private struct RateScales {
    /// In order of computation.
    private(set) var layers: [String] = []
    private var values: [String: Float]
    private let blocks: [BlockDescription]

    init(_ network: NetworkDescription, activations: [String: Float]) {
        values = activations
        blocks = network.blocks
        layers = ["stem.neuron"]
        for block in blocks {
            layers += block.branch("branch").compactMap { $0.activation.neuron?.name }
            layers += [block.exit?.neuron?.name].compactMap(\.self)
        }
        layers += [network.hiddenNeurons?.neuron?.name].compactMap(\.self)
    }

    /// A layer that is always silent has no scale; any does.
    func of(_ layer: String) throws(NetworkError) -> Float {
        guard let value = values[layer] else { throw .invalid("no activations are known of the layer \(layer)") }
        return value > 0 && value.isFinite ? value : 1
    }

    /// Gives the outputs along each chain of identities their largest scale.
    mutating func share() throws(NetworkError) {
        var chain = ["stem.neuron"]
        for block in blocks {
            guard let exit = block.exit?.neuron?.name else { continue }
            if block.hasProjection {
                try level(chain)
                chain = []
            }
            chain.append(exit)
        }
        try level(chain)
    }

    private mutating func level(_ chain: [String]) throws(NetworkError) {
        var largest: Float = 0
        for layer in chain { largest = max(largest, try of(layer)) }
        for layer in chain { values[layer] = largest }
    }
}

/// Parameters under change.
private struct NormFolder {
    private let names: [String]
    private var tensors: [String: NamedTensor]

    init(_ state: [NamedTensor]) {
        names = state.map(\.name)
        tensors = Dictionary(state.map { ($0.name, $0) }) { first, _ in first }
    }

    var state: [NamedTensor] { names.compactMap { tensors[$0] } }

    /// Folds a unit's norm into its convolution; the norm is left with a bias to add. Inputs are worth `input`, outputs
    /// `output`.
    mutating func fold(_ unit: UnitDescription, from input: Float, to output: Float) throws(NetworkError) {
        guard let norm = unit.activation.norm else { throw .invalid("\(unit.convolution.name) has no norm to fold") }
        let filter = try values(unit.convolution.filterName)
        let (weight, bias) = (try values(norm.weightName), try values(norm.biasName))
        let (mean, variance) = (try values(norm.runningMeanName), try values(norm.runningVarianceName))
        let taps = filter.count / max(norm.channels, 1)
        var folded = filter
        var offsets: [Float] = []
        for channel in 0..<norm.channels {
            let deviation = (Double(variance[channel]) + Double(Self.epsilon)).squareRoot()
            let factor = Double(weight[channel]) * Double(norm.gain) / deviation
            for tap in channel * taps..<(channel + 1) * taps {
                folded[tap] = Float(Double(filter[tap]) * factor * Double(input) / Double(output))
            }
            offsets.append(Float((Double(bias[channel]) - Double(mean[channel]) * factor) / Double(output)))
        }
        let ones = [Float](repeating: 1, count: norm.channels)
        set(unit.convolution.filterName, folded)
        set(norm.weightName, ones.map { $0 / norm.gain })
        set(norm.biasName, offsets)
        set(norm.runningMeanName, ones.map { $0 - 1 })
        set(norm.runningVarianceName, ones.map { $0 - Self.epsilon })
    }

    /// A fully connected layer on inputs worth `input`, for outputs worth `output`.
    mutating func scale(_ layer: LinearDescription, from input: Float, to output: Float) throws(NetworkError) {
        set(layer.weightName, try values(layer.weightName).map { $0 * input / output })
        set(layer.biasName, try values(layer.biasName).map { $0 / output })
    }

    private static let epsilon = NormalizationParameters.epsilon

    private func values(_ name: String) throws(NetworkError) -> [Float] {
        guard let tensor = tensors[name] else { throw .invalid("the network's tensor \(name) is missing") }
        return tensor.values
    }

    private mutating func set(_ name: String, _ values: [Float]) {
        guard let tensor = tensors[name] else { return }
        tensors[name] = NamedTensor(name: name, shape: tensor.shape, values: values)
    }
}
