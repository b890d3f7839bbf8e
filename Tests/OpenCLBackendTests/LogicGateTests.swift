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

    func run<B: Backend>(on backend: B) throws -> [Output<B>] {
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

@Suite(.enabled(if: TestDevice.isUsed))
struct LogicGateTests {
    @Test(arguments: affordable(shapes.map { LogicGateCase(shape: $0) }))
    func gate(_ operation: LogicGateCase) throws {
        try check(operation)
    }
}
