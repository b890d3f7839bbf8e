/// A network as files and the table of architectures say it: what is left out has the defaults that depth and data give.
///
/// ``settled(by:defaults:)`` fills in all that the data do not decide, ``described(input:classes:)`` the rest. Its keys in
/// YAML and JSON are those of docs/Networks.md.
public struct NetworkTemplate: Hashable, Sendable {
    /// Pictures, or frames of events.
    public struct Input: Hashable, Sendable {
        /// Channels of a picture.
        public var channels: Int
        /// Rows.
        public var height: Int
        /// Columns.
        public var width: Int

        /// Gathers what belongs together.
        public init(channels: Int, height: Int, width: Int) {
            self.channels = channels
            self.height = height
            self.width = width
        }
    }

    /// The first layers.
    public struct StemLayers: Hashable, Sendable {
        /// nil: by the size of the pictures, see ``Stem/automatic(imageHeight:imageWidth:)``.
        public var kind: Stem?
        /// Channels; nil: as many as the first stage's ``Stage/width``.
        public var width: Int?

        /// Gathers what belongs together.
        public init(kind: Stem? = nil, width: Int? = nil) {
            self.kind = kind
            self.width = width
        }
    }

    /// Factors of normalised values, see `NormalizationParameters`. Families with tdBN multiply them by V_th.
    public struct NormGains: Hashable, Sendable {
        /// Of every norm but those of ``last``; nil: 1.
        public var gain: Float?
        /// Of the norm that a branch ends with, and of its shortcut's; nil: 1, or 1/√2 for spiking-resnet, whose blocks add
        /// the two before a neuron.
        public var last: Float?

        /// Gathers what belongs together.
        public init(gain: Float? = nil, last: Float? = nil) {
            self.gain = gain
            self.last = last
        }
    }

    /// Values that parameters start with; nil: by depth and family, see ``BranchInitialization``.
    public struct Start: Hashable, Sendable {
        /// γ, the weight of the norm that each branch ends with.
        public var branchScale: Float?
        /// b, the bias of the norm that each branch ends with.
        public var branchBias: Float?

        /// Gathers what belongs together.
        public init(branchScale: Float? = nil, branchBias: Float? = nil) {
            self.branchScale = branchScale
            self.branchBias = branchBias
        }
    }

    /// Blocks of one kind and width.
    public struct Stage: Hashable, Sendable {
        /// How many; at least 1.
        public var blocks: Int
        /// Channels inside a block; those that leave it too, unless it is a bottleneck block.
        public var width: Int
        /// Of the first block, 1 or 2; nil: 1 in the first stage, 2 in the others.
        public var stride: Int?
        /// Whether branches are 1×1, 3×3, 1×1 with fourfold output, instead of 3×3, 3×3; nil: no.
        public var isBottleneck: Bool?
        /// nil: the network's.
        public var family: BlockFamily?
        /// Where it differs from the network's.
        public var norm: NormGains
        /// Where it differs from the network's.
        public var start: Start

        /// Gathers what belongs together.
        public init(
            blocks: Int,
            width: Int,
            stride: Int? = nil,
            isBottleneck: Bool? = nil,
            family: BlockFamily? = nil,
            norm: NormGains = NormGains(),
            start: Start = Start()
        ) {
            self.blocks = blocks
            self.width = width
            self.stride = stride
            self.isBottleneck = isBottleneck
            self.family = family
            self.norm = norm
            self.start = start
        }
    }

    /// What it is called, in reports and in the names of run folders.
    public var name: String
    /// How blocks join branch and shortcut, where their stage says no other; its neuron is the default.
    public var family: BlockFamily
    /// T.
    public var timeSteps: Int?
    /// Logits.
    public var classes: Int?
    /// What it sees.
    public var input: Input?
    /// The first layers.
    public var stem: StemLayers
    /// The blocks.
    public var stages: [Stage]
    /// The last layers; nil: ``Head/fc``.
    public var head: Head?
    /// Every neuron; what it leaves open is the family's, see ``BlockFamily/standardNeuron``.
    public var neuron: NeuronOptions
    /// Factors of norms.
    public var norm: NormGains
    /// How branches start.
    public var start: Start
    /// g, the factor of the starting weights of the first of two fully connected layers; nil: 1, or for events
    /// ``Head/startingGain(neuron:timeSteps:)``.
    public var headGain: Float?

    /// Gathers what belongs together.
    public init(
        name: String,
        family: BlockFamily = .lsn,
        timeSteps: Int? = nil,
        classes: Int? = nil,
        input: Input? = nil,
        stem: StemLayers = StemLayers(),
        stages: [Stage],
        head: Head? = nil,
        neuron: NeuronOptions = NeuronOptions(),
        norm: NormGains = NormGains(),
        start: Start = Start(),
        headGain: Float? = nil
    ) {
        self.name = name
        self.family = family
        self.timeSteps = timeSteps
        self.classes = classes
        self.input = input
        self.stem = stem
        self.stages = stages
        self.head = head
        self.neuron = neuron
        self.norm = norm
        self.start = start
        self.headGain = headGain
    }

    /// The family of every stage, in order.
    public var families: [BlockFamily] { stages.map { $0.family ?? family } }

    /// Whether every block is a logic block.
    public var isLogic: Bool { families.allSatisfy { $0 == .lsn } }

    /// Blocks of all stages.
    public var blockCount: Int { stages.reduce(0) { $0 + $1.blocks } }
}

/// What is asked of a network beside its template; nil leaves the template's own.
public struct NetworkOverrides: Hashable, Sendable {
    /// Multiplier of all widths; they are rounded down.
    public var width: Double?
    /// T.
    public var timeSteps: Int?
    /// The first layers.
    public var stem: Stem?
    /// The last layers.
    public var head: Head?
    /// The function of all SEW blocks.
    public var sew: SEWFunction?
    /// The order of all residual blocks.
    public var residual: ResidualOrder?
    /// Every neuron.
    public var neuron = NeuronOptions()
    /// How the branches of all stages start.
    public var start = NetworkTemplate.Start()
    /// See ``NetworkTemplate/headGain``.
    public var headGain: Float?

    /// Nothing asked, unless told otherwise.
    public init(width: Double? = nil, timeSteps: Int? = nil) {
        self.width = width
        self.timeSteps = timeSteps
    }
}

/// What decides where neither a template nor an override does: how data set and recipe start a network.
public struct NetworkDefaults: Hashable, Sendable {
    /// T.
    public var timeSteps: Int
    /// Of logic blocks; nil values: by depth.
    public var start: NetworkTemplate.Start
    /// Of the triangular surrogate of logic networks; nil: by depth.
    public var surrogateHeight: Float?
    /// Whether the head starts with ``Head/startingGain(neuron:timeSteps:)``.
    public var raisesHead: Bool

    /// Those of a network by itself, unless told otherwise.
    public init(
        timeSteps: Int = 4,
        start: NetworkTemplate.Start = NetworkTemplate.Start(),
        surrogateHeight: Float? = nil,
        raisesHead: Bool = false
    ) {
        self.timeSteps = timeSteps
        self.start = start
        self.surrogateHeight = surrogateHeight
        self.raisesHead = raisesHead
    }
}
