import LSNTensors

/// A block that in ``MemoryMode/lean`` keeps its input and the statistics of its norms only, and runs again in the
/// backward pass; in other modes it is the block itself.
struct RecomputedBlock: Block {
    private struct InputRecord: TapeRecord {
        let input: Activation
        let statistics: [ChannelStatistics]
    }

    private let block: any Block

    init(_ block: any Block) {
        self.block = block
    }

    var name: String { block.name }

    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation {
        guard tape.recomputesBlocks else { return try block.forward(input, tape: &tape) }
        let part = try tape.withoutRecords { (tape) throws(BackendError) in try block.forward(input, tape: &tape) }
        tape.push(InputRecord(input: input, statistics: part.statistics))
        return part.output
    }

    func backward(_ gradient: consuming RealTensor, tape: inout Tape) throws(BackendError) -> RealTensor {
        guard tape.recomputesBlocks else { return try block.backward(consume gradient, tape: &tape) }
        let record = try tape.pop(InputRecord.self)
        var part = Tape(recomputing: tape, statistics: record.statistics, keepsRecords: true)
        _ = try block.forward(record.input, tape: &part)
        return try block.backward(consume gradient, tape: &part)
    }
}
