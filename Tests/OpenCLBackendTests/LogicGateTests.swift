import OpenCLBackend
import ReferenceBackend
import Tensors
import Testing

struct LogicGateCase: OperationCase {
    var shape: ImageShape

    var size: Int { shape.realWords }
    var testDescription: String { "\(shape)" }
    /// Spikes and masks: nothing is rounded.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let input = try backend.spikes(numbers.spikes(shape.count, rate: 0.5), shape)
        let excitatory = try backend.spikes(numbers.spikes(shape.count, rate: 0.5), shape)
        let inhibitory = try backend.spikes(numbers.spikes(shape.count, rate: 0.5), shape)
        let gradient = try backend.real(numbers.normal(shape.count), shape)
        let output = try backend.logicGate(input: input, excitatory: excitatory, inhibitory: inhibitory)
        let gradients = try backend.logicGateBackward(
            gradient,
            input: input,
            excitatory: excitatory,
            inhibitory: inhibitory
        )
        return [
            Output("output", output), Output("input gradient", gradients.input),
            Output("excitatory gradient", gradients.excitatory), Output("inhibitory gradient", gradients.inhibitory),
        ]
    }
}

struct SpikeGateCase: OperationCase {
    var gate: SpikeGate
    var shape: ImageShape

    var size: Int { shape.realWords }
    var testDescription: String { "\(gate) \(shape)" }
    /// Spikes and masks: nothing is rounded.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let input = try backend.spikes(numbers.spikes(shape.count, rate: 0.5), shape)
        let branch = try backend.spikes(numbers.spikes(shape.count, rate: 0.5), shape)
        let gradient = try backend.real(numbers.normal(shape.count), shape)
        let output = try backend.spikeGate(gate, input: input, branch: branch)
        let gradients = try backend.spikeGateBackward(gate, gradient: gradient, input: input, branch: branch)
        return [
            Output("output", output), Output("input gradient", gradients.input),
            Output("branch gradient", gradients.branch),
        ]
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct LogicGateTests {
    @Test(arguments: affordable(shapes.map { LogicGateCase(shape: $0) }))
    func gate(_ operation: LogicGateCase) throws {
        try check(operation)
    }

    // The smallest shape has four values, which may all be silent.
    static let spikeGates = SpikeGate.allCases.flatMap { gate in
        shapes.dropFirst().map { SpikeGateCase(gate: gate, shape: $0) }
    }

    @Test(arguments: affordable(spikeGates))
    func spikeGate(_ operation: SpikeGateCase) throws {
        try check(operation)
    }
}
