/// The one list of cases that tests, `lsn check` and `lsn bench` share: every operation, block and small networks, at
/// awkward sizes and at sizes that span many work-groups.
///
/// Names are `operation/size/what`: `/small/` cases are quick even under a checker of memory accesses, `/large/` ones
/// span many work-groups.
package enum ConformanceCatalogue {
    private static let families: [[ConformanceCase]] = [
        ConvolutionCases.all, NormalizedConvolutionCases.all, NormalizationCases.all, NeuronCases.all,
        LogicGateCases.all, SumCases.all, MicroBatchSumCases.all,
        PoolingCases.all, HeadCases.all, OptimizerCases.all, AugmentationCases.all, FinitenessCases.all,
        MeasurementCases.all, BlockCases.all, NetworkCases.all,
    ]

    /// The cases whose name contains `filter`, all where it is nil.
    ///
    /// - Throws: ``ConformanceError/noCases(_:)`` where the filter matches nothing.
    package static func cases(filter: String? = nil) throws(ConformanceError) -> [ConformanceCase] {
        try GoldenFolder.select(families.flatMap(\.self), filter, source: "the catalogue")
    }

    /// The small cases whose gradients finite differences can check.
    package static var smoothCases: [ConformanceCase] {
        families.flatMap(\.self).filter { $0.isSmooth && $0.name.contains("/small/") }
    }
}
