import Foundation
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@Suite("Values at the start")
struct InitializationTests {
    private func state(
        _ description: NetworkDescription,
        seed: UInt64
    ) throws -> [String: NamedTensor] {
        let network = try Network(description, backend: backend)
        try network.initialize(seed: seed)
        let tensors = try network.parameters.exportState().map { ($0.name, $0) }
        return Dictionary(uniqueKeysWithValues: tensors)
    }

    @Test("The same seed gives the same values, another seed others")
    func seeds() throws {
        let first = try state(smallDescription(), seed: 1)
        #expect(try state(smallDescription(), seed: 1) == first)
        let other = try state(smallDescription(), seed: 2)
        #expect(other["stem.conv.weight"] != first["stem.conv.weight"])
        #expect(other["head.fc.bias"] != first["head.fc.bias"])
        #expect(
            first["stages.1.1.excitatory.0.conv.weight"]?.values != first["stages.1.1.inhibitory.0.conv.weight"]?.values
        )
    }

    @Test("Convolutions are normal with He's deviation, fan-out")
    func convolution() throws {
        var description = smallDescription()
        description.stages[0].width = 40
        description.stages[1].width = 56
        let tensors = try state(description, seed: 3)
        let tensor = try #require(tensors["stages.1.0.excitatory.0.conv.weight"])
        #expect(tensor.shape == [56, 40, 3, 3])
        let values = tensor.values.map(Double.init)
        let deviation = (2.0 / (56 * 9)).squareRoot()
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let second = values.reduce(0) { $0 + $1 * $1 } / count
        let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
        #expect(abs(mean) < 5 * deviation / count.squareRoot())
        #expect(abs(second / (deviation * deviation) - 1) < 5 * (2 / count).squareRoot())
        // A normal's fourth moment is 3σ⁴, and 96/n the variance of its estimate.
        #expect(abs(fourth / (second * second) - 3) < 5 * (96 / count).squareRoot())
    }

    @Test("Fully connected layers are uniform within one over the root of their inputs")
    func linear() throws {
        let tensors = try state(smallDescription(head: .fc256), seed: 4)
        for (name, inputs) in [("head.fc1", 10), ("head.fc2", 256)] {
            let bound = 1 / Float(inputs).squareRoot()
            for part in ["weight", "bias"] {
                let values = try #require(tensors["\(name).\(part)"]).values
                #expect(values.allSatisfy { abs($0) <= bound })
                #expect(values.contains { $0 > 0 } && values.contains { $0 < 0 })
            }
            let weights = try #require(tensors["\(name).weight"]).values
            #expect(weights.map(abs).max() ?? 0 > 0.95 * bound)
        }
    }

    @Test("The head's gain raises the first layer's weights, and nothing else")
    func headGain() throws {
        let plain = try state(smallDescription(head: .fc256), seed: 4)
        var description = smallDescription(head: .fc256)
        description.headGain = 4
        for (name, tensor) in try state(description, seed: 4) {
            let factor: Float = name == "head.fc1.weight" ? 4 : 1
            #expect(tensor.values == plain[name]?.values.map { factor * $0 }, "\(name)")
        }
        for gain in [0, -1, .infinity] as [Float] {
            description.headGain = gain
            #expect(throws: NetworkError.self) { try description.validate() }
        }
        // Σ 0.5ᵏ = 1.875 and Σ 1 = 4 over four steps.
        #expect(abs(Head.startingGain(neuron: Neuron(), timeSteps: 4) - 4.6188) < 1e-4)
        #expect(abs(Head.startingGain(neuron: Neuron(leak: 1, threshold: 2), timeSteps: 4) - 4.3301) < 1e-4)
    }

    @Test("Norms are 1 and 0, but the last of each branch as asked")
    func norms() throws {
        var description = smallDescription()
        for stage in description.stages.indices {
            description.stages[stage].branchScale = 0.25
            description.stages[stage].branchBias = 0.125
        }
        for (name, tensor) in try state(description, seed: 0) where name.contains(".bn.") {
            let isLast = name.contains("tory.1.bn")
            let expected: Float =
                if name.hasSuffix("running_mean") {
                    0
                } else if name.hasSuffix("running_var") {
                    1
                } else if name.hasSuffix("weight") {
                    isLast ? 0.25 : 1
                } else {
                    isLast ? 0.125 : 0
                }
            #expect(tensor.values.allSatisfy { $0 == expected }, "\(name)")
        }
        for family in BlockFamily.allCases where family != .lsn && family.branchEndsWithNorm {
            for stage in description.stages.indices { description.stages[stage].family = family }
            let values = try state(description, seed: 0)
            #expect(try #require(values["stages.0.0.branch.0.bn.weight"]).values.allSatisfy { $0 == 1 })
            #expect(try #require(values["stages.0.0.branch.1.bn.weight"]).values.allSatisfy { $0 == 0.25 })
            #expect(try #require(values["stages.0.0.branch.1.bn.bias"]).values.allSatisfy { $0 == 0.125 })
            #expect(try #require(values["stages.1.0.shortcut.bn.weight"]).values.allSatisfy { $0 == 1 })
        }
    }

    @Test("A learned leak starts where the neuron says", arguments: [Float(0.5), 0.25, 0.9])
    func leaks(leak: Float) throws {
        var description = smallDescription(head: .fc256)
        description.neuron = Neuron(leak: leak, isLeakLearned: true)
        let leaks = try state(description, seed: 0).filter { $0.key.hasSuffix("neuron.w") }
        #expect(leaks.count == 1 + 3 * 4 + 1 + 1)
        for (name, tensor) in leaks {
            #expect(tensor.shape == [1])
            #expect(abs(1 / (1 + exp(tensor.values[0])) - leak) < 1e-6, "\(name)")
        }
    }

    @Test("Spare words of values are zero")
    func spareWords() throws {
        let network = try Network(smallDescription(), backend: backend)
        try network.initialize(seed: 9)
        let parameters = network.parameters
        let words = try backend.read(parameters.values, count: parameters.wordCount)
        let used = try parameters.exportState().prefix(parameters.entries.count)
            .reduce(0) { $0 + $1.values.filter { $0 != 0 }.count }
        #expect(words.filter { $0 << 1 != 0 }.count == used)
    }
}
