public import LSNTensors

/// How branches are initialised: the weight γ and the bias b of the norm that each ends with, of an LSN's E and I above all, and
/// the peak h of the triangular surrogate.
///
/// With γ = 1, b = 0 the gradient explodes going back through the gates; near the identity, with a lower surrogate, its
/// norm stays level through 33 blocks. Beyond, the peak falls with the square root of their number, down to 0.3; of lower
/// and higher ones docs/Depth.md has the measurements.
public struct BranchInitialization: Hashable, Sendable {
    /// γ.
    public let scale: Float
    /// b.
    public let bias: Float
    /// h.
    public let surrogateHeight: Float

    /// Networks with more blocks than this start nearer to the identity.
    public static let shallowBlocks = 12

    /// Networks with more blocks than this, those of LSN101, have still lower surrogates.
    public static let deepBlocks = 33

    /// The lowest surrogate that a depth asks for; with lower ones 500 blocks learn fast at first, and less in the end.
    public static let leastHeight: Float = 0.3

    /// The start for a depth: 0.5, 0, 1 up to ``shallowBlocks`` blocks; beyond, 0.1, 0.375 of
    /// ``biasBound(neuron:timeSteps:)`` (0.2 for the standard neuron at T = 4), 0.7; and 0.7·√(33 / blocks) beyond
    /// ``deepBlocks``, but no less than ``leastHeight``.
    public static func standard(blocks: Int, neuron: Neuron, timeSteps: Int) -> BranchInitialization {
        if blocks <= shallowBlocks {
            BranchInitialization(scale: 0.5, bias: 0, surrogateHeight: 1)
        } else {
            BranchInitialization(
                scale: 0.1,
                bias: 0.375 * biasBound(neuron: neuron, timeSteps: timeSteps),
                surrogateHeight: surrogateHeight(blocks: blocks)
            )
        }
    }

    /// h for a depth, see ``standard(blocks:neuron:timeSteps:)``.
    public static func surrogateHeight(blocks: Int) -> Float {
        guard blocks > shallowBlocks else { return 1 }
        return max(leastHeight, 0.7 * min(1, Float(deepBlocks) / Float(blocks)).squareRoot())
    }

    /// The start for a family: ``standard(blocks:neuron:timeSteps:)`` for LSN; 0, V_th for SEW with AND, whose branches
    /// then fire always, so that blocks leave their input as it is (Fang et al.; otherwise nothing passes a few of
    /// them); 1, 0 for the rest.
    public static func standard(
        family: BlockFamily,
        blocks: Int,
        neuron: Neuron,
        timeSteps: Int
    ) -> BranchInitialization {
        switch family {
        case .lsn: standard(blocks: blocks, neuron: neuron, timeSteps: timeSteps)
        case .sew(.and): BranchInitialization(scale: 0, bias: neuron.threshold, surrogateHeight: 1)
        case .sew, .spikingResNet, .residual, .dsResNet: BranchInitialization(scale: 1, bias: 0, surrogateHeight: 1)
        }
    }

    /// The constant input at which a neuron first fires at its last step: V_th / Σ_{k<T} leakᵏ.
    public static func biasBound(neuron: Neuron, timeSteps: Int) -> Float {
        var sum: Float = 0
        var power: Float = 1
        for _ in 0..<max(timeSteps, 1) {
            sum += power
            power *= neuron.leak
        }
        return neuron.threshold / sum
    }
}
