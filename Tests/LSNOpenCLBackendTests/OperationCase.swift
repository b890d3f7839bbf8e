import Foundation
@testable import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNReferenceBackend
import LSNTensors
import Testing

/// What an operation made.
struct Output: Sendable {
    enum Content {
        /// Floats, to be compared within the case's tolerance of the largest.
        case floats
        /// Words, to be equal.
        case words
    }

    let name: String
    let storage: any Storage
    let count: Int
    let content: Content
    /// Whether nothing else of the case lay in its memory before, so that what lies behind it must be untouched.
    let isFresh: Bool

    init(_ name: String, floats storage: any Storage, _ count: Int, isFresh: Bool = true) {
        (self.name, self.storage, self.count, content, self.isFresh) = (name, storage, count, .floats, isFresh)
    }

    init(_ name: String, words storage: any Storage, _ count: Int, isFresh: Bool = true) {
        (self.name, self.storage, self.count, content, self.isFresh) = (name, storage, count, .words, isFresh)
    }

    init(_ name: String, _ tensor: RealTensor) {
        self.init(name, floats: tensor.storage, tensor.shape.realWords)
    }

    init(_ name: String, _ tensor: SpikeTensor) {
        self.init(name, words: tensor.storage, tensor.shape.spikeWords)
    }

    init(_ name: String, _ vector: ChannelVector) {
        self.init(name, floats: vector.storage, roundUp(vector.channels, toMultipleOf: ImageShape.channelAlignment))
    }
}

/// An operation with operands.
protocol OperationCase: Sendable, CustomTestStringConvertible {
    /// How far floats may be apart, relative to the largest of their tensor.
    var tolerance: Float { get }
    /// Words of its largest operand, roughly.
    var size: Int { get }
    /// Runs on any backend, from the same numbers.
    func run(on backend: Backend) throws -> [Output]
}

/// The cases to run: all, or, where LSN_SMALL_CASES is 1 (under an interpreter such as Oclgrind), the small ones.
func affordable<Case: OperationCase>(_ cases: [Case]) -> [Case] {
    guard ProcessInfo.processInfo.environment["LSN_SMALL_CASES"] == "1" else { return cases }
    return cases.filter { $0.size <= 50_000 }
}

/// Compares the device with the reference, spare channels and bits included; and runs on the device once more, in
/// memory full of NaN: nothing may depend on what was there before, nothing may be written behind an output, and the
/// bits must be the same.
func check(_ operation: some OperationCase) throws {
    let kernels = try TestDevice.kernels()
    let device = Backend(kernels)
    let first = try checkValues(operation, on: device)
    try poisonPool(of: kernels)
    for (output, words) in zip(try operation.run(on: device), first) {
        #expect(
            try device.read(output.storage, count: output.count) == words,
            "\(output.name): the second run gave other bits"
        )
        #expect(
            try !output.isFresh || wordsBehind(output.storage, on: kernels).allSatisfy { $0 == poison },
            "\(output.name): something was written behind it"
        )
    }
}

/// Compares the device with the reference and gives what the device computed.
private func checkValues(_ operation: some OperationCase, on device: Backend) throws -> [[UInt32]] {
    let reference = Backend(ReferenceBackend())
    let expected = try operation.run(on: reference)
    let outputs = try operation.run(on: device)
    #expect(outputs.map(\.name) == expected.map(\.name))
    return try zip(outputs, expected).map { output, model in
        let words = try device.read(output.storage, count: output.count)
        compare(words, try reference.read(model.storage, count: model.count), output, operation.tolerance)
        return words
    }
}

/// A NaN that no operation makes.
private let poison: UInt32 = 0x7fc0_0bad

/// Fills every buffer that waits for reuse, and some more of every size: the second run may need another one, as what
/// goes out of use when is up to the compiler.
private func poisonPool(of device: OpenCLBackend) throws {
    var held: [any Storage] = []
    var words = 0
    while device.memoryUsage.pooledBytes > 0 {
        words = StoragePool.bucket(words: words + 1)
        var new = 0
        while new < 4 {
            let pooled = device.memoryUsage.pooledBytes
            let storage = try device.allocate(words: words)
            new += device.memoryUsage.pooledBytes == pooled ? 1 : 0
            try device.fill(storage, with: poison, count: words)
            held.append(storage)
        }
    }
}

/// The buffer that a storage lies in.
func buffer(of storage: any Storage) throws -> Buffer {
    let own = try #require(storage as? OpenCLStorage)
    return try #require(own.buffer)
}

/// What lies in a storage's buffer behind its last word: buffers are a little larger than what was asked for.
private func wordsBehind(_ storage: any Storage, on device: OpenCLBackend) throws -> [UInt32] {
    let (queue, buffer) = (try #require(device.queue), try buffer(of: storage))
    var words = [UInt32](repeating: 0, count: buffer.bytes / 4)
    var span = words.mutableSpan
    try unsafe span.withUnsafeMutableBytes { try unsafe queue.read(buffer, into: $0) }
    return Array(words[storage.words...])
}

private func compare(_ words: [UInt32], _ model: [UInt32], _ output: Output, _ tolerance: Float) {
    guard output.content == .floats else {
        let differing = zip(words, model).count(where: !=)
        #expect(differing == 0, "\(output.name): \(differing) of \(words.count) words differ")
        return
    }
    let values = words.map(Float.init(bitPattern:))
    let modelValues = model.map(Float.init(bitPattern:))
    #expect(modelValues.contains { $0 != 0 }, "\(output.name): the expected output is all zero")
    let largest = modelValues.reduce(0) { max($0, abs($1)) }
    var worst: (index: Int, error: Float)?
    for (index, (value, modelValue)) in zip(values, modelValues).enumerated() {
        let error = abs(value - modelValue)
        // The negation catches NaN.
        if !(error <= tolerance * largest), !(value.isNaN && modelValue.isNaN), !(error <= worst?.error ?? -1) {
            worst = (index, error)
        }
    }
    if let worst {
        Issue.record(
            """
            \(output.name)[\(worst.index)] is \(values[worst.index]), expected \(modelValues[worst.index]) \
            (largest \(largest), tolerance \(tolerance))
            """
        )
    }
}
