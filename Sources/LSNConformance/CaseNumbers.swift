import LSNHostSystem
package import LSNTensors

/// Random numbers for a catalogue case, the same on every machine: they depend on the case's name and the attempt alone.
package struct CaseNumbers {
    private var generator: Philox

    package init(name: String, attempt: Int) {
        // String's own hash differs from run to run.
        var fingerprint = Fingerprint()
        fingerprint.add(name.utf8)
        generator = Philox(seed: fingerprint.value, purpose: .conformance, index: attempt)
    }

    /// Uniform in `range`.
    package mutating func values(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
        let width = range.upperBound - range.lowerBound
        return (0..<count).map { _ in range.lowerBound + width * generator.uniform() }
    }

    /// Ones at the given rate, else zeros.
    package mutating func spikes(_ count: Int, rate: Float = 0.3) -> [Float] {
        (0..<count).map { _ in generator.uniform() < rate ? 1 : 0 }
    }

    /// Integers below `bound`, as floats.
    package mutating func integers(_ count: Int, below bound: Int) -> [Float] {
        (0..<count).map { _ in Float(generator.integer(below: bound)) }
    }

    /// A tensor of values that are uniform in `range`.
    package mutating func tensor(_ name: String, _ shape: [Int], in range: ClosedRange<Float> = -1...1) -> NamedTensor {
        NamedTensor(name: name, shape: shape, values: values(shape.reduce(1, *), in: range))
    }

    /// A tensor of spikes.
    package mutating func spikeTensor(_ name: String, _ shape: [Int], rate: Float = 0.3) -> NamedTensor {
        NamedTensor(name: name, shape: shape, values: spikes(shape.reduce(1, *), rate: rate))
    }
}
