public import LSNTensors

extension NetworkTemplate {
    /// This template with everything filled in but what the data decide: input, classes, and the stem where none is named.
    ///
    /// - Parameters:
    ///   - overrides: come before the template's own.
    ///   - defaults: come behind it.
    /// - Throws: ``NetworkError/misplaced(key:problem:advice:)`` for an override that the network has no use for,
    ///   ``NetworkError/invalid(_:)`` for widths and neurons that cannot be.
    public func settled(
        by overrides: NetworkOverrides = NetworkOverrides(),
        defaults: NetworkDefaults = NetworkDefaults()
    ) throws(NetworkError) -> NetworkTemplate {
        var result = try multiplied(by: overrides.width ?? 1)
        try result.choose(sew: overrides.sew, residual: overrides.residual)
        let base = result.standardNeuron(height: defaults.surrogateHeight)
        let neuron = try overrides.neuron.applied(to: try result.neuron.applied(to: base))
        let steps = overrides.timeSteps ?? (neuron.isReLU ? 1 : result.timeSteps ?? defaults.timeSteps)
        result.neuron = NeuronOptions(neuron)
        result.timeSteps = steps
        result.stem.kind = try stemKind(asked: overrides.stem)
        result.stem.width = result.stem.width ?? result.stages.first?.width
        result.head = overrides.head ?? head ?? .fc
        result.headGain = try headGain(
            asked: overrides.headGain,
            head: result.head ?? .fc,
            neuron: neuron,
            timeSteps: steps,
            defaults: defaults
        )
        let network = result
        for index in result.stages.indices {
            result.stages[index].settle(
                index,
                of: network,
                overrides: overrides,
                defaults: defaults,
                neuron: neuron,
                timeSteps: steps
            )
        }
        result.gatherShared()
        try NetworkStage.validate(result.builtStages, neuron: neuron, timeSteps: steps)
        return result
    }

    /// The network for pictures of this size.
    ///
    /// - Parameters:
    ///   - input: channels, rows and columns of the pictures.
    ///   - classes: logits.
    /// - Throws: ``NetworkError/invalid(_:)`` where no such network can be built.
    public func described(input: Input, classes: Int) throws(NetworkError) -> NetworkDescription {
        let settled = try settled()
        let neuron = try settled.neuron.applied(to: settled.family.standardNeuron)
        let description = NetworkDescription(
            name: name,
            stages: settled.builtStages,
            stem: settled.stem.kind ?? .automatic(for: settled.families.first ?? family, input: input),
            stemWidth: settled.stem.width ?? 0,
            head: settled.head ?? .fc,
            classes: classes,
            timeSteps: settled.timeSteps ?? 0,
            inChannels: input.channels,
            imageHeight: input.height,
            imageWidth: input.width,
            neuron: neuron,
            headGain: settled.headGain ?? 1
        )
        try description.validate()
        return description
    }

    /// The stages of a settled template.
    private var builtStages: [NetworkStage] {
        stages.map { stage in
            NetworkStage(
                blocks: stage.blocks,
                width: stage.width,
                stride: stage.stride ?? 1,
                isBottleneck: stage.isBottleneck ?? false,
                family: stage.family ?? family,
                gain: stage.norm.gain ?? norm.gain ?? 1,
                lastGain: stage.norm.last ?? norm.last ?? 1,
                branchScale: stage.start.branchScale ?? start.branchScale ?? 1,
                branchBias: stage.start.branchBias ?? start.branchBias ?? 0
            )
        }
    }

    /// This template with all widths multiplied, rounded down.
    private func multiplied(by width: Double) throws(NetworkError) -> NetworkTemplate {
        guard width > 0, width <= 64 else {
            throw .invalid("the width is \(width); it multiplies the model's widths and must lie above 0, up to 64")
        }
        guard width != 1 else { return self }
        let narrowest = min(stages.map(\.width).min() ?? 0, stem.width ?? .max)
        guard width * Double(narrowest) >= 1 else {
            throw .invalid("at width \(width) a stage of \(name) has no channels left; use a larger width")
        }
        var result = self
        result.stem.width = stem.width.map { Int(Double($0) * width) }
        for index in stages.indices { result.stages[index].width = Int(Double(stages[index].width) * width) }
        return result
    }

    /// Other functions in SEW blocks, another order in residual ones.
    private mutating func choose(sew: SEWFunction?, residual: ResidualOrder?) throws(NetworkError) {
        func isSEW(_ family: BlockFamily) -> Bool { if case .sew = family { true } else { false } }
        func isResidual(_ family: BlockFamily) -> Bool { if case .residual = family { true } else { false } }
        if let sew {
            guard families.contains(where: isSEW) else {
                throw .misplaced(
                    key: "sew",
                    problem: "\(name) has no SEW function to choose; only the models sew-resnet… have",
                    advice: "Leave it out, or choose such a --model (see lsn models)"
                )
            }
            replaceFamilies(isSEW, by: .sew(sew))
        }
        if let residual {
            guard families.contains(where: isResidual) else {
                throw .misplaced(
                    key: "residual",
                    problem: "\(name) has no residual order to choose; only the models residual… have",
                    advice: "Leave it out, or choose such a --model (see lsn models)"
                )
            }
            replaceFamilies(isResidual, by: .residual(residual))
        }
    }

    private mutating func replaceFamilies(_ matches: (BlockFamily) -> Bool, by other: BlockFamily) {
        if matches(family) { family = other }
        for index in stages.indices {
            if let own = stages[index].family, matches(own) { stages[index].family = other }
        }
    }

    /// The family's neuron; of a logic network with the surrogate's height for its depth, unless another is given.
    private func standardNeuron(height: Float?) -> Neuron {
        var neuron = family.standardNeuron
        if isLogic, case .triangular = neuron.surrogate {
            neuron.surrogate = .triangular(height: height ?? BranchInitialization.surrogateHeight(blocks: blockCount))
        }
        return neuron
    }

    private func stemKind(asked: Stem?) throws(NetworkError) -> Stem? {
        guard let asked, families.first == .dsResNet, asked != stem.kind ?? .cifar else { return asked ?? stem.kind }
        throw .misplaced(
            key: "stem",
            problem: "\(name) has no \(asked.rawValue) stem, only \((stem.kind ?? .cifar).rawValue)",
            advice: "Leave it out, or describe such a network in a file (docs/Networks.md)"
        )
    }

    private func headGain(
        asked: Float?,
        head: Head,
        neuron: Neuron,
        timeSteps: Int,
        defaults: NetworkDefaults
    ) throws(NetworkError) -> Float? {
        guard head == .fc256, !neuron.isReLU else {
            guard asked == nil else {
                throw .misplaced(
                    key: "head-gain",
                    problem: "it belongs to the spiking neurons between the two layers of the head fc256",
                    advice: "Leave it out, or use --head fc256"
                )
            }
            return nil
        }
        return asked ?? headGain
            ?? (defaults.raisesHead ? Head.startingGain(neuron: neuron, timeSteps: timeSteps) : 1)
    }

    /// This template with what all stages have in common said once, by the network.
    func withSharedGathered() -> NetworkTemplate {
        var result = self
        result.gatherShared()
        return result
    }

    /// What all stages have in common stands once, in the network; a stage says what differs from it.
    private mutating func gatherShared() {
        norm = stages.first?.norm ?? norm
        start = stages.first?.start ?? start
        for index in stages.indices {
            if stages[index].norm.gain == norm.gain { stages[index].norm.gain = nil }
            if stages[index].norm.last == norm.last { stages[index].norm.last = nil }
            if stages[index].start.branchScale == start.branchScale { stages[index].start.branchScale = nil }
            if stages[index].start.branchBias == start.branchBias { stages[index].start.branchBias = nil }
            if stages[index].family == family { stages[index].family = nil }
        }
    }
}

extension NetworkTemplate.Stage {
    fileprivate mutating func settle(
        _ index: Int,
        of network: NetworkTemplate,
        overrides: NetworkOverrides,
        defaults: NetworkDefaults,
        neuron: Neuron,
        timeSteps: Int
    ) {
        let family = family ?? network.family
        let standard = BranchInitialization.standard(
            family: family,
            blocks: network.blockCount,
            neuron: neuron,
            timeSteps: timeSteps
        )
        let recipe = family == .lsn ? defaults.start : NetworkTemplate.Start()
        stride = stride ?? (index == 0 ? 1 : 2)
        isBottleneck = isBottleneck ?? false
        norm.gain = norm.gain ?? network.norm.gain ?? 1
        norm.last = norm.last ?? network.norm.last ?? family.standardLastGain
        start.branchScale =
            overrides.start.branchScale ?? start.branchScale ?? network.start.branchScale ?? recipe.branchScale
            ?? standard.scale
        start.branchBias =
            overrides.start.branchBias ?? start.branchBias ?? network.start.branchBias ?? recipe.branchBias
            ?? standard.bias
    }
}

extension BlockFamily {
    /// The neuron of the family's authors.
    public var standardNeuron: Neuron {
        switch self {
        case .lsn, .residual: Neuron()
        case .sew, .spikingResNet: Neuron(leak: 1)
        // Thresholds a spike apart, each with a surrogate as wide as that, so that together they cover all potentials.
        case .dsResNet:
            Neuron(leak: 0.25, threshold: 0.6, surrogate: .rectangle(width: 1), higherThresholds: [1.6, 2.6])
        }
    }

    /// k of the norms whose values are summed before a neuron: 1/√2 in Spiking ResNet's tdBN (Zheng et al.), else 1.
    var standardLastGain: Float { self == .spikingResNet ? Float(0.5).squareRoot() : 1 }
}
