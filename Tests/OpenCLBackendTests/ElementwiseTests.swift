import OpenCLBackend
import ReferenceBackend
import Tensors
import Testing

struct ElementwiseCase: OperationCase {
    var shape: ImageShape

    var size: Int { shape.realWords }
    var testDescription: String { "\(shape)" }
    /// Two roundings at most.
    var tolerance: Float { 2e-7 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let a = Activation.real(try backend.real(numbers.normal(shape.count), shape))
        let b = Activation.real(try backend.real(numbers.normal(shape.count), shape))
        let x = Activation.spikes(try backend.spikes(numbers.spikes(shape.count, rate: 0.6), shape))
        let y = Activation.spikes(try backend.spikes(numbers.spikes(shape.count, rate: 0.6), shape))
        let sum = try backend.sum(a, b)
        let copy = try backend.copy(sum)
        try backend.accumulate(try backend.sum(x, y), into: sum)
        let still = try backend.real(numbers.normal(shape.count), shape)
        let repeated = try backend.repeatOverTime(still, steps: 3)
        let moving = try backend.real(numbers.normal(repeated.shape.count), repeated.shape)
        return [
            Output("repeated", repeated), Output("summed", try backend.sumOverTime(moving, steps: 3)),
            Output("real + spikes", try backend.sum(a, x)), Output("spikes + real", try backend.sum(x, b)),
            Output("spikes + spikes", try backend.sum(x, y)), Output("copy", copy), Output("accumulated", sum),
        ]
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct ElementwiseTests {
    // The last leaves a rest that is no multiple of 16 words.
    static let cases =
        shapes.map { ElementwiseCase(shape: $0) } + [
            ElementwiseCase(shape: ImageShape(images: 3, height: 5, width: 7, channels: 3))
        ]

    @Test(arguments: affordable(cases))
    func elementwise(_ operation: ElementwiseCase) throws {
        try check(operation)
    }
}
