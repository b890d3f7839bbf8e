import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

struct MaxPoolCase: OperationCase {
    var shape: ImageShape
    var window: Int
    var geometry: WindowGeometry

    var size: Int { shape.realWords }
    var testDescription: String {
        "\(shape) window \(window) stride \(geometry.stride) padding \(geometry.padding)"
    }
    /// Sums of a few gradients, in the order of their windows.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let input = try backend.spikes(numbers.spikes(shape.count, rate: 0.15), shape)
        let output = try backend.maxPool(input, window: window, geometry: geometry)
        let gradient = try backend.real(numbers.normal(output.shape.count), output.shape)
        let result = try backend.maxPoolBackward(gradient, input: input, window: window, geometry: geometry)
        // Few numbers: windows have several maxima.
        let values = try backend.real(numbers.grid(shape.count, step: 0.5, range: 2), shape)
        let largest = try backend.maxPool(values, window: window, geometry: geometry)
        let byValues = try backend.maxPoolBackward(gradient, input: values, window: window, geometry: geometry)
        return [
            Output("output", output), Output("gradient", result), Output("largest", largest),
            Output("gradient of the largest", byValues),
        ]
    }
}

struct AveragePoolCase: OperationCase {
    var shape: ImageShape
    /// `nil` for the global average.
    var window: Int?

    var size: Int { shape.realWords }
    var testDescription: String { "\(shape) window \(window.map(String.init) ?? "whole image")" }
    /// Sums by rows, and a division.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let spikes = Activation.spikes(try backend.spikes(numbers.spikes(shape.count), shape))
        let real = Activation.real(try backend.real(numbers.normal(shape.count), shape))
        let outputs = [try average(spikes, on: backend), try average(real, on: backend)]
        let gradient = try backend.real(numbers.normal(outputs[0].shape.count), outputs[0].shape)
        let result =
            if let window {
                try backend.averagePoolBackward(gradient, inputShape: shape, window: window)
            } else {
                try backend.globalAveragePoolBackward(gradient, inputShape: shape)
            }
        return [Output("of spikes", outputs[0]), Output("of real", outputs[1]), Output("gradient", result)]
    }

    private func average(_ input: Activation, on backend: Backend) throws -> RealTensor {
        if let window { try backend.averagePool(input, window: window) } else { try backend.globalAveragePool(input) }
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct PoolingTests {
    static let maxCases: [MaxPoolCase] =
        shapes.dropFirst().map {
            MaxPoolCase(shape: $0, window: 3, geometry: WindowGeometry(stride: 2, padding: 1))
        } + [
            MaxPoolCase(shape: shapes[0], window: 3, geometry: WindowGeometry(stride: 2, padding: 1)),
            MaxPoolCase(shape: shapes[1], window: 2, geometry: WindowGeometry(stride: 2)),
            MaxPoolCase(shape: shapes[4], window: 3, geometry: WindowGeometry(stride: 1, padding: 1)),
            MaxPoolCase(shape: shapes[3], window: 2, geometry: WindowGeometry(stride: 3)),
            MaxPoolCase(shape: shapes[5], window: 3, geometry: WindowGeometry(stride: 1, padding: 2)),
        ]

    @Test(arguments: affordable(maxCases))
    func maxPool(_ operation: MaxPoolCase) throws {
        try check(operation)
    }

    static let averageCases: [AveragePoolCase] =
        shapes.map { AveragePoolCase(shape: $0) }
        + shapes.dropFirst().map { AveragePoolCase(shape: $0, window: 2) }
        + [AveragePoolCase(shape: shapes[8], window: 7), AveragePoolCase(shape: shapes[0], window: 1)]

    @Test(arguments: affordable(averageCases))
    func averagePool(_ operation: AveragePoolCase) throws {
        try check(operation)
    }
}
