import LSNTensors

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
        guard headGain.isFinite, headGain > 0 else {
            throw .invalid("the head's gain is \(headGain); it must be a number above 0")
        }
        try NetworkStage.validate(stages, neuron: neuron, timeSteps: timeSteps)
    }
}

extension NetworkStage {
    /// Throws where no network has such stages, or none that learns.
    static func validate(_ stages: [NetworkStage], neuron: Neuron, timeSteps: Int) throws(NetworkError) {
        guard !stages.isEmpty else { throw .invalid("the network has no stage; it must have at least one") }
        for (index, stage) in stages.enumerated() {
            guard stage.width >= 1 else {
                throw .invalid("stage \(index) is \(stage.width) channels wide; use a larger width")
            }
            guard stage.blocks >= 1 else {
                throw .invalid("stage \(index) has \(stage.blocks) blocks; it must have at least one")
            }
            guard 1...2 ~= stage.stride else {
                throw .invalid("stage \(index) has a stride of \(stage.stride); it must be 1 or 2")
            }
            for gain in [stage.gain, stage.lastGain] where !(gain.isFinite && gain > 0) {
                throw .invalid("stage \(index) has a norm's gain of \(gain); it must be above 0")
            }
        }
        try validateOrder(stages, neuron: neuron)
        try validate(neuron, timeSteps: timeSteps)
        for stage in stages { try stage.validateStart(neuron: neuron, timeSteps: timeSteps) }
    }

    /// Each stage must be able to take what the one before it leaves.
    private static func validateOrder(_ stages: [NetworkStage], neuron: Neuron) throws(NetworkError) {
        // Of neurons that fire spikes, so does every stem but that of a pre-activation network.
        var leavesNumbers = neuron.isMultiLevel || neuron.isReLU
        for (index, stage) in stages.enumerated() {
            let family = stage.family
            if index > 0 {
                let before = stages[index - 1].family
                guard before.leavesUnfiredSums == family.leavesUnfiredSums else {
                    throw .invalid(
                        "stage \(index) (\(family.rawValue)) cannot follow stage \(index - 1) (\(before.rawValue)): "
                            + "blocks of one of them fire before they convolve, those of the other after"
                    )
                }
            }
            guard !(family.needsSpikes && leavesNumbers) else {
                throw .invalid(
                    index == 0
                        ? "blocks of the family \(family.rawValue) join spikes; \(neuron.isReLU ? "ReLUs leave" : "a multi-level neuron leaves") numbers"
                        : "stage \(index) (\(family.rawValue)) joins spikes, but stage \(index - 1) "
                            + "(\(stages[index - 1].family.rawValue)) leaves numbers; put it before"
                )
            }
            leavesNumbers = !family.hasBinaryOutputs || neuron.isMultiLevel || neuron.isReLU
        }
    }

    private static func validate(_ neuron: Neuron, timeSteps: Int) throws(NetworkError) {
        if neuron.isReLU {
            guard timeSteps == 1 else {
                throw .invalid("ReLUs know no time, so there is 1 time step, not \(timeSteps)")
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
    }

    private func validateStart(neuron: Neuron, timeSteps: Int) throws(NetworkError) {
        guard branchScale.isFinite, branchBias.isFinite else {
            throw .invalid("the branch scale is \(branchScale) and the branch bias \(branchBias); both must be finite")
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
        let bound = BranchInitialization.biasBound(neuron: neuron, timeSteps: timeSteps)
        guard branchBias > 0, branchBias < bound else {
            throw .invalid(
                "with a branch scale of 0 the branch bias must lie between 0 and \(bound) (neither included), "
                    + "but it is \(branchBias): the branches would fire always, or never learn"
            )
        }
    }
}
