import LSNTensors

// What a network is made of, beside its blocks.
extension NetworkDescription {
    /// Channels that the head averages.
    var featureChannels: Int { stages.last?.outChannels ?? stemWidth }

    /// The unit that the stem starts with. Pre-activation blocks take its values instead of spikes, and those that start
    /// with a norm take them as they leave the convolution: a norm before that one would change nothing.
    var stemUnit: UnitDescription {
        let window = stem == .imagenet ? 7 : 3
        let first = end(stages.first)
        return UnitDescription(
            convolution: ConvolutionDescription(
                name: "stem.conv",
                filter: FilterShape(outputs: stemWidth, inputs: inChannels, height: window, width: window),
                geometry: WindowGeometry(stride: stem == .imagenet ? 2 : 1, padding: window / 2)
            ),
            activation: ActivationDescription(
                norm: first.family.startsWithNorm ? nil : norm("stem", channels: stemWidth, of: first),
                neuron: first.family.leavesUnfiredSums ? nil : neuron("stem")
            )
        )
    }

    /// What the last block's sums pass before they are averaged, where no neuron has seen them: the end of a
    /// pre-activation network (He et al.). Its norm is there for the order whose blocks start with one.
    var headActivation: ActivationDescription? {
        let last = end(stages.last)
        guard last.family.leavesUnfiredSums else { return nil }
        return ActivationDescription(
            norm: last.family.startsWithNorm ? norm("head.activation", channels: featureChannels, of: last) : nil,
            neuron: neuron("head.activation")
        )
    }

    /// The neurons between the two layers of ``Head/fc256``.
    var hiddenNeurons: ActivationDescription? {
        head == .fc256 ? ActivationDescription(neuron: neuron("head")) : nil
    }

    /// Whether spiking neurons stand between two fully connected layers.
    public var hasSpikingHead: Bool { head == .fc256 && !neuron.isReLU }

    /// The fully connected layers of the head.
    var headLayers: [LinearDescription] {
        switch head {
        case .fc:
            [LinearDescription(name: "head.fc", inputs: featureChannels, outputs: classes)]
        case .fc256:
            [
                LinearDescription(
                    name: "head.fc1",
                    inputs: featureChannels,
                    outputs: Head.hiddenWidth,
                    gain: headGain
                ),
                LinearDescription(name: "head.fc2", inputs: Head.hiddenWidth, outputs: classes),
            ]
        }
    }

    /// Every parameter and its place in flat storage whose slices start at multiples of `alignment` words.
    func layout(alignment: Int) -> ParameterLayout {
        var layout = ParameterLayout(alignment: alignment)
        stemUnit.declare(in: &layout)
        for block in blocks { block.declare(in: &layout) }
        headActivation?.declare(in: &layout)
        for layer in headLayers { layer.declare(in: &layout) }
        hiddenNeurons?.declare(in: &layout)
        return layout
    }

    /// The first or the last stage; of a description without any, which cannot be built, one of logic blocks.
    private func end(_ stage: NetworkStage?) -> NetworkStage {
        stage ?? NetworkStage(blocks: 0, width: stemWidth, stride: 1)
    }

    private func norm(_ unit: String, channels: Int, of stage: NetworkStage) -> NormDescription {
        NormDescription(name: "\(unit).bn", channels: channels, gain: normGain(of: stage))
    }

    /// The factor of the values of the stem's norm.
    public var stemNormGain: Float { normGain(of: end(stages.first)) }

    private func normGain(of stage: NetworkStage) -> Float {
        stage.family.isThresholdDependent ? neuron.threshold * stage.gain : stage.gain
    }

    private func neuron(_ unit: String) -> NeuronDescription {
        NeuronDescription(name: "\(unit).neuron", neuron: neuron)
    }
}
