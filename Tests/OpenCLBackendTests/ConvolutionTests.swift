import OpenCLBackend
import OpenCLRuntime
import ReferenceBackend
import Tensors
import Testing

/// Convolutions of every shape that a network has, and of awkward ones, against the reference.
@Suite struct ConvolutionTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var images: Int
        var height: Int
        var width: Int
        var inputs: Int
        var outputs: Int
        var window: Int
        var stride: Int
        var padding: Int

        var input: ImageShape { ImageShape(images: images, height: height, width: width, channels: inputs) }
        var filter: FilterShape { FilterShape(outputs: outputs, inputs: inputs, height: window, width: window) }
        var geometry: WindowGeometry { WindowGeometry(stride: stride, padding: padding) }
        var testDescription: String {
            "\(input) to \(outputs), \(window)x\(window), stride \(stride), padding \(padding)"
        }

        init(_ images: Int, _ size: (Int, Int), _ channels: (Int, Int), _ window: Int, _ stride: Int, _ padding: Int) {
            self.images = images
            height = size.0
            width = size.1
            inputs = channels.0
            outputs = channels.1
            self.window = window
            self.stride = stride
            self.padding = padding
        }
    }

    static let cases = [
        Case(1, (1, 1), (1, 1), 1, 1, 0),
        Case(2, (9, 7), (3, 5), 3, 1, 1),
        Case(2, (9, 7), (12, 24), 3, 2, 1),
        Case(1, (13, 11), (37, 5), 7, 2, 3),
        Case(3, (5, 5), (33, 65), 1, 2, 0),
        Case(2, (8, 10), (31, 9), 5, 3, 1),
        Case(2, (6, 3), (64, 40), 3, 1, 0),
        Case(1, (4, 4), (100, 96), 3, 1, 2),
        Case(2, (4, 5), (2, 8), 2, 3, 0),
        Case(40, (28, 28), (8, 8), 3, 1, 1),
        Case(40, (14, 14), (16, 32), 3, 2, 1),
        Case(50, (1, 1), (32, 256), 1, 1, 0),
        Case(50, (1, 1), (256, 10), 1, 1, 0),
    ]

    @Test(arguments: cases, [true, false])
    func matchesTheReference(_ test: Case, isSpikes: Bool) throws {
        let openCL = try TestDevice.backend()
        let reference = ReferenceBackend()
        var random = Philox(seed: 1, purpose: .parity, index: test.inputs)
        let input = (0..<test.input.count).map { _ in
            isSpikes ? (random.uniform() < 0.3 ? 1 : 0) : random.uniform() * 2 - 1
        }
        let weights = (0..<test.filter.count).map { _ in random.uniform() * 2 - 1 }
        let output = test.geometry.output(of: test.input, filter: test.filter)
        let cotangent = (0..<output.count).map { _ in random.uniform() * 2 - 1 }
        let before = (0..<test.input.count).map { _ in random.uniform() * 2 - 1 }
        let expected = try Self.run(test, reference, isSpikes, input, weights, cotangent, before)
        let found = try Self.run(test, openCL, isSpikes, input, weights, cotangent, before)
        let tolerances: [Float] = [2e-5, 5e-5, 5e-5, 1e-4]
        for (index, tolerance) in tolerances.enumerated() {
            #expect(worstError(found[index], expected[index]) <= tolerance, "result \(index)")
        }
        #expect(try Self.run(test, openCL, isSpikes, input, weights, cotangent, before) == found)
    }

    /// Output, input gradient, accumulated input gradient, weight gradient.
    static func run<B: ConvolutionOperations>(
        _ test: Case,
        _ backend: B,
        _ isSpikes: Bool,
        _ input: [Float],
        _ weights: [Float],
        _ cotangent: [Float],
        _ before: [Float]
    ) throws -> [[Float]] {
        let output = test.geometry.output(of: test.input, filter: test.filter)
        let activation: Activation<B> =
            isSpikes
            ? .spikes(
                SpikeTensor(
                    shape: test.input,
                    storage: try backend.upload(HostLayout.spikeWords(input, shape: test.input))
                )
            )
            : .real(
                RealTensor(
                    shape: test.input,
                    storage: try backend.upload(HostLayout.realWords(input, shape: test.input))
                )
            )
        let filter = Filter<B>(
            shape: test.filter,
            storage: try backend.upload(HostLayout.filterWords(weights, shape: test.filter))
        )
        let gradient = RealTensor<B>(
            shape: output,
            storage: try backend.upload(HostLayout.realWords(cotangent, shape: output))
        )
        let accumulator = RealTensor<B>(
            shape: test.input,
            storage: try backend.upload(HostLayout.realWords(before, shape: test.input))
        )
        let weightGradient = Filter<B>(shape: test.filter, storage: try backend.allocate(words: test.filter.words))
        let y = try backend.convolve(activation, filter: filter, geometry: test.geometry)
        var results: [[Float]] = [try words(of: y, backend)]
        for start in [nil, accumulator] {
            let dx = try backend.convolveBackwardData(
                gradient,
                filter: filter,
                geometry: test.geometry,
                inputShape: test.input,
                accumulator: start
            )
            results.append(try words(of: dx, backend))
        }
        try backend.convolveBackwardFilter(
            input: activation,
            gradient: gradient,
            geometry: test.geometry,
            result: weightGradient
        )
        results.append(try backend.readFloats(weightGradient.storage, count: test.filter.words))
        return results
    }

    /// All words, spare channels too: they must be zero on both sides.
    static func words<B: ConvolutionOperations>(of tensor: RealTensor<B>, _ backend: B) throws -> [Float] {
        try backend.readFloats(tensor.storage, count: tensor.shape.realWords)
    }
}

/// max|a − b| / max|b|.
func worstError(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    let largest = b.map(abs).max() ?? 0
    let worst = zip(a, b).map { abs($0 - $1) }.reduce(0) { $1 <= $0 ? $0 : $1 }
    return largest > 0 ? worst / largest : worst
}

/// The device that the tests run on.
enum TestDevice {
    /// A backend with the embedded kernels on the first device.
    static func backend() throws -> OpenCLBackend {
        let device = try #require(try OpenCL.devices().first)
        let queue = try ComputeQueue(device: device, sources: .embedded(), cache: .standard(), profiling: false)
        return try OpenCLBackend(queue: queue)
    }
}
