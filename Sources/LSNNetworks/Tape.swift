public import LSNTensors

/// What a layer leaves in a training pass for its backward pass.
public protocol TapeRecord: Sendable {}

/// Whether a pass is for learning.
public enum PassMode: Hashable, Sendable {
    /// Statistics of the batch, running estimates updated, everything recorded that the backward pass needs.
    case training
    /// Running estimates, nothing recorded.
    case inference
    /// A part of a training pass recomputed in the backward pass (activation checkpointing): with the statistics that it
    /// had, running estimates left alone.
    case recomputation
}

/// The MPD loss of every neuron layer, which the backward pass adds as it goes.
struct MPDTerm: Sendable {
    /// With the weight of one layer.
    let loss: MPDLoss
    /// Its loss is added to.
    let record: any Storage
}

/// The stack of what layers leave in a forward pass. Each pushes one record or more; the backward pass pops them in
/// reverse order, and each is gone (its memory back in the pool) as soon as its layer has used it.
///
/// A layer decides by ``memory`` what it records: whole convolution outputs, or only the packed input from which it
/// recomputes the rest. A tape cannot be copied, so a pass is differentiated once at most.
public struct Tape: ~Copyable, Sendable {
    /// Whether the pass is for learning.
    public let mode: PassMode
    /// How much of it is kept.
    public let memory: MemoryMode
    /// Who watches, if anyone.
    public let observer: (any NetworkObserver)?
    /// Neuron layers that ran in this pass.
    private(set) var firingLayers = 0
    /// What the backward pass asks of the potentials of every neuron layer.
    var mpdTerm: MPDTerm?
    private let keepsRecords: Bool
    private var records: [any TapeRecord] = []
    /// In training, of the norms that ran, where a part is to be recomputed; in a recomputation, of those still to come,
    /// the next one last.
    private var statistics: [ChannelStatistics]?

    /// An empty tape.
    public init(mode: PassMode, memory: MemoryMode = .fast, observer: (any NetworkObserver)? = nil) {
        self.mode = mode
        self.memory = memory
        self.observer = observer
        keepsRecords = mode == .training
    }

    /// A tape for a part of `pass` of which nothing is kept but the statistics of its norms.
    init(withoutRecordsOf pass: borrowing Tape) {
        mode = pass.mode
        memory = pass.memory
        observer = pass.observer
        keepsRecords = false
        statistics = []
    }

    /// A tape for a part of `pass` that is recomputed, with the statistics that its norms had.
    ///
    /// - Parameters:
    ///   - pass: the pass that is being differentiated.
    ///   - statistics: of every norm of the part, in order of computation.
    ///   - keepsRecords: whether the part is to be differentiated afterwards.
    init(recomputing pass: borrowing Tape, statistics: [ChannelStatistics], keepsRecords: Bool) {
        mode = .recomputation
        memory = .fast
        observer = nil
        mpdTerm = pass.mpdTerm
        self.keepsRecords = keepsRecords
        self.statistics = statistics.reversed()
    }

    /// Records that wait for the backward pass.
    public var count: Int { records.count }

    /// Whether a layer leaves its convolution's output out of its record, and recomputes it.
    var recomputesConvolutions: Bool { mode == .training && memory == .balanced && keepsRecords }

    /// Whether a block leaves its input alone, and recomputes it.
    var recomputesBlocks: Bool { mode == .training && memory == .lean && keepsRecords }

    /// Keeps a record for the backward pass; where nothing is kept, it is dropped.
    public mutating func push(_ record: consuming some TapeRecord) {
        guard keepsRecords else { return }
        records.append(record)
    }

    /// The same, and counts the layer where neurons end it.
    mutating func push(_ record: consuming some TapeRecord, isFiring: Bool) {
        if isFiring { firingLayers += 1 }
        push(record)
    }

    /// The record pushed last, off the tape.
    ///
    /// - Throws: `BackendError.mismatch` where there is none, or one of another layer: the pass was for inference, or
    ///   layers were differentiated in another order than they ran.
    public mutating func pop<Record: TapeRecord>(_ type: Record.Type) throws(BackendError) -> Record {
        let record = try last(type)
        records.removeLast()
        return record
    }

    /// The record pushed last, which stays.
    ///
    /// - Throws: as ``pop(_:)``.
    func last<Record: TapeRecord>(_ type: Record.Type) throws(BackendError) -> Record {
        guard let last = records.last else {
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

// Statistics of norms, which a part that is recomputed must not reduce anew.
extension Tape {
    /// Notes the statistics of a norm, where someone will want them.
    mutating func note(_ statistics: ChannelStatistics) {
        self.statistics?.append(statistics)
    }

    /// The statistics of the next norm of a recomputation.
    mutating func nextStatistics() throws(BackendError) -> ChannelStatistics {
        guard let next = statistics?.popLast() else {
            throw .mismatch(operation: "backward pass", detail: "a part is recomputed with more norms than it had")
        }
        return next
    }

    /// Runs a part of the pass of which nothing is kept but the statistics of its norms.
    mutating func withoutRecords<Output>(
        _ body: (inout Tape) throws(BackendError) -> Output
    ) throws(BackendError) -> (output: Output, statistics: [ChannelStatistics]) {
        var part = Tape(withoutRecordsOf: self)
        let output = try body(&part)
        firingLayers += part.firingLayers
        return (output, part.statistics ?? [])
    }

    /// Runs a part of the pass that is not differentiated: its neurons have no share in a loss on potentials.
    mutating func undifferentiated<Output>(
        _ body: (inout Tape) throws(BackendError) -> Output
    ) throws(BackendError) -> Output {
        var part = Tape(withoutRecordsOf: self)
        part.statistics = nil
        return try body(&part)
    }
}
