import LSNNetworks
import LSNTensors
import Testing

@testable import LSNTraining

@Suite struct ConstantOutputTests {
    /// Output rates of the stem and of three blocks.
    private func output(_ rates: [Float?], other: Float? = nil, step: Int = 50) -> ConstantOutput? {
        let blocks = rates.enumerated().map { index, rate in
            var block = BlockStatistics.Block(name: index == 0 ? "stem" : "stages.0.\(index - 1)")
            block.outputRate = rate
            block.otherShare = other
            return block
        }
        return ConstantOutput(BlockStatistics(epoch: 1, step: step, blocks: blocks))
    }

    @Test func outputsThatDifferAreNoProblem() {
        #expect(output([0.2, 0.1, 0.1, 0.001]) == nil)
        #expect(output([0, 0, 0, 0.3]) == nil)
        #expect(output([0.2, 0.1, 0.1, nil]) == nil)
        #expect(output([]) == nil)
        // Running estimates are still those that the run began with.
        #expect(output([0.2, 0.1, 0.1, 0], step: 49) == nil)
        // Where numbers leave a block, none of them 0, they are not all the same.
        #expect(output([1, 1, 1, 1], other: 0.5) == nil)
    }

    @Test(
        arguments: [
            ([0.2, 0.1, 0.1, 0], "stages.0.2", false), ([0.2, 0.1, 0, 0], "stages.0.1", false),
            ([0, 0, 0, 0], "stem", false),
            ([0.2, 0, 0.1, 0], "stages.0.2", false), ([0.2, 0.1, 0.1, 1], "stages.0.2", true),
            ([0.2, 0.1, 0, 1], "stages.0.1", true),
        ] as [([Float?], String, Bool)]
    )
    func theFirstBlockIsNamed(_ rates: [Float?], _ block: String, _ isFiring: Bool) throws {
        let found = try #require(output(rates))
        #expect(found.block == block && found.isFiring == isFiring)
        let text = found.text(StabilityAdvice(try Architecture.named("lsn19").describe(for: .cifar10)))
        #expect(text.contains("from \(block) on") && text.contains("--threshold"), "\(text)")
    }

    /// Every option that is named is one that the model has.
    @Test func adviceIsForTheFamily() throws {
        var network = try Architecture.named("lsn19").describe(for: .cifar10)
        #expect(StabilityAdvice(network).explosion.contains("--surrogate-height or --branch-scale"))
        #expect(!StabilityAdvice(network).vanishing.contains("a gate"))
        network.neuron.surrogate = .rectangle(width: 1)
        #expect(StabilityAdvice(network).explosion.contains("a larger --surrogate-width"))
        #expect(StabilityAdvice(network).divergence.contains("a larger --surrogate-width"))
        network.neuron.surrogate = .arctan(slope: 2)
        #expect(StabilityAdvice(network).vanishing.contains("a larger --surrogate-slope"))

        var residual = try Architecture.named("residual18").describe(for: .cifar10)
        #expect(StabilityAdvice(residual).vanishing.contains("a gate"))
        for stage in residual.stages.indices { residual.stages[stage].family = .residual(.fullPreactivation) }
        #expect(!StabilityAdvice(residual).explosion.contains("--branch-scale"))
        residual.neuron.isReLU = true
        let advice = StabilityAdvice(residual)
        for text in [advice.divergence, advice.explosion, advice.vanishing, advice.silence] {
            #expect(
                !text.contains("surrogate") && !text.contains("threshold") && text.contains("--learning-rate"),
                "\(text)"
            )
        }
    }
}
