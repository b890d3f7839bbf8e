import LSNConformance
import LSNTensors

extension BenchmarkWork {
    /// Makes the operands, spikes at rate `spikeRate`, and returns what to time.
    func prepare(
        _ numbers: inout CaseNumbers,
        spikeRate: Float,
        on backend: Backend
    ) throws -> BenchmarkCall {
        switch self {
        case .convolve(let size, let kind):
            let input: Activation = try numbers.activation(size.input, kind, rate: spikeRate, on: backend)
            let filter = try numbers.filter(size.filter, on: backend)
            return BenchmarkCall { _ = try backend.convolve(input, filter: filter, geometry: size.geometry) }
        case .convolveBackwardData(let size):
            let gradient = try numbers.real(size.output, on: backend)
            let filter = try numbers.filter(size.filter, on: backend)
            return BenchmarkCall {
                _ = try backend.convolveBackwardData(
                    gradient,
                    filter: filter,
                    geometry: size.geometry,
                    inputShape: size.input,
                    accumulator: nil
                )
            }
        case .convolveBackwardFilter(let size, let kind):
            let input: Activation = try numbers.activation(size.input, kind, rate: spikeRate, on: backend)
            let gradient = try numbers.real(size.output, on: backend)
            let result = try numbers.filter(size.filter, on: backend)
            return BenchmarkCall {
                try backend.convolveBackwardFilter(
                    input: input,
                    gradient: gradient,
                    geometry: size.geometry,
                    result: result
                )
            }
        case .batchStatistics(let shape):
            let input = try numbers.real(shape, on: backend)
            let norm = try numbers.normalizationParameters(shape.channels, on: backend)
            return BenchmarkCall { _ = try backend.batchStatistics(of: input, updating: norm, repeats: 1) }
        case .fire(let shape, let steps, let variant):
            let input = try numbers.real(shape, on: backend)
            let normalization = try numbers.normalization(of: input, on: backend)
            let time = TimeAxis(steps: steps)
            let leak = try variant.leak(on: backend)
            return BenchmarkCall {
                _ = try backend.fire(
                    input,
                    normalization: normalization,
                    neuron: variant.neuron,
                    leak: leak,
                    time: time
                )
            }
        case .fireBackward(let shape, let steps, let variant):
            return try prepareFireBackward(shape, steps, variant, &numbers, on: backend)
        case .gate(let shape):
            let spikes = try (0..<3).map { _ in try numbers.spikes(shape, rate: spikeRate, on: backend) }
            return BenchmarkCall {
                _ = try backend.logicGate(input: spikes[0], excitatory: spikes[1], inhibitory: spikes[2])
            }
        case .gateBackward(let shape):
            let spikes = try (0..<3).map { _ in try numbers.spikes(shape, rate: spikeRate, on: backend) }
            let gradient = try SpentTensor(numbers.real(shape, on: backend), on: backend)
            return BenchmarkCall(reset: gradient.restore) {
                _ = try backend.logicGateBackward(
                    gradient.tensor,
                    input: spikes[0],
                    excitatory: spikes[1],
                    inhibitory: spikes[2]
                )
            }
        case .accumulate(let shape):
            let term = try numbers.real(shape, on: backend)
            let tensor = try numbers.real(shape, on: backend)
            return BenchmarkCall { try backend.accumulate(term, into: tensor) }
        case .maxPool(let shape):
            let input = try numbers.spikes(shape, rate: spikeRate, on: backend)
            return BenchmarkCall { _ = try backend.maxPool(input, window: 3, geometry: Self.pooling) }
        case .maxPoolBackward(let shape):
            let input = try numbers.spikes(shape, rate: spikeRate, on: backend)
            let gradient = try numbers.real(Self.pooled(shape), on: backend)
            return BenchmarkCall {
                _ = try backend.maxPoolBackward(gradient, input: input, window: 3, geometry: Self.pooling)
            }
        case .globalAveragePool(let shape):
            let input = Activation.spikes(try numbers.spikes(shape, rate: spikeRate, on: backend))
            return BenchmarkCall { _ = try backend.globalAveragePool(input) }
        case .prepareImages(let shape):
            return try preparePictures(shape, &numbers, on: backend)
        case .adam(let count):
            let words = try (0..<3).map { _ in try backend.upload(numbers.values(count)) }
            let second = try backend.upload(numbers.values(count, in: 0...1))
            return BenchmarkCall {
                try backend.adam(
                    parameters: words[0],
                    gradients: words[1],
                    firstMoment: words[2],
                    secondMoment: second,
                    count: count,
                    step: AdamStep(learningRate: 1e-3, step: 10)
                )
            }
        case .findNonFinite(let count):
            let storage = try backend.upload(numbers.values(count))
            let record = try backend.zeros(words: StepRecord.words)
            return BenchmarkCall {
                try backend.findNonFinite(in: storage, count: count, record: record, word: StepRecord.parameter)
            }
        }
    }

    private func prepareFireBackward(
        _ shape: ImageShape,
        _ steps: Int,
        _ variant: NeuronVariant,
        _ numbers: inout CaseNumbers,
        on backend: Backend
    ) throws -> BenchmarkCall {
        let leak = try variant.leak(on: backend)
        let input = try numbers.real(shape, on: backend)
        let normalization = try numbers.normalization(of: input, on: backend)
        let gradient = try SpentTensor(numbers.real(shape, on: backend), on: backend)
        let gradients = try NormalizationGradients(channels: shape.channels, on: backend)
        return BenchmarkCall(reset: gradient.restore) {
            _ = try backend.fireBackward(
                gradient.tensor,
                input: input,
                normalization: normalization,
                neuron: variant.neuron,
                leak: leak,
                time: TimeAxis(steps: steps),
                gradients: gradients,
                mpd: nil
            )
        }
    }

    private func preparePictures(
        _ shape: ImageShape,
        _ numbers: inout CaseNumbers,
        on backend: Backend
    ) throws -> BenchmarkCall {
        let pixels = try backend.upload((0..<(shape.count + 3) / 4).map { UInt32($0) &* 0x9E37_79B9 })
        let moves = numbers.integers(3 * shape.images, below: 2).map { UInt32($0) }
        let transforms = try backend.upload(moves)
        let mean = [Float](repeating: 0.5, count: shape.channels)
        return BenchmarkCall {
            _ = try backend.prepareImages(
                pixels: pixels,
                transforms: transforms,
                shape: shape,
                mean: mean,
                deviation: mean
            )
        }
    }
}

extension NeuronVariant {
    /// w = 0, where the neuron learns its leak.
    fileprivate func leak(on backend: Backend) throws -> LearnedLeak? {
        guard neuron.isLeakLearned else { return nil }
        return LearnedLeak(weight: try backend.channelVector([0]), gradient: try backend.channelVector([0]))
    }
}

extension CaseNumbers {
    fileprivate mutating func real(_ shape: ImageShape, on backend: Backend) throws -> RealTensor {
        try backend.realTensor(values(shape.count), shape: shape)
    }

    fileprivate mutating func spikes(
        _ shape: ImageShape,
        rate: Float,
        on backend: Backend
    ) throws -> SpikeTensor {
        try backend.spikeTensor(spikes(shape.count, rate: rate), shape: shape)
    }

    fileprivate mutating func activation(
        _ shape: ImageShape,
        _ kind: InputKind,
        rate: Float,
        on backend: Backend
    ) throws -> Activation {
        kind == .spike ? .spikes(try spikes(shape, rate: rate, on: backend)) : .real(try real(shape, on: backend))
    }

    fileprivate mutating func filter(_ shape: FilterShape, on backend: Backend) throws -> Filter {
        try backend.filter(values(shape.count), shape: shape)
    }

    fileprivate mutating func normalizationParameters(
        _ channels: Int,
        on backend: Backend
    ) throws -> NormalizationParameters {
        let vectors = try norm("", channels: channels).map { try backend.channelVector($0.values) }
        return NormalizationParameters(
            weight: vectors[0],
            bias: vectors[1],
            runningMean: vectors[2],
            runningVariance: vectors[3]
        )
    }

    fileprivate mutating func normalization(
        of input: RealTensor,
        on backend: Backend
    ) throws -> Normalization {
        let parameters = try normalizationParameters(input.shape.channels, on: backend)
        let statistics = try backend.batchStatistics(of: input, updating: parameters, repeats: 1)
        return Normalization(statistics: statistics, parameters: parameters)
    }
}

/// An operand that the operation works in. The device copies it anew before each run: so it is where the kernel before
/// would have left it, not in the cache of the core that runs the host's thread.
private final class SpentTensor {
    private let original: RealTensor
    private let backend: Backend
    private(set) var tensor: RealTensor

    init(_ original: RealTensor, on backend: Backend) throws {
        self.original = original
        self.backend = backend
        tensor = try backend.copy(original)
    }

    func restore() throws {
        tensor = try backend.copy(original)
    }
}
