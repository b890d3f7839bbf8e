public import Tensors

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
    /// γ, the weight at the start of the last norm of each LSN branch.
    public var branchScale: Float
    /// b, the bias at the start of the last norm of each LSN branch.
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
    var branchNames: [String] {
        switch family {
        case .lsn: ["excitatory", "inhibitory"]
        case .sewAdd, .spikingResNet: ["branch"]
        }
    }

    /// The units of the branch of this name, in order.
    func branch(_ branchName: String) -> [UnitDescription] {
        let shapes: [(inputs: Int, outputs: Int, window: Int, stride: Int)] =
            isBottleneck
            ? [(inChannels, width, 1, 1), (width, width, 3, stride), (width, outChannels, 1, 1)]
            : [(inChannels, width, 3, stride), (width, width, 3, 1)]
        return shapes.enumerated().map { position, shape in
            let isLast = position == shapes.count - 1
            return UnitDescription(
                name: path("\(branchName).\(position)"),
                filter: FilterShape(
                    outputs: shape.outputs,
                    inputs: shape.inputs,
                    height: shape.window,
                    width: shape.window
                ),
                geometry: WindowGeometry(stride: shape.stride, padding: shape.window / 2),
                gain: gain(joinsSum: isLast),
                normWeight: isLast && family == .lsn ? branchScale : 1,
                normBias: isLast && family == .lsn ? branchBias : 0
            )
        }
    }

    /// The shortcut's unit, where the shape changes.
    var shortcut: UnitDescription? {
        guard hasProjection else { return nil }
        return UnitDescription(
            name: path("shortcut"),
            filter: FilterShape(outputs: outChannels, inputs: inChannels, height: 1, width: 1),
            geometry: WindowGeometry(stride: stride),
            gain: gain(joinsSum: true)
        )
    }

    func declare(in layout: inout ParameterLayout) {
        for name in branchNames {
            for unit in branch(name) { unit.declare(in: &layout) }
        }
        shortcut?.declare(in: &layout)
    }

    /// tdBN's factor k·V_th: k is 1, and 1/√2 where two normalised values are summed before a neuron.
    private func gain(joinsSum: Bool) -> Float {
        guard family == .spikingResNet else { return 1 }
        return neuron.threshold * (joinsSum ? Float(0.5).squareRoot() : 1)
    }

    private func path(_ part: String) -> String { name.isEmpty ? part : "\(name).\(part)" }
}
