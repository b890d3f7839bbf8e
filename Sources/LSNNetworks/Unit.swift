import LSNTensors

/// What a unit leaves for the backward pass, and what it is recomputed from.
struct UnitRecord: TapeRecord {
    /// What entered the convolution, where there is one.
    let input: Activation?
    /// What the norm and the neurons saw; nil where it is recomputed.
    let seen: RealTensor?
    /// What it was normalised with, where there is a norm.
    let normalization: Normalization?
}

/// A convolution, a norm and neurons, one operation of a network: what blocks, the stem and the head are made of. Each part
/// may be missing: a unit without neurons goes into a sum, one without a convolution stands before the first of a
/// pre-activation block or behind a sum.
///
/// What the norm and the neurons saw, the convolution's output, is the largest thing of a pass. With
/// ``MemoryMode/balanced`` a unit does not keep it, and recomputes it from its packed input.
struct Unit: Sendable {
    private struct Convolution {
        let name: String
        let filter: Filter
        /// nil where the filter is frozen.
        let gradient: Filter?
        let geometry: WindowGeometry
    }

    private struct Norm {
        let parameters: NormalizationParameters
        let gradients: NormalizationGradients
    }

    private let backend: Backend
    private let convolution: Convolution?
    private let norm: Norm?
    private let neurons: NeuronLayer?
    private let timeSteps: Int
    private let needsInputGradient: Bool

    /// A convolution and what follows it.
    ///
    /// - Parameters:
    ///   - description: their shapes and names.
    ///   - timeSteps: T.
    ///   - parameters: theirs.
    ///   - needsInputGradient: false where nothing that trains stands before it: then ``backward(_:accumulator:seen:tape:)`` leaves
    ///     out the gradient of its input, and what it returns has no meaning.
    init(
        _ description: UnitDescription,
        timeSteps: Int,
        parameters: ParameterSet,
        needsInputGradient: Bool = true
    ) throws(BackendError) {
        try self.init(
            description.convolution,
            description.activation,
            timeSteps: timeSteps,
            parameters: parameters,
            needsInputGradient: needsInputGradient
        )
    }

    /// A norm and neurons alone.
    init(_ description: ActivationDescription, timeSteps: Int, parameters: ParameterSet) throws(BackendError) {
        try self.init(nil, description, timeSteps: timeSteps, parameters: parameters, needsInputGradient: true)
    }

    private init(
        _ convolution: ConvolutionDescription?,
        _ activation: ActivationDescription,
        timeSteps: Int,
        parameters set: ParameterSet,
        needsInputGradient: Bool
    ) throws(BackendError) {
        backend = set.backend
        self.needsInputGradient = needsInputGradient
        self.timeSteps = timeSteps
        if let convolution {
            let filter = try set.filter(convolution.filterName)
            self.convolution = Convolution(
                name: convolution.name,
                filter: filter.value,
                gradient: filter.gradient,
                geometry: convolution.geometry
            )
        } else {
            self.convolution = nil
        }
        if let norm = activation.norm {
            let weight = try set.vector(norm.weightName)
            let bias = try set.vector(norm.biasName)
            self.norm = Norm(
                parameters: NormalizationParameters(
                    weight: weight.value,
                    bias: bias.value,
                    runningMean: try set.buffer(norm.runningMeanName),
                    runningVariance: try set.buffer(norm.runningVarianceName),
                    gain: norm.gain
                ),
                gradients: NormalizationGradients(weight: weight.gradient, bias: bias.gradient)
            )
        } else {
            self.norm = nil
        }
        neurons =
            if let neuron = activation.neuron {
                try NeuronLayer(neuron, timeSteps: timeSteps, parameters: set)
            } else { nil }
    }

    /// Whether neurons end it, which see all T of a static picture.
    var fires: Bool { neurons != nil }

    /// What the unit makes of `input`: `[T·N, …]`, or of a static picture `[N, …]` where no neurons end it.
    ///
    /// - Parameters:
    ///   - input: spikes or real values; real ones without a convolution.
    ///   - isStatic: whether it is the same at every time step, and stands there once.
    ///   - keepsInput: of a unit without a convolution: false where ``backward(_:accumulator:seen:tape:)`` is given it again.
    ///   - tape: of the pass.
    func forward(
        _ input: Activation,
        isStatic: Bool = false,
        keepsInput: Bool = true,
        tape: inout Tape
    ) throws(BackendError) -> Activation {
        let (seen, normalization) = try convolved(input, repeats: isStatic ? timeSteps : 1, tape: &tape)
        let output: Activation
        if let neurons {
            if let observer = tape.observer,
                let layer = neurons.observation(seen, normalization: normalization, isStatic: isStatic)
            {
                try observer.willFire(layer)
            }
            output = try neurons.fire(seen, normalization: normalization, isStatic: isStatic)
            try tape.observer?.didFire(neurons.name, output: output)
        } else if let normalization {
            output = .real(try backend.normalize(seen, with: normalization))
        } else {
            output = .real(seen)
        }
        let keepsSeen = convolution == nil ? keepsInput : (fires || norm != nil) && !tape.recomputesConvolutions
        tape.push(
            UnitRecord(
                input: convolution == nil ? nil : input,
                seen: keepsSeen ? seen : nil,
                normalization: normalization
            ),
            isFiring: fires
        )
        return output
    }

    /// What leaves a unit without neurons recomputed, to the bit.
    func recomputed(_ record: UnitRecord) throws(BackendError) -> RealTensor {
        let seen = try recomputedSeen(record)
        guard let normalization = record.normalization else { return seen }
        return try backend.normalize(seen, with: normalization)
    }

    /// ∂L/∂input, added to `accumulator` where there is one. Writes the parameters' gradients.
    ///
    /// - Parameters:
    ///   - gradient: ∂L/∂output; spent where neurons end the unit, else left as it is.
    ///   - accumulator: must not share memory with `gradient`.
    ///   - seen: what the norm and the neurons saw, where it was not kept and there is no convolution to recompute it.
    ///   - tape: of the pass.
    func backward(
        _ gradient: consuming RealTensor,
        accumulator: consuming RealTensor? = nil,
        seen: consuming RealTensor? = nil,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        let record = try tape.pop(UnitRecord.self)
        let input = record.input
        let inner = try throughActivation(
            consume gradient,
            consume record,
            seen: consume seen,
            isStatic: false,
            tape: tape
        )
        guard let convolution, let shape = try differentiateFilter(inner, consume input) else {
            guard let accumulator else { return inner }
            try backend.accumulate(inner, into: accumulator)
            return accumulator
        }
        guard needsInputGradient else { return inner }
        return try backend.convolveBackwardData(
            inner,
            filter: convolution.filter,
            geometry: convolution.geometry,
            inputShape: shape,
            accumulator: accumulator
        )
    }

    /// The parameters' gradients alone, for the first layer. `gradient` is spent as in
    /// ``backward(_:accumulator:seen:tape:)``.
    func differentiateParameters(
        _ gradient: consuming RealTensor,
        isStatic: Bool,
        tape: inout Tape
    ) throws(BackendError) {
        let record = try tape.pop(UnitRecord.self)
        let input = record.input
        let inner = try throughActivation(consume gradient, consume record, seen: nil, isStatic: isStatic, tape: tape)
        _ = try differentiateFilter(inner, consume input)
    }
}

// Forward.
extension Unit {
    /// What the norm and the neurons see, and what to normalise it with.
    private func convolved(
        _ input: Activation,
        repeats: Int,
        tape: inout Tape
    ) throws(BackendError) -> (seen: RealTensor, normalization: Normalization?) {
        guard let convolution else {
            guard case .real(let values) = input else {
                throw .mismatch(
                    operation: "activation before a convolution",
                    detail: "its input must be real values, but spikes of shape \(input.shape) came"
                )
            }
            return (values, try normalization(of: values, repeats: repeats, tape: &tape))
        }
        let (filter, geometry) = (convolution.filter, convolution.geometry)
        try tape.observer?.willConvolve(
            ConvolutionObservation(name: convolution.name, input: input, filter: filter.shape, geometry: geometry)
        )
        guard let norm, case .training = tape.mode else {
            let output = try backend.convolve(input, filter: filter, geometry: geometry)
            return (output, try normalization(of: output, repeats: repeats, tape: &tape))
        }
        let made = try backend.convolve(
            input,
            filter: filter,
            geometry: geometry,
            updating: norm.parameters,
            repeats: repeats
        )
        tape.note(made.statistics)
        return (made.output, Normalization(statistics: made.statistics, parameters: norm.parameters))
    }

    /// What to normalise `input` with. This and ``convolved(_:repeats:tape:)`` are where a pass's mode decides about
    /// statistics.
    private func normalization(
        of input: RealTensor,
        repeats: Int,
        tape: inout Tape
    ) throws(BackendError) -> Normalization? {
        guard let parameters = norm?.parameters else { return nil }
        let statistics: ChannelStatistics
        switch tape.mode {
        case .training:
            statistics = try backend.batchStatistics(of: input, updating: parameters, repeats: repeats)
            tape.note(statistics)
        case .recomputation: statistics = try tape.nextStatistics()
        case .inference: statistics = try backend.runningStatistics(of: parameters)
        }
        return Normalization(statistics: statistics, parameters: parameters)
    }
}

// Backward.
extension Unit {
    // A function of its own: what the activation saw, the largest thing kept, is off the tape and back in the pool before the
    // convolution's own gradients ask for memory.
    private func throughActivation(
        _ gradient: consuming RealTensor,
        _ record: consuming UnitRecord,
        seen given: consuming RealTensor?,
        isStatic: Bool,
        tape: borrowing Tape
    ) throws(BackendError) -> RealTensor {
        guard fires || norm != nil else { return gradient }
        let normalization = record.normalization
        let seen: RealTensor =
            if let kept = record.seen { kept } else if let given { given } else { try recomputedSeen(record) }
        if let neurons {
            return try neurons.backward(
                gradient,
                input: seen,
                normalization: normalization,
                gradients: norm?.gradients,
                isStatic: isStatic,
                tape: tape
            )
        }
        guard let norm, let normalization else { return gradient }
        return try backend.normalizeBackward(
            gradient,
            input: seen,
            normalization: normalization,
            gradients: norm.gradients
        )
    }

    /// The convolution's output, recomputed from its input.
    private func recomputedSeen(_ record: UnitRecord) throws(BackendError) -> RealTensor {
        guard let convolution, let input = record.input else {
            throw .mismatch(
                operation: "backward pass",
                detail: "what neurons saw was not kept, and nobody recomputes it"
            )
        }
        return try backend.convolve(input, filter: convolution.filter, geometry: convolution.geometry)
    }

    // A function of its own, too: the input is back in the pool before its gradient asks for memory.
    private func differentiateFilter(
        _ gradient: RealTensor,
        _ input: consuming Activation?
    ) throws(BackendError) -> ImageShape? {
        guard let convolution, let input else { return nil }
        if let result = convolution.gradient {
            try backend.convolveBackwardFilter(
                input: input,
                gradient: gradient,
                geometry: convolution.geometry,
                result: result
            )
        }
        return input.shape
    }
}
