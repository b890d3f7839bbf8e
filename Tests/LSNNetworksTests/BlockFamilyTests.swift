import Foundation
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@Suite("Block families")
struct BlockFamilyTests {
    @Test("Every family has a name of its own, and is found by it")
    func names() throws {
        let families = BlockFamily.allCases
        #expect(families.count == 12)
        #expect(Set(families.map(\.rawValue)).count == families.count)
        for family in families {
            #expect(BlockFamily(rawValue: family.rawValue) == family)
            let coded = try JSONEncoder().encode([family])
            #expect(String(decoding: coded, as: UTF8.self) == "[\"\(family.rawValue)\"]")
            #expect(try JSONDecoder().decode([BlockFamily].self, from: coded) == [family])
        }
        #expect(BlockFamily.sewAdd.rawValue == "sew_add")
        #expect(BlockFamily.residual(.bnAfterAdd).rawValue == "residual_bn_after_add")
        #expect(BlockFamily(rawValue: "resnet") == nil)
        #expect(
            ResidualOrder.allCases.map(\.rawValue) == [
                "original", "bn-after-add", "relu-before-add", "relu-only-preactivation", "full-preactivation",
            ]
        )
    }

    @Test("Binary outputs are those of the paper's Table 1 and of its section on SEW")
    func binary() {
        let binary = BlockFamily.allCases.filter(\.hasBinaryOutputs).map(\.rawValue)
        #expect(
            binary == [
                "lsn", "sew_and", "sew_iand", "sew_iand_branch", "spiking_resnet", "residual_original",
                "residual_bn_after_add",
            ]
        )
    }

    /// Names of a block's parameters whose shape changes, as written in a checkpoint.
    @Test("A block's parameters are named by its order")
    func parameters() throws {
        func names(_ order: ResidualOrder, neuron: Neuron = Neuron()) -> [String] {
            BlockDescription(
                family: .residual(order),
                inChannels: 3,
                width: 5,
                stride: 2,
                timeSteps: 2,
                neuron: neuron
            ).stateEntries.map(\.name).filter { !$0.contains("running") }
        }
        let units = ["branch.0.conv.weight", "branch.0.bn.weight", "branch.0.bn.bias"]
        let last = ["branch.1.conv.weight", "branch.1.bn.weight", "branch.1.bn.bias"]
        let shortcut = ["shortcut.conv.weight", "shortcut.bn.weight", "shortcut.bn.bias"]
        for order in [ResidualOrder.original, .reluBeforeAdd, .reluOnlyPreactivation] {
            #expect(names(order) == units + last + shortcut)
        }
        #expect(Set(names(.bnAfterAdd)) == Set(units + last + ["shortcut.conv.weight"]))
        #expect(Set(names(.fullPreactivation)) == Set(units + last + ["shortcut.conv.weight"]))
        let full = BlockDescription(family: .residual(.fullPreactivation), inChannels: 3, width: 5, timeSteps: 2)
        #expect(full.stateEntries.first { $0.name == "branch.0.bn.weight" }?.shape == [3])
        #expect(full.stateEntries.first { $0.name == "branch.1.bn.weight" }?.shape == [5])

        func leaks(_ order: ResidualOrder) -> [String] {
            names(order, neuron: Neuron(isLeakLearned: true)).filter { $0.hasSuffix(".w") || $0.hasSuffix("neuron.w") }
        }
        #expect(leaks(.original) == ["branch.0.neuron.w", "neuron.w"])
        #expect(leaks(.bnAfterAdd) == ["branch.0.neuron.w", "neuron.w"])
        #expect(leaks(.reluBeforeAdd) == ["branch.0.neuron.w", "branch.1.neuron.w", "shortcut.neuron.w"])
        #expect(leaks(.reluOnlyPreactivation) == ["branch.0.neuron.w", "branch.1.neuron.w"])
        #expect(leaks(.fullPreactivation) == ["branch.0.neuron.w", "branch.1.neuron.w"])
    }

    @Test("tdBN is scaled by the neuron's own threshold, once more by 1/√2 where two norms meet")
    func thresholdDependence() throws {
        // A doubled threshold and doubled norms (tdBN) give the same spikes; so does any gain that is not there.
        for family in [BlockFamily.spikingResNet, .dsResNet] {
            let shape = ImageShape(images: 4, height: 4, width: 4, channels: 4)
            var generator = Philox(seed: 3, purpose: .conformance)
            let spikes = (0..<shape.count).map { _ in generator.uniform() < 0.4 ? Float(1) : 0 }
            let outputs = try [Float(1), 2].map { threshold in
                let block = try SingleBlock(
                    BlockDescription(
                        family: family,
                        inChannels: 4,
                        width: 6,
                        stride: 2,
                        timeSteps: 2,
                        neuron: Neuron(threshold: threshold)
                    ),
                    backend: backend
                )
                try block.parameters.initialize(seed: 4)
                let input = Activation.spikes(try backend.spikeTensor(spikes, shape: shape))
                return switch try block.forward(input, training: true).output {
                case .spikes(let tensor): try backend.values(tensor)
                case .real(let tensor): try backend.values(tensor)
                }
            }
            #expect(outputs[0] == outputs[1])
            #expect(outputs[0].contains(1))
        }
    }

    @Test("A SEW gate is the gate of branch and shortcut", arguments: [SEWFunction.and, .iand, .iandBranch], [1, 2])
    func gates(function: SEWFunction, stride: Int) throws {
        func run(_ function: SEWFunction) throws -> [Float] {
            let block = try SingleBlock(
                BlockDescription(
                    family: .sew(function),
                    inChannels: 6,
                    width: 6,
                    stride: stride,
                    timeSteps: 2,
                    neuron: Neuron(leak: 1)
                ),
                backend: backend
            )
            try block.parameters.initialize(seed: 4)
            let shape = ImageShape(images: 4, height: 5, width: 4, channels: 6)
            var generator = Philox(seed: 3, purpose: .conformance)
            let spikes = (0..<shape.count).map { _ in generator.uniform() < 0.6 ? Float(1) : 0 }
            let input = Activation.spikes(try backend.spikeTensor(spikes, shape: shape))
            return switch try block.forward(input, training: true).output {
            case .spikes(let tensor): try backend.values(tensor)
            case .real(let tensor): try backend.values(tensor)
            }
        }
        // The sum tells both terms apart only where it is 0 or 2: there AND is 0 and 1, IAND is 0.
        for (sum, gated) in zip(try run(.add), try run(function)) where sum != 1 {
            #expect(gated == (function == .and && sum == 2 ? 1 : 0))
        }
        #expect(try run(function).contains(1))
        // Where one of them fires, exactly one of the two gates with a negated operand does.
        for (sum, (input, branch)) in zip(try run(.add), zip(try run(.iand), try run(.iandBranch))) {
            #expect(input + branch == (sum == 1 ? 1 : 0))
        }
    }
}
