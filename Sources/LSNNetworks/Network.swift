public import LSNTensors

/// What a forward pass of a network gave, and in training what its backward pass needs.
///
/// It cannot be copied: the backward pass consumes it, and gives its memory back layer by layer.
public struct ForwardPass: ~Copyable, Sendable {
    /// Logits of every time step, `[T·N, 1, 1, classes]`, time outermost.
    public let logits: RealTensor
    let isStatic: Bool
    let keepsInput: Bool
    var tape: Tape
}

/// What is left of a backward pass before the stem is differentiated: see ``Network/backwardToStem(_:logitsGradient:mpdLoss:record:)``.
public struct StemPass: ~Copyable, Sendable {
    /// Whether the network's input was not kept, and must be given again.
    public let needsInput: Bool
    let isStatic: Bool
    /// ∂L/∂ what leaves the stem.
    var gradient: RealTensor?
    var tape: Tape
}

/// A network with its parameters on a backend.
public final class Network: Sendable {
    /// What was built.
    public let description: NetworkDescription
    /// Where it runs.
    public let backend: Backend
    /// What it learns and remembers.
    public let parameters: ParameterSet

    private let stem: StemLayer
    private let blocks: [any Block]
    private let head: HeadLayer
    /// The place of the first layer of ``layerNames`` in which anything trains: where the backward pass ends.
    private let firstTrained: Int

    /// Builds the network; its parameters are zero until ``initialize(seed:)`` or a load.
    ///
    /// - Throws: `NetworkError` where the description cannot be built, `BackendError` where the device has no room.
    public convenience init(_ description: NetworkDescription, backend: Backend) throws {
        try description.validate()
        let parameters = try ParameterSet(
            layout: description.layout(alignment: backend.sliceAlignment),
            backend: backend
        )
        try self.init(description, parameters: parameters)
    }

    private init(_ description: NetworkDescription, parameters: ParameterSet) throws(BackendError) {
        self.description = description
        backend = parameters.backend
        self.parameters = parameters
        stem = try StemLayer(description, parameters: parameters)
        let described = description.blocks
        let names = [StemLayer.name] + described.map(\.title)
        let first = names.firstIndex { parameters.trains(below: $0) } ?? names.count
        var blocks: [any Block] = []
        for block in described {
            blocks.append(
                try makeBlock(block, parameters: parameters, needsInputGradient: blocks.count + 1 > first)
            )
        }
        self.blocks = blocks
        head = try HeadLayer(description, parameters: parameters, needsInputGradient: first <= described.count)
        firstTrained = first
    }

    /// The same network on the same parameters, of which those of these names stay as they are in training: their gradients are
    /// not computed where that costs anything, and the backward pass ends at the first layer in which anything trains. Before
    /// that, a pass in training keeps nothing. Norms go on to normalise by the batch, and their running statistics to follow
    /// it, as in PyTorch with `requires_grad=False` in training mode: what trains behind them so sees in an evaluation what
    /// it saw in training.
    ///
    /// - Parameter names: of parameters, see `ParameterSet.names(below:)`.
    /// - Throws: `BackendError`.
    public func freezing(_ names: Set<String>) throws(BackendError) -> Network {
        names.isEmpty ? self : try Network(description, parameters: parameters.freezing(names))
    }

    /// The same network on the same parameters, with another surrogate in its backward pass.
    ///
    /// - Throws: `NetworkError` where the surrogate's number is none that it can have.
    public func with(surrogate: Surrogate) throws -> Network {
        var description = description
        description.neuron.surrogate = surrogate
        try description.validate()
        return try Network(description, parameters: parameters)
    }

    /// A network of the same description with parameters and running statistics of its own, zero at first, for forward passes only: its
    /// gradients are those of this one.
    package func clone() throws(BackendError) -> Network {
        try Network(description, parameters: parameters.clone())
    }

    /// The same network on the same parameters, for forward passes between which no weight changes: what depends on the weights
    /// alone is worked out now, and not in each of them. Logits are the same bits.
    public func withFixedWeights() throws(BackendError) -> Network {
        try Network(description, parameters: parameters.withFixedWeights())
    }

    /// Gives every parameter and buffer the value it starts with; see ``ParameterSet/initialize(seed:)``.
    public func initialize(seed: UInt64) throws(BackendError) {
        try parameters.initialize(seed: seed)
    }

    /// Names in order of computation, as an observer hears them: `stem`, every block, `head`.
    public var layerNames: [String] {
        [StemLayer.name] + blocks.map(\.name) + [HeadLayer.name]
    }

    /// The first of ``layerNames`` in which anything trains, `head` where nothing before it does: the backward pass ends there.
    public var firstTrainedLayer: String { layerNames[firstTrained] }

    /// Logits of a batch.
    ///
    /// - Parameters:
    ///   - input: `[N, H, W, C]` where `isStatic`, else `[T·N, H, W, C]` with time outermost.
    ///   - isStatic: whether each picture stands at every time step.
    ///   - training: whether to normalise by this batch's statistics, move the running estimates, and record what
    ///     ``backward(_:logitsGradient:mpdLoss:record:)`` needs. Without it the running estimates serve and nothing
    ///     is kept.
    ///   - memory: how much is kept for the backward pass, which does not change a bit of it.
    ///   - keepsInput: false where the caller will give `input` again in the backward pass; then ``MemoryMode/lean`` does not
    ///     keep it.
    ///   - observer: sees what every block computes, and in the backward pass every gradient.
    public func forward(
        _ input: RealTensor,
        isStatic: Bool,
        training: Bool,
        memory: MemoryMode = .fast,
        keepsInput: Bool = true,
        observer: (any NetworkObserver)? = nil
    ) throws(BackendError) -> ForwardPass {
        try check(input.shape, isStatic: isStatic)
        var tape = Tape(mode: training ? .training : .inference, memory: memory, observer: observer)
        // The pass is differentiated from here on.
        let first = training ? firstTrained : 0
        var signal =
            if first > 0 {
                try tape.undifferentiated { (tape) throws(BackendError) in
                    try stem.forward(input, isStatic: isStatic, keepsInput: true, tape: &tape)
                }
            } else { try stem.forward(input, isStatic: isStatic, keepsInput: keepsInput, tape: &tape) }
        for (place, block) in blocks.enumerated() {
            if place + 1 < first {
                signal = try tape.undifferentiated { (tape) throws(BackendError) in
                    try block.forward(signal, tape: &tape)
                }
            } else {
                signal = try block.forward(signal, tape: &tape)
            }
        }
        let logits = try head.forward(signal, tape: &tape)
        return ForwardPass(logits: logits, isStatic: isStatic, keepsInput: keepsInput, tape: tape)
    }

    /// Writes ∂L/∂parameter to ``ParameterSet/gradients`` (whatever stood there is lost, but for what is frozen).
    ///
    /// - Parameters:
    ///   - pass: of this network, in training.
    ///   - logitsGradient: ∂L/∂logits, `[T·N, 1, 1, classes]`.
    ///   - mpdLoss: a loss on the membrane potentials of every neuron layer, whose mean over the layers joins L.
    ///   - record: where `mpdLoss` is added to the loss that stands there; it is needed when there is one.
    public func backward(
        _ pass: consuming ForwardPass,
        logitsGradient: RealTensor,
        mpdLoss: MPDLoss? = nil,
        record: (any Storage)? = nil
    ) throws(BackendError) {
        let stem = try backwardToStem(
            pass,
            logitsGradient: logitsGradient,
            mpdLoss: mpdLoss,
            record: record
        )
        try backward(stem)
    }

    /// ``backward(_:logitsGradient:mpdLoss:record:)`` up to the stem, which needs the input: where that was not kept, it
    /// need not be in memory before.
    public func backwardToStem(
        _ pass: consuming ForwardPass,
        logitsGradient: RealTensor,
        mpdLoss: MPDLoss? = nil,
        record: (any Storage)? = nil
    ) throws(BackendError) -> StemPass {
        guard logitsGradient.shape == pass.logits.shape else {
            throw .mismatch(
                operation: "backward pass",
                detail: "a gradient of shape \(logitsGradient.shape) for logits of shape \(pass.logits.shape)"
            )
        }
        let (isStatic, keepsInput) = (pass.isStatic, pass.keepsInput)
        var tape = pass.tape
        let observer = tape.observer
        tape.mpdTerm = try mpdTerm(mpdLoss, layers: tape.firingLayers, record: record)
        try observer?.willDifferentiate(HeadLayer.name, gradient: logitsGradient)
        var gradient = try head.backward(logitsGradient, tape: &tape)
        for (place, block) in blocks.enumerated().reversed() where place + 1 >= firstTrained {
            try observer?.willDifferentiate(block.name, gradient: gradient)
            gradient = try block.backward(consume gradient, tape: &tape)
        }
        guard firstTrained == 0 else {
            return StemPass(needsInput: false, isStatic: isStatic, gradient: nil, tape: tape)
        }
        try observer?.willDifferentiate(StemLayer.name, gradient: gradient)
        let needsInput = tape.recomputesBlocks && !keepsInput
        return StemPass(needsInput: needsInput, isStatic: isStatic, gradient: consume gradient, tape: tape)
    }

    /// The rest of the backward pass.
    ///
    /// - Parameters:
    ///   - pass: of this network.
    ///   - input: what ``forward(_:isStatic:training:memory:keepsInput:observer:)`` had, to the same bits, where the pass
    ///     needs it; a mismatch where it then is nil.
    public func backward(_ pass: consuming StemPass, input: consuming RealTensor? = nil) throws(BackendError) {
        guard let gradient = pass.gradient.take() else { return }
        let isStatic = pass.isStatic
        var tape = pass.tape
        try stem.backward(consume gradient, isStatic: isStatic, input: consume input, tape: &tape)
    }

    private func mpdTerm(
        _ loss: MPDLoss?,
        layers: Int,
        record: (any Storage)?
    ) throws(BackendError) -> MPDTerm? {
        guard let loss else { return nil }
        guard let record else {
            throw .mismatch(operation: "backward pass", detail: "an MPD loss needs a record to be added to")
        }
        return MPDTerm(
            loss: MPDLoss(weight: loss.weight / Float(max(layers, 1))),
            record: record
        )
    }

    private func check(_ shape: ImageShape, isStatic: Bool) throws(BackendError) {
        let images = isStatic ? "[N" : "[\(description.timeSteps)·N"
        guard
            shape.channels == description.inChannels, shape.height == description.imageHeight,
            shape.width == description.imageWidth, isStatic || shape.images % description.timeSteps == 0
        else {
            throw .mismatch(
                operation: "network input",
                detail: "the shape is \(shape), but the network takes \(images), \(description.inChannels), "
                    + "\(description.imageHeight), \(description.imageWidth)]"
            )
        }
    }
}
