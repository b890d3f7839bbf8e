import Tensors

extension NetworkDescription {
    /// Throws where the description names a network that cannot be built or cannot learn.
    public func validate() throws(NetworkError) {
        let extents: [(String, Int)] = [
            ("the number of classes", classes), ("the number of time steps", timeSteps),
            ("the number of input channels", inChannels), ("the image height", imageHeight),
            ("the image width", imageWidth), ("the stem's width", stemWidth),
        ]
        for (name, value) in extents where value < 1 {
            throw .invalid("\(name) is \(value); it must be at least 1")
        }
        guard stages.count == widths.count, !stages.isEmpty else {
            throw .invalid("\(stages.count) stages with \(widths.count) widths; both must be as many, and at least one")
        }
        for (stage, width) in widths.enumerated() where width < 1 {
            throw .invalid("stage \(stage) is \(width) channels wide; use a larger width")
        }
        for (stage, count) in stages.enumerated() where count < 1 {
            throw .invalid("stage \(stage) has \(count) blocks; it must have at least one")
        }
        try validateNeuron()
        try validateStart()
    }

    private func validateNeuron() throws(NetworkError) {
        if neuron.isRectifier {
            guard !family.needsSpikes else {
                throw .invalid("blocks of the family \(family.rawValue) join spikes; rectifiers (relu) leave numbers")
            }
            guard timeSteps == 1 else {
                throw .invalid("rectifiers (relu) know no time, so there is 1 time step, not \(timeSteps)")
            }
        }
        for threshold in neuron.thresholds {
            guard threshold > 0, threshold.isFinite else {
                throw .invalid("the neuron's threshold is \(threshold); it must be above 0")
            }
        }
        guard neuron.leak >= 0, neuron.leak <= 1 else {
            throw .invalid("the neuron's leak is \(neuron.leak); it must lie between 0 and 1")
        }
        if neuron.isLeakLearned {
            guard neuron.leak > 0, neuron.leak < 1 else {
                throw .invalid("a leak that is learned must start between 0 and 1, not at \(neuron.leak)")
            }
        }
        let (kind, number) = (neuron.surrogate.kind, neuron.surrogate.parameter)
        guard number > 0, number.isFinite else {
            throw .invalid("the \(kind.rawValue) surrogate's \(kind.parameterName) is \(number); it must be above 0")
        }
        if neuron.isMultiLevel {
            guard !family.needsSpikes else {
                throw .invalid(
                    "blocks of the family \(family.rawValue) join spikes; a multi-level neuron leaves numbers"
                )
            }
        }
    }

    private func validateStart() throws(NetworkError) {
        guard branchScale.isFinite, branchBias.isFinite else {
            throw .invalid("the branch scale is \(branchScale) and the branch bias \(branchBias); both must be finite")
        }
        guard headGain.isFinite, headGain > 0 else {
            throw .invalid("the head's gain is \(headGain); it must be a number above 0")
        }
        if !family.branchEndsWithNorm {
            guard branchScale == 1, branchBias == 0 else {
                throw .invalid(
                    "the branches of the family \(family.rawValue) do not end with a norm, so there is no branch scale "
                        + "or bias to choose"
                )
            }
        }
        guard family == .lsn, branchScale == 0 else { return }
        let bound = BranchStart.biasBound(neuron: neuron, timeSteps: timeSteps)
        guard branchBias > 0, branchBias < bound else {
            throw .invalid(
                "with a branch scale of 0 the branch bias must lie between 0 and \(bound) (neither included), "
                    + "but it is \(branchBias): the branches would fire always, or never learn"
            )
        }
    }
}
