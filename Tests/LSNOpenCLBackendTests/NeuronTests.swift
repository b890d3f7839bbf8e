import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

/// Inputs, statistics and parameters have so few bits that every potential is exact, on the reference (which computes in
/// double) and on the device: spikes must be equal, also where a potential lies on the threshold.
struct NeuronCase: OperationCase {
    var shape: ImageShape
    var steps = 4
    var neuron = Neuron()
    var isNormalized = true
    var isStatic = false
    var hasMPDLoss = false

    var size: Int { shape.realWords * (isStatic ? steps : 1) }
    var testDescription: String {
        "\(shape) T \(steps) \(neuron.surrogate) \(neuron.reset)\(neuron.detachReset ? " detached" : "") "
            + "leak \(neuron.isLeakLearned ? "learned" : "\(neuron.leak)") thresholds \(neuron.thresholds)"
            + "\(isNormalized ? " norm" : "")\(isStatic ? " static" : "")\(hasMPDLoss ? " mpd" : "")"
    }
    /// Potentials are exact; exp and division are good to a few units in the last place, and what is carried back
    /// through time adds up; then sums over pixels.
    var tolerance: Float { 5e-6 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let time = TimeAxis(steps: steps, isStatic: isStatic)
        let input = try backend.real(numbers.grid(shape.count, step: 0.25, range: 3), shape)
        let outputShape = shape.with(images: time.outputImages(shape.images))
        let gradient = try backend.real(numbers.normal(outputShape.count), outputShape)
        let norm = isNormalized ? try exactNorm(&numbers, on: backend) : nil
        let gradients = isNormalized ? try newGradients(shape.channels, on: backend) : nil

        // 1 − σ(0) is one half, exactly.
        let leak =
            neuron.isLeakLearned
            ? LearnedLeak(weight: try backend.vector([0]), gradient: try backend.vector([7])) : nil
        let fired =
            if neuron.isMultiLevel {
                Output(
                    "levels",
                    try backend.fireLevels(input, normalization: norm, neuron: neuron, leak: leak, time: time)
                )
            } else {
                Output(
                    "spikes",
                    try backend.fire(input, normalization: norm, neuron: neuron, leak: leak, time: time)
                )
            }
        var outputs = [fired]
        let mpd = hasMPDLoss ? try mpd(input, norm, leak, time, &outputs, on: backend) : nil
        let result = try backend.fireBackward(
            gradient,
            input: input,
            normalization: norm,
            neuron: neuron,
            leak: leak,
            time: time,
            gradients: gradients,
            mpd: mpd
        )
        outputs.append(Output("gradient", result))
        if let gradients {
            outputs += [Output("weight gradient", gradients.weight), Output("bias gradient", gradients.bias)]
        }
        if let leak { outputs.append(Output("leak gradient", leak.gradient)) }
        return outputs
    }

    private func mpd(
        _ input: RealTensor,
        _ norm: Normalization?,
        _ leak: LearnedLeak?,
        _ time: TimeAxis,
        _ outputs: inout [Output],
        on backend: Backend
    ) throws -> MPDGradient {
        let record = try backend.upload([Float](repeating: 0.5, count: StepRecord.words))
        let mpd = try backend.mpdLoss(
            input,
            normalization: norm,
            neuron: neuron,
            leak: leak,
            time: time,
            // Large enough to matter beside the gradient.
            loss: MPDLoss(weight: Float(shape.count)),
            record: record
        )
        outputs += [
            Output("record", floats: record, StepRecord.words, isFresh: false),
            Output("mpd", floats: mpd.storage, 2 * shape.channelStride),
        ]
        return mpd
    }

    private func exactNorm(_ numbers: inout Numbers, on backend: Backend) throws -> Normalization {
        let (channels, stride) = (shape.channels, shape.channelStride)
        let padding = [Float](repeating: 0, count: stride - channels)
        let means = numbers.grid(channels, step: 0.5, range: 1)
        let inverses = numbers.picks(channels, from: [0.5, 1, 2])
        return Normalization(
            statistics: ChannelStatistics(
                channels: channels,
                storage: try backend.upload(means + padding + inverses + padding)
            ),
            parameters: NormalizationParameters(
                weight: try backend.vector(numbers.picks(channels, from: [-0.5, 0.5, 0.75, 1])),
                bias: try backend.vector(numbers.grid(channels, step: 0.25, range: 1)),
                runningMean: try backend.vector(means),
                runningVariance: try backend.vector(means),
                gain: 0.5
            )
        )
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct NeuronTests {
    static let surrogates: [Surrogate] = [
        .standard, .triangular(height: 0.7), .sigmoid(slope: 4), .sigmoid(slope: 1), .arctan(slope: 2),
        .rectangle(width: 1), .dspike(temperature: 3),
    ]
    static let resets: [(Reset, Bool)] = [(.hard, false), (.hard, true), (.soft, false), (.soft, true)]

    private static let learned = Neuron(isLeakLearned: true)
    private static let levels = Neuron(
        leak: 0.25,
        threshold: 0.5,
        surrogate: .rectangle(width: 1),
        higherThresholds: [1.5, 2.5]
    )

    /// Leaks that are learned, neurons of several levels, and the MPD loss, alone and together.
    static let variants: [NeuronCase] =
        shapes.map { NeuronCase(shape: $0, neuron: learned) }
        + shapes.map { NeuronCase(shape: $0, neuron: levels) }
        + shapes.map { NeuronCase(shape: $0, hasMPDLoss: true) }
        + resets.flatMap { reset, detached in
            [learned, levels].map { neuron in
                var neuron = neuron
                (neuron.reset, neuron.detachReset) = (reset, detached)
                return NeuronCase(shape: shapes[5], steps: 2, neuron: neuron, isNormalized: false)
            }
        }
        + [learned, levels].flatMap { neuron in
            [
                NeuronCase(shape: shapes[3], steps: 3, neuron: neuron, isStatic: true),
                NeuronCase(shape: shapes[4], steps: 3, neuron: neuron, isNormalized: false, isStatic: true),
                NeuronCase(shape: shapes[4].with(images: 34), steps: 17, neuron: neuron),
                NeuronCase(shape: shapes[3].with(images: 32), steps: 16, neuron: neuron, isNormalized: false),
                NeuronCase(shape: shapes[2], neuron: neuron, hasMPDLoss: true),
                NeuronCase(shape: shapes[2], steps: 3, neuron: neuron, isStatic: true, hasMPDLoss: true),
            ]
        }
        + [
            NeuronCase(
                shape: shapes[6],
                neuron: Neuron(surrogate: .arctan(slope: 2), isLeakLearned: true, higherThresholds: [2, 3, 4])
            )
        ]

    @Test(arguments: affordable(variants))
    func fireVariants(_ operation: NeuronCase) throws {
        try check(operation)
    }

    static let cases: [NeuronCase] =
        shapes.map { NeuronCase(shape: $0) }
        + shapes.map { NeuronCase(shape: $0, steps: 3, isStatic: true) }
        + shapes.prefix(8).map { NeuronCase(shape: $0, steps: 2, isNormalized: false) }
        + surrogates.map { NeuronCase(shape: shapes[1], neuron: Neuron(surrogate: $0)) }
        + resets.map { NeuronCase(shape: shapes[5], neuron: Neuron(reset: $0, detachReset: $1)) }
        + resets.map { NeuronCase(shape: shapes[2], neuron: Neuron(reset: $0, detachReset: $1), isNormalized: false) }
        + [1, 2, 4].map { NeuronCase(shape: shapes[4], steps: $0, neuron: Neuron(leak: 1, threshold: 0.75)) }
        + [15, 16, 17, 40, 64].map {
            NeuronCase(
                shape: ImageShape(images: 2 * $0, height: 3, width: 2, channels: 35),
                steps: $0,
                neuron: Neuron(leak: 1)
            )
        }
        + [
            NeuronCase(shape: shapes[3], steps: 33, neuron: Neuron(leak: 1, reset: .soft), isStatic: true),
            NeuronCase(shape: shapes[3], steps: 33, neuron: Neuron(leak: 1), isNormalized: false, isStatic: true),
            // A neuron that fires at rest: spare bits and channels stay zero all the same.
            NeuronCase(shape: shapes[2], neuron: Neuron(threshold: -0.5, surrogate: .sigmoid(slope: 4))),
        ]

    @Test(arguments: affordable(cases))
    func fire(_ operation: NeuronCase) throws {
        try check(operation)
    }
}
