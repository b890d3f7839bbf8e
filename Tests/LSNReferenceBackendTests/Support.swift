import LSNReferenceBackend
import LSNTensors
import Testing

let reference = Backend(ReferenceBackend())

typealias Real = RealTensor
typealias Spikes = SpikeTensor

/// Uniform numbers between −1 and 1; the same for the same seed.
func randomValues(_ count: Int, seed: UInt64) -> [Float] {
    var generator = Philox(seed: seed, purpose: .conformance)
    return (0..<count).map { _ in 2 * generator.uniform() - 1 }
}

/// Zeros, and ones at the given rate.
func randomSpikes(_ count: Int, seed: UInt64, rate: Float = 0.4) -> [Float] {
    var generator = Philox(seed: seed, purpose: .conformance)
    return (0..<count).map { _ in generator.uniform() < rate ? 1 : 0 }
}

func dot(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

/// The largest difference, relative to the largest expected value.
func relativeError(_ actual: [Float], _ expected: [Float]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    let scale = expected.reduce(0) { max($0, abs(Double($1))) }
    let worst = zip(actual, expected).reduce(0.0) { largest, pair in
        let difference = abs(Double(pair.0) - Double(pair.1))
        return difference.isNaN ? .infinity : max(largest, difference)
    }
    return scale == 0 ? worst : worst / scale
}

/// Compares a gradient with central differences of `loss`, element by element, relative to the largest of them.
///
/// The default step leaves, for outputs of order 1 rounded to Float, about 1e-5 of rounding.
func expectGradient(
    _ gradient: [Float],
    at values: [Float],
    step: Float = 1 / 64,
    tolerance: Double = 1e-3,
    sourceLocation: SourceLocation = #_sourceLocation,
    of loss: ([Float]) throws -> Double
) throws {
    var differences: [Float] = []
    for index in values.indices {
        var (above, below) = (values, values)
        above[index] += step
        below[index] -= step
        let width = Double(above[index]) - Double(below[index])
        differences.append(Float((try loss(above) - loss(below)) / width))
    }
    #expect(differences.contains { $0 != 0 }, "the loss does not depend on the values", sourceLocation: sourceLocation)
    let error = relativeError(gradient, differences)
    #expect(
        error < tolerance,
        "gradient is off by \(error): \(gradient.prefix(8)) against \(differences.prefix(8))",
        sourceLocation: sourceLocation
    )
}

/// Whether the padding of a real tensor holds zeros.
func sparesAreZero(_ tensor: Real) throws -> Bool {
    let words = try reference.readFloats(tensor.storage, count: tensor.shape.realWords)
    let clean = HostLayout.realWords(HostLayout.realValues(words, shape: tensor.shape), shape: tensor.shape)
    return words.map(\.bitPattern) == clean.map(\.bitPattern)
}

/// Whether the spare bits of a spike tensor are zero.
func sparesAreZero(_ tensor: Spikes) throws -> Bool {
    let words = try reference.read(tensor.storage, count: tensor.shape.spikeWords)
    return words == HostLayout.spikeWords(HostLayout.spikeValues(words, shape: tensor.shape), shape: tensor.shape)
}
