import LSNTensors

/// The first layers of a network: a unit on real input, and for ``Stem/imagenet`` max-pooling of what leaves it.
///
/// The unit ends in neurons, except before pre-activation blocks, which take real values. A static picture is
/// convolved and normalised once; only the neurons run over all T.
struct StemLayer: Sendable {
    /// The statistics of what is recomputed as a whole, and its input unless the caller has it again.
    private struct InputRecord: TapeRecord {
        let input: RealTensor?
        let statistics: [ChannelStatistics]
    }

    /// The pool's input.
    private struct PoolRecord: TapeRecord {
        let input: Activation
    }

    static let name = "stem"
    private static let poolWindow = 3
    private static let poolGeometry = WindowGeometry(stride: 2, padding: 1)

    private let backend: Backend
    private let unit: Unit
    private let timeSteps: Int
    private let isPooled: Bool

    init(_ description: NetworkDescription, parameters: ParameterSet) throws(BackendError) {
        backend = parameters.backend
        timeSteps = description.timeSteps
        unit = try Unit(description.stemUnit, timeSteps: description.timeSteps, parameters: parameters)
        isPooled = description.stem == .imagenet
    }

    /// `[T·N, H', W', stem width]` from `[N, H, W, C]` (static) or `[T·N, H, W, C]` values.
    ///
    /// - Parameters:
    ///   - input: the pictures.
    ///   - isStatic: whether each stands at every time step.
    ///   - keepsInput: false where ``backward(_:isStatic:input:tape:)`` is given them again.
    ///   - tape: of the pass.
    func forward(
        _ input: RealTensor,
        isStatic: Bool,
        keepsInput: Bool,
        tape: inout Tape
    ) throws(BackendError) -> Activation {
        let output: Activation
        if tape.recomputesBlocks {
            let part = try tape.withoutRecords { (tape) throws(BackendError) in
                try run(input, isStatic: isStatic, tape: &tape)
            }
            tape.push(InputRecord(input: keepsInput ? input : nil, statistics: part.statistics))
            output = part.output
        } else {
            output = try run(input, isStatic: isStatic, tape: &tape)
        }
        try tape.observer?.didRun(BlockObservation(name: Self.name, input: .real(input), output: output))
        return output
    }

    /// Writes the parameters' gradients; nobody asks for the picture's. `gradient` is spent.
    ///
    /// - Parameters:
    ///   - gradient: ∂L/∂output.
    ///   - isStatic: as in the forward pass.
    ///   - given: the input again, to the same bits, where it was not kept.
    ///   - tape: of the pass.
    func backward(
        _ gradient: consuming RealTensor,
        isStatic: Bool,
        input given: consuming RealTensor?,
        tape: inout Tape
    ) throws(BackendError) {
        guard tape.recomputesBlocks else { return try differentiate(gradient, isStatic: isStatic, tape: &tape) }
        let record = try tape.pop(InputRecord.self)
        let recorded: RealTensor? = if let kept = record.input { kept } else { given }
        guard let input = recorded else {
            throw .mismatch(operation: "backward pass", detail: "the network's input was not kept")
        }
        var part = Tape(recomputing: tape, statistics: record.statistics, keepsRecords: true)
        _ = try run(input, isStatic: isStatic, tape: &part)
        try differentiate(gradient, isStatic: isStatic, tape: &part)
    }

    private func run(
        _ input: RealTensor,
        isStatic: Bool,
        tape: inout Tape
    ) throws(BackendError) -> Activation {
        let output = try pool(try unit.forward(.real(input), isStatic: isStatic, tape: &tape), tape: &tape)
        guard isStatic, !unit.fires, case .real(let once) = output else { return output }
        return .real(try backend.repeatOverTime(once, steps: timeSteps))
    }

    private func differentiate(
        _ gradient: consuming RealTensor,
        isStatic: Bool,
        tape: inout Tape
    ) throws(BackendError) {
        let once = isStatic && !unit.fires ? try backend.sumOverTime(gradient, steps: timeSteps) : gradient
        let pooled = try throughPool(consume once, tape: &tape)
        try unit.differentiateParameters(consume pooled, isStatic: isStatic, tape: &tape)
    }

    private func pool(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation {
        guard isPooled else { return input }
        tape.push(PoolRecord(input: input))
        return switch input {
        case .spikes(let spikes):
            .spikes(try backend.maxPool(spikes, window: Self.poolWindow, geometry: Self.poolGeometry))
        case .real(let values):
            .real(try backend.maxPool(values, window: Self.poolWindow, geometry: Self.poolGeometry))
        }
    }

    private func throughPool(
        _ gradient: consuming RealTensor,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        guard isPooled else { return gradient }
        let (window, geometry) = (Self.poolWindow, Self.poolGeometry)
        return switch try tape.pop(PoolRecord.self).input {
        case .spikes(let spikes):
            try backend.maxPoolBackward(gradient, input: spikes, window: window, geometry: geometry)
        case .real(let values):
            try backend.maxPoolBackward(gradient, input: values, window: window, geometry: geometry)
        }
    }
}
