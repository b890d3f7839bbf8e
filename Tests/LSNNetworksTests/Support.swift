import LSNNetworks
import LSNReferenceBackend
import LSNTensors

let backend = Backend(ReferenceBackend())

/// A small network with everything in it that a name can ask for.
func smallDescription(
    family: BlockFamily = .lsn,
    isBottleneck: Bool = false,
    stem: Stem = .cifar,
    head: Head = .fc,
    timeSteps: Int = 3,
    imageSize: Int = 9
) -> NetworkDescription {
    NetworkDescription(
        family: family,
        isBottleneck: isBottleneck,
        stages: [1, 2],
        widths: [6, 10],
        stemWidth: 6,
        stem: stem,
        head: head,
        classes: 5,
        timeSteps: timeSteps,
        inChannels: 3,
        imageHeight: imageSize,
        imageWidth: imageSize
    )
}

/// Values in ±2, different for every index.
func pictures(_ description: NetworkDescription, images: Int, index: Int = 0) throws -> RealTensor {
    let shape = ImageShape(
        images: images,
        height: description.imageHeight,
        width: description.imageWidth,
        channels: description.inChannels
    )
    var generator = Philox(seed: 5, purpose: .conformance, index: index)
    return try backend.realTensor((0..<shape.count).map { _ in 4 * generator.uniform() - 2 }, shape: shape)
}

/// What one training step's passes give.
struct StepResult: Equatable {
    var logits: [Float]
    var gradients: [NamedTensor]
    var state: [NamedTensor]

    var gradientNorm: Float { gradients.flatMap(\.values).reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

/// Forward and backward of a batch whose labels are 0, 1, 2, … Where it is `recomputed`, the pass need not keep its input.
func step(
    _ network: Network,
    _ input: RealTensor,
    isStatic: Bool = true,
    memory: MemoryMode = .fast,
    recomputed: RealTensor? = nil,
    observer: (any NetworkObserver)? = nil
) throws -> StepResult {
    let pass = try network.forward(
        input,
        isStatic: isStatic,
        training: true,
        memory: memory,
        keepsInput: recomputed == nil,
        observer: observer
    )
    let logits = try backend.values(pass.logits)
    let steps = network.description.timeSteps
    let batch = pass.logits.shape.images / steps
    let labels = try backend.upload((0..<batch).map { UInt32($0 % network.description.classes) })
    let gradient = try backend.classificationLoss(
        pass.logits,
        labels: labels,
        timeSteps: steps,
        loss: .meanCrossEntropy,
        record: try backend.zeros(words: StepRecord.words)
    )
    try network.backward(try network.backwardToStem(pass, logitsGradient: gradient), input: recomputed)
    return StepResult(
        logits: logits,
        gradients: try network.parameters.exportGradients(),
        state: try network.parameters.exportState()
    )
}

extension Architecture {
    /// What its row and its depth give, for the paper's first data set.
    var standard: NetworkDescription {
        get throws { try describe(for: settings[0]) }
    }

    /// A network for `size` × `size` pictures with what is named here asked of it.
    func describe(
        _ overrides: NetworkOverrides = NetworkOverrides(),
        size: Int,
        channels: Int = 3,
        classes: Int = 10,
        stem: Stem? = nil,
        neuron: Neuron? = nil,
        scale: Float? = nil,
        bias: Float? = nil,
        sew: SEWFunction? = nil,
        residual: ResidualOrder? = nil
    ) throws -> NetworkDescription {
        var overrides = overrides
        overrides.stem = stem
        overrides.neuron = neuron.map { NeuronOptions($0) } ?? NeuronOptions()
        overrides.start = NetworkTemplate.Start(branchScale: scale, branchBias: bias)
        overrides.sew = sew
        overrides.residual = residual
        return try describe(
            overrides,
            classes: classes,
            inChannels: channels,
            imageHeight: size,
            imageWidth: size
        )
    }
}
