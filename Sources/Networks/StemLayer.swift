import Tensors

/// The first layers of a network: a unit on real input, and for ``Stem/imagenet`` max-pooling of its spikes.
///
/// A static picture is convolved and normalised once; only the neuron runs over all T.
struct StemLayer<B: Backend>: Sendable {
    /// The pool's input, and whether the picture was static.
    private struct PoolRecord: TapeRecord {
        let input: SpikeTensor<B>
    }

    static var name: String { "stem" }
    private static var poolWindow: Int { 3 }
    private static var poolGeometry: WindowGeometry { WindowGeometry(stride: 2, padding: 1) }

    private let backend: B
    private let unit: NormalizedConvolution<B>
    private let neuron: Neuron
    private let timeSteps: Int
    private let isPooled: Bool

    init(_ description: NetworkDescription, parameters: ParameterSet<B>) throws(BackendError) {
        backend = parameters.backend
        unit = try NormalizedConvolution(description.stemUnit, parameters: parameters)
        neuron = description.neuron
        timeSteps = description.timeSteps
        isPooled = description.stem == .imagenet
    }

    /// `[T·N, H', W', stem width]` spikes from `[N, H, W, C]` (static) or `[T·N, H, W, C]` values.
    func forward(
        _ input: RealTensor<B>,
        isStatic: Bool,
        tape: inout Tape<B>
    ) throws(BackendError) -> Activation<B> {
        var spikes = try unit.fire(
            .real(input),
            neuron: neuron,
            time: TimeAxis(steps: timeSteps, isStatic: isStatic),
            tape: &tape
        )
        if isPooled {
            let fired = spikes
            spikes = try backend.maxPool(fired, window: Self.poolWindow, geometry: Self.poolGeometry)
            tape.push(PoolRecord(input: fired))
        }
        try tape.observer?.didRun(
            BlockObservation(name: Self.name, input: .real(input), output: .spikes(spikes))
        )
        return .spikes(spikes)
    }

    /// Writes the parameters' gradients; nobody asks for the picture's. `gradient` is spent.
    func backward(
        _ gradient: consuming RealTensor<B>,
        isStatic: Bool,
        tape: inout Tape<B>
    ) throws(BackendError) {
        var gradient = consume gradient
        if isPooled {
            gradient = try throughPool(consume gradient, tape: &tape)
        }
        try unit.fireBackwardToParameters(
            consume gradient,
            neuron: neuron,
            time: TimeAxis(steps: timeSteps, isStatic: isStatic),
            tape: &tape
        )
    }

    private func throughPool(
        _ gradient: consuming RealTensor<B>,
        tape: inout Tape<B>
    ) throws(BackendError) -> RealTensor<B> {
        try backend.maxPoolBackward(
            gradient,
            input: try tape.pop(PoolRecord.self).input,
            window: Self.poolWindow,
            geometry: Self.poolGeometry
        )
    }
}
