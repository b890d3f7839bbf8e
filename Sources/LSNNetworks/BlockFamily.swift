/// How a SEW block joins its input x and its branch o (Fang et al.).
public enum SEWFunction: String, CaseIterable, Codable, Sendable {
    /// o + x: integers.
    case add
    /// o·x.
    case and
    /// x·(1 − o).
    case iand
    /// o·(1 − x), which SpikingJelly's bottleneck blocks call IAND.
    case iandBranch = "iand-branch"
}

/// In which order a residual block convolves (C), normalises (B), fires (S) and adds its input x: the rows of the
/// paper's Table 1, after He et al.
public enum ResidualOrder: String, CaseIterable, Codable, Sendable {
    /// S(x + B C S B C(x)).
    case original
    /// S(B(x + C S B C(x))).
    case bnAfterAdd = "bn-after-add"
    /// x + S B C S B C(x): integers.
    case reluBeforeAdd = "relu-before-add"
    /// x + B C S B C S(x): real values. The order of MS-ResNet.
    case reluOnlyPreactivation = "relu-only-preactivation"
    /// x + C S B C S B(x): real values.
    case fullPreactivation = "full-preactivation"

    /// Whether the block's input fires before anything else happens to it.
    public var isPreactivation: Bool { self == .reluOnlyPreactivation || self == .fullPreactivation }
}

/// How a block joins its branches with its shortcut.
public enum BlockFamily: Hashable, Sendable {
    /// The logic gate of an excitatory and an inhibitory branch: every output is a spike.
    case lsn
    /// SEW-ResNet (Fang et al.): branch and shortcut meet after the last neuron.
    case sew(SEWFunction)
    /// Spiking ResNet with tdBN (Zheng et al.): the sum before the last neuron.
    case spikingResNet
    /// Plain residual blocks, without tdBN, in one of five orders.
    case residual(ResidualOrder)
    /// DS-ResNet (Feng et al.): the sum after the last neuron, tdBN, multi-level neurons.
    case dsResNet

    /// SEW-ResNet's usual function.
    public static let sewAdd = BlockFamily.sew(.add)

    /// Whether every block leaves spikes, given neurons that do.
    public var hasBinaryOutputs: Bool {
        switch self {
        case .lsn, .spikingResNet, .sew(.and), .sew(.iand), .sew(.iandBranch), .residual(.original),
            .residual(.bnAfterAdd):
            true
        case .sew(.add), .dsResNet, .residual: false
        }
    }

    /// Whether branches end with a norm, whose weight and bias at the start can be chosen.
    public var branchEndsWithNorm: Bool {
        switch self {
        case .residual(.bnAfterAdd), .residual(.fullPreactivation): false
        case .lsn, .sew, .spikingResNet, .dsResNet, .residual: true
        }
    }

    /// Whether blocks can only join spikes.
    var needsSpikes: Bool {
        switch self {
        case .lsn, .sew(.and), .sew(.iand), .sew(.iandBranch): true
        case .sew(.add), .spikingResNet, .residual, .dsResNet: false
        }
    }

    /// Whether blocks leave sums that have not fired, so that a neuron must stand between the last of them and the head.
    var leavesUnfiredSums: Bool {
        if case .residual(let order) = self { order.isPreactivation } else { false }
    }

    /// Whether a norm is the first thing that a block's input passes on every way but the identity.
    var startsWithNorm: Bool { self == .residual(.fullPreactivation) }

    /// Whether norms are threshold-dependent: multiplied by V_th (tdBN, Zheng et al.).
    public var isThresholdDependent: Bool { self == .spikingResNet || self == .dsResNet }
}

extension BlockFamily: RawRepresentable, CaseIterable, Codable {
    /// Every family, every function and every order.
    public static var allCases: [BlockFamily] {
        [.lsn] + SEWFunction.allCases.map(BlockFamily.sew) + [.spikingResNet]
            + ResidualOrder.allCases.map(BlockFamily.residual) + [.dsResNet]
    }

    /// E.g. `lsn`, `sew_iand`, `residual_bn_after_add`.
    public var rawValue: String {
        switch self {
        case .lsn: "lsn"
        case .sew(let function): "sew_" + underlined(function.rawValue)
        case .spikingResNet: "spiking_resnet"
        case .residual(let order): "residual_" + underlined(order.rawValue)
        case .dsResNet: "ds_resnet"
        }
    }

    private func underlined(_ name: String) -> String { String(name.map { $0 == "-" ? "_" : $0 }) }

    /// The family of this name, see ``rawValue``.
    public init?(rawValue: String) {
        guard let family = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = family
    }
}
