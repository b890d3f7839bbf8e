package import LSNTensors

/// An operation of the golden format, run from a case's attributes and tensors.
protocol ConformanceOperation: Sendable {
    /// As cases name it.
    static var name: String { get }

    /// Takes every attribute and tensor that the operation knows, computes on the backend of `results`, and adds every
    /// `output.*` and `gradient.*`.
    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws
}

/// Every operation that cases can ask for.
package enum ConformanceOperations {
    private static let all: [any ConformanceOperation.Type] = [
        ConvolutionOperation.self, NormalizedConvolutionOperation.self, NormalizationOperation.self,
        NeuronOperation.self, ParametricNeuronOperation.self,
        MultiLevelOperation.self, NormalizedNeuronOperation.self, MPDLossOperation.self,
        LogicGateOperation.self, SpikeGateOperation.self, SumOperation.self, LerpOperation.self, ReLUOperation.self,
        RepeatOverTimeOperation.self,
        MaxPoolOperation.self, AveragePoolOperation.self,
        GlobalAveragePoolOperation.self, GlobalAveragePoolLinearOperation.self, BiasOperation.self,
        LossOperation.self, OptimizerOperation.self, ClipNormOperation.self, ScheduleOperation.self,
        PrepareImagesOperation.self, ResizeImagesOperation.self, PrepareFramesOperation.self, EraseOperation.self,
        MixOperation.self,
        FindNonFiniteOperation.self, CountSpikesOperation.self, CountValuesOperation.self, MeasureNormOperation.self,
        StorageOperation.self, MicroBatchSumOperation.self, BlockOperation.self, NetworkOperation.self,
    ]

    /// Their names, as golden files have them.
    package static var names: [String] { all.map { $0.name } }

    /// Runs `operation` on `backend`.
    ///
    /// - Throws: ``ConformanceError`` where the case asks for something that this program does not know; what the backend
    ///   throws.
    package static func run(
        _ operation: String,
        _ data: CaseData,
        on backend: Backend
    ) throws -> CaseOutcome {
        guard let type = all.first(where: { $0.name == operation }) else {
            throw ConformanceError.unknownOperation(operation)
        }
        var operands = try CaseOperands(operation, data)
        var results = CaseResults(backend)
        try type.run(&operands, into: &results)
        try operands.finish()
        return results.outcome
    }
}
