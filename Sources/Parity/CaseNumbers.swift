import Tensors

/// Random numbers for a catalogue case, the same on every machine: they depend on the case's name and the attempt alone.
struct CaseNumbers {
    private var generator: Philox

    init(name: String, attempt: Int) {
        // FNV-1a: String's own hash differs from run to run.
        let seed = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        generator = Philox(seed: seed, purpose: .parity, index: attempt)
    }

    /// Uniform in `range`.
    mutating func values(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
        let width = range.upperBound - range.lowerBound
        return (0..<count).map { _ in range.lowerBound + width * generator.uniform() }
    }

    /// Ones at the given rate, else zeros.
    mutating func spikes(_ count: Int, rate: Float = 0.3) -> [Float] {
        (0..<count).map { _ in generator.uniform() < rate ? 1 : 0 }
    }

    /// Integers below `bound`, as floats.
    mutating func integers(_ count: Int, below bound: Int) -> [Float] {
        (0..<count).map { _ in Float(generator.integer(below: bound)) }
    }

    /// A tensor of values that are uniform in `range`.
    mutating func tensor(_ name: String, _ shape: [Int], in range: ClosedRange<Float> = -1...1) -> NamedTensor {
        NamedTensor(name: name, shape: shape, values: values(shape.reduce(1, *), in: range))
    }

    /// A tensor of spikes.
    mutating func spikeTensor(_ name: String, _ shape: [Int], rate: Float = 0.3) -> NamedTensor {
        NamedTensor(name: name, shape: shape, values: spikes(shape.reduce(1, *), rate: rate))
    }
}
