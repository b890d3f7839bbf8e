public import Tensors

/// What a layer leaves in a training pass for its backward pass.
public protocol TapeRecord: Sendable {}

/// Whether a pass is for learning.
public enum PassMode: Hashable, Sendable {
    /// Statistics of the batch, running estimates updated, everything recorded that the backward pass needs.
    case training
    /// Running estimates, nothing recorded.
    case inference
}

/// A loss on every neuron layer's potentials, which the backward pass adds as it goes.
struct PotentialAim<B: Backend>: Sendable {
    /// With the weight of one layer.
    let loss: PotentialDistributionLoss
    /// Its loss is added to.
    let record: B.Storage
}

/// The stack of what layers leave in a forward pass. Each pushes one record or more; the backward pass pops them in
/// reverse order, and each is gone (its memory back in the pool) as soon as its layer has used it.
///
/// A layer decides alone what it records: whole convolution outputs, or only the packed input from which it computes
/// the rest again. A tape cannot be copied, so a pass is differentiated once at most.
public struct Tape<B: Backend>: ~Copyable, Sendable {
    /// Whether the pass is for learning.
    public let mode: PassMode
    /// Who watches, if anyone.
    public let observer: (any NetworkObserver<B>)?
    /// Neuron layers that ran in this pass.
    private(set) var firingLayers = 0
    /// What the backward pass asks of the potentials of every neuron layer.
    var potentialAim: PotentialAim<B>?
    private var records: [any TapeRecord] = []

    /// An empty tape.
    public init(mode: PassMode, observer: (any NetworkObserver<B>)? = nil) {
        self.mode = mode
        self.observer = observer
    }

    /// Records that wait for the backward pass.
    public var count: Int { records.count }

    /// Keeps a record for the backward pass; in inference it is dropped.
    public mutating func push(_ record: consuming some TapeRecord) {
        guard mode == .training else { return }
        records.append(record)
    }

    /// Keeps the record of a neuron layer.
    mutating func pushFiring(_ record: consuming some TapeRecord) {
        firingLayers += 1
        push(record)
    }

    /// The record pushed last, off the tape.
    ///
    /// - Throws: `BackendError.mismatch` where there is none, or one of another layer: the pass was for inference, or
    ///   layers were differentiated in another order than they ran.
    public mutating func pop<Record: TapeRecord>(_ type: Record.Type) throws(BackendError) -> Record {
        guard let last = records.popLast() else {
            throw .mismatch(
                operation: "backward pass",
                detail: "nothing is recorded; run the forward pass with training: true"
            )
        }
        guard let record = last as? Record else {
            throw .mismatch(operation: "backward pass", detail: "found \(Swift.type(of: last)), expected \(type)")
        }
        return record
    }
}
