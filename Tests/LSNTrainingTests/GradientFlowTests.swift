import LSNNetworks
import Testing

@testable import LSNTraining

@Suite struct GradientFlowTests {
    /// Norms of the stem and of three blocks.
    private func course(_ norms: [Float?], firstTrained: String = "stem") -> GradientFlow? {
        let blocks = norms.enumerated().map { index, norm in
            var block = BlockStatistics.Block(name: index == 0 ? "stem" : "stages.0.\(index - 1)")
            block.gradientNorm = norm
            return block
        }
        return GradientFlow(BlockStatistics(epoch: 1, step: 9, blocks: blocks), firstTrained: firstTrained)
    }

    @Test func aGradientThatStaysLevelIsNoProblem() {
        #expect(course([1, 300, 1, 0.5]) == nil)
        #expect(course([1, 1e-4, 0.1, 1]) == nil)
        // The stem is no block, and without a gradient there is no course.
        #expect(course([1e20, 1, 1, 1]) == nil)
        #expect(course([1, 1, 1, 0]) == nil)
        #expect(course([1]) == nil)
        #expect(course([]) == nil)
    }

    /// What is frozen has no gradient, which is no gradient that exploded.
    @Test func beforeTheFirstBlockThatTrainsThereIsNone() {
        #expect(course([nil, nil, 1, 1], firstTrained: "stages.0.1") == nil)
        #expect(course([nil, nil, nil, nil], firstTrained: "head") == nil)
        #expect(course([nil, 1, 1, 1], firstTrained: "stages.0.0") == nil)
        #expect(course([nil, nil, 1e9, 1], firstTrained: "stages.0.1")?.block == "stages.0.1")
        #expect(course([nil, nil, 1, 1], firstTrained: "stages.0.0")?.problem == .explodes)
    }

    /// The last block where it still holds says nothing; the first beyond, coming from the last, is named.
    @Test(
        arguments: [
            ([1, 1e9, 2e6, 2], .explodes, "stages.0.1", 1e6), ([1, nil, 1, 1], .explodes, "stages.0.0", nil),
            ([1, 0, 1, 1], .vanishes, "stages.0.0", 0), ([1, 1e-9, 1e-7, 0.1], .vanishes, "stages.0.1", 1e-6),
        ] as [([Float?], GradientFlow.Problem, String, Float?)]
    )
    func theBlockIsNamed(_ norms: [Float?], _ problem: GradientFlow.Problem, _ block: String, _ factor: Float?) throws {
        let found = try #require(course(norms))
        #expect(found.problem == problem && found.block == block)
        #expect(found.factor.map { abs($0 - (factor ?? -1)) <= 1e-6 * $0 } ?? (factor == nil))
        let text = found.text(StabilityAdvice(try Architecture.named("lsn19").describe(for: .cifar10)))
        #expect(text.contains(block) && text.contains("--surrogate-height"), "\(text)")
    }
}
