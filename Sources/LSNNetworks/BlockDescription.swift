public import LSNTensors

/// Everything needed to build one block, alone or in a network.
public struct BlockDescription: Hashable, Sendable {
    /// What its parameters' names start with, e.g. `stages.0.1`; empty for a block alone, whose parameters are named
    /// `excitatory.0.conv.weight` and so on.
    public var name: String
    /// How it joins branch and shortcut.
    public var family: BlockFamily
    /// Channels of its input.
    public var inChannels: Int
    /// Channels inside; of the output too, unless it is a bottleneck block.
    public var width: Int
    /// Of its 3×3 convolution (the first of a basic block) and of its shortcut.
    public var stride: Int
    /// Whether branches are 1×1, 3×3, 1×1 with fourfold output.
    public var isBottleneck: Bool
    /// T.
    public var timeSteps: Int
    /// Every neuron of the block.
    public var neuron: Neuron
    /// Of norms, see ``NetworkTemplate/NormGains``.
    public var gain: Float
    /// Of the norm that a branch ends with, and of the shortcut's.
    public var lastGain: Float
    /// γ, the weight at the start of the norm that a branch ends with.
    public var branchScale: Float
    /// b, the bias at the start of the norm that a branch ends with.
    public var branchBias: Float

    /// A description of a block.
    public init(
        name: String = "",
        family: BlockFamily,
        inChannels: Int,
        width: Int,
        stride: Int = 1,
        isBottleneck: Bool = false,
        timeSteps: Int,
        neuron: Neuron = Neuron(),
        gain: Float = 1,
        lastGain: Float? = nil,
        branchScale: Float = 1,
        branchBias: Float = 0
    ) {
        self.name = name
        self.family = family
        self.inChannels = inChannels
        self.width = width
        self.stride = stride
        self.isBottleneck = isBottleneck
        self.timeSteps = timeSteps
        self.neuron = neuron
        self.gain = gain
        self.lastGain = lastGain ?? family.standardLastGain
        self.branchScale = branchScale
        self.branchBias = branchBias
    }

    /// Channels of its output.
    public var outChannels: Int { isBottleneck ? 4 * width : width }

    /// Whether the shortcut is a convolution, because the shape changes.
    public var hasProjection: Bool { stride != 1 || inChannels != outChannels }

    /// For people: the name, or the family where there is none.
    var title: String { name.isEmpty ? "block" : name }

    /// The branches' names.
    var branchNames: [String] { family == .lsn ? ["excitatory", "inhibitory"] : ["branch"] }

    func declare(in layout: inout ParameterLayout) {
        entry?.declare(in: &layout)
        for name in branchNames {
            for unit in branch(name) { unit.declare(in: &layout) }
        }
        shortcut?.declare(in: &layout)
        exit?.declare(in: &layout)
    }
}

// What a block is made of, in the order in which it computes: entry, branches beside the shortcut, their meeting, exit.
// A unit's name counts its convolution; its norm and its neurons have the same number whether they stand before the
// convolution (pre-activation) or behind it.
extension BlockDescription {
    /// What the input passes before branch and shortcut: the first activation of a pre-activation block.
    var entry: ActivationDescription? {
        switch family {
        case .residual(.reluOnlyPreactivation): ActivationDescription(neuron: neuron("branch.0"))
        case .residual(.fullPreactivation):
            ActivationDescription(norm: norm("branch.0", channels: inChannels), neuron: neuron("branch.0"))
        default: nil
        }
    }

    /// The units of the branch of this name, in order.
    func branch(_ branchName: String) -> [UnitDescription] {
        let convolutions = self.convolutions
        return convolutions.indices.map { position in
            let isLast = position == convolutions.count - 1
            let name = "\(branchName).\(position)"
            let next = "\(branchName).\(position + 1)"
            let outputs = convolutions[position].filter.outputs
            let activation: ActivationDescription =
                switch family {
                case .residual(.bnAfterAdd) where isLast, .residual(.fullPreactivation) where isLast:
                    ActivationDescription()
                case .residual(.fullPreactivation):
                    ActivationDescription(norm: norm(next, channels: outputs), neuron: neuron(next))
                case .residual(.reluOnlyPreactivation):
                    ActivationDescription(
                        norm: norm(name, channels: outputs, endsBranch: isLast),
                        neuron: isLast ? nil : neuron(next)
                    )
                default:
                    ActivationDescription(
                        norm: norm(name, channels: outputs, endsBranch: isLast),
                        neuron: isLast && exit != nil ? nil : neuron(name)
                    )
                }
            return UnitDescription(
                convolution: ConvolutionDescription(
                    name: path("\(name).conv"),
                    filter: convolutions[position].filter,
                    geometry: convolutions[position].geometry
                ),
                activation: activation
            )
        }
    }

    /// The shortcut's unit, where the shape changes. It has a norm where the branch ends with one, and neurons where
    /// the branch ends with some.
    var shortcut: UnitDescription? {
        guard hasProjection else { return nil }
        let firesInBranch = exit == nil && !family.leavesUnfiredSums
        return UnitDescription(
            convolution: ConvolutionDescription(
                name: path("shortcut.conv"),
                filter: FilterShape(outputs: outChannels, inputs: inChannels, height: 1, width: 1),
                geometry: WindowGeometry(stride: stride)
            ),
            activation: ActivationDescription(
                norm: family.branchEndsWithNorm ? norm("shortcut", channels: outChannels, joinsSum: true) : nil,
                neuron: firesInBranch ? neuron("shortcut") : nil
            )
        )
    }

    /// What the sum passes before it leaves: the last activation of a block that adds before its last neurons.
    var exit: ActivationDescription? {
        switch family {
        case .spikingResNet, .residual(.original):
            ActivationDescription(neuron: NeuronDescription(name: path("neuron"), neuron: neuron))
        case .residual(.bnAfterAdd):
            ActivationDescription(
                norm: norm("branch.\(convolutions.count - 1)", channels: outChannels),
                neuron: NeuronDescription(name: path("neuron"), neuron: neuron)
            )
        default: nil
        }
    }

    private var convolutions: [(filter: FilterShape, geometry: WindowGeometry)] {
        let shapes: [(inputs: Int, outputs: Int, window: Int, stride: Int)] =
            isBottleneck
            ? [(inChannels, width, 1, 1), (width, width, 3, stride), (width, outChannels, 1, 1)]
            : [(inChannels, width, 3, stride), (width, width, 3, 1)]
        return shapes.map { shape in
            (
                FilterShape(outputs: shape.outputs, inputs: shape.inputs, height: shape.window, width: shape.window),
                WindowGeometry(stride: shape.stride, padding: shape.window / 2)
            )
        }
    }

    /// A norm of the unit of this name. tdBN's factor is k·V_th.
    private func norm(
        _ unit: String,
        channels: Int,
        endsBranch: Bool = false,
        joinsSum: Bool = false
    ) -> NormDescription {
        NormDescription(
            name: path("\(unit).bn"),
            channels: channels,
            gain: normGain(isLast: endsBranch || joinsSum),
            weight: endsBranch ? branchScale : 1,
            bias: endsBranch ? branchBias : 0
        )
    }

    /// The factor of the values of a norm: of the one that a branch ends with and of the shortcut's, or of another.
    public func normGain(isLast: Bool) -> Float {
        let k = isLast ? lastGain : gain
        return family.isThresholdDependent ? neuron.threshold * k : k
    }

    private func neuron(_ unit: String) -> NeuronDescription {
        NeuronDescription(name: path("\(unit).neuron"), neuron: neuron)
    }

    private func path(_ part: String) -> String { name.isEmpty ? part : "\(name).\(part)" }
}
