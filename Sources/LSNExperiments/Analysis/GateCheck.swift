package import LSNNetworks
package import LSNTensors
import Synchronization

/// How the outputs of a block were found to be, value by value.
package struct OutputCheck: Codable, Hashable, Sendable {
    /// Values that were looked at.
    package var values = 0
    /// Of them, those that are neither 0 nor 1.
    package var notBinary = 0
    /// Of them, those that are no whole numbers.
    package var notIntegers = 0
    /// Of an LSN block, those where the gate's real-valued form gives another value than its logical one.
    package var mismatches = 0

    /// Nothing looked at yet.
    package init() {}

    /// Names in JSON.
    package enum CodingKeys: String, CodingKey {
        case values
        case notBinary = "not_binary"
        case notIntegers = "not_integers"
        case mismatches
    }

    /// The sum of two.
    static func + (a: OutputCheck, b: OutputCheck) -> OutputCheck {
        var sum = a
        sum.values += b.values
        sum.notBinary += b.notBinary
        sum.notIntegers += b.notIntegers
        sum.mismatches += b.mismatches
        return sum
    }
}

/// Looks whether what leaves a block is 0 or 1, without trusting that it is stored in bits.
///
/// Of an LSN block the real-valued form of the gate, the one that is differentiated,
///
///     X' = (1 − T)·X + H,  T = E + I − 2EI,  H = E − EI
///
/// is evaluated in floating point for every neuron, its values are counted, and compared with the spikes that the device
/// computed. Of other families the values themselves are counted.
package final class GateCheck: NetworkObserver {
    private let backend: Backend
    private let found = Mutex<[String: OutputCheck]>([:])

    /// A check that has looked at nothing.
    package init(backend: Backend) {
        self.backend = backend
    }

    /// By the name of the block, over all passes so far.
    package var checks: [String: OutputCheck] { found.withLock { $0 } }

    /// Looks at the block's output.
    package func didRun(_ block: BlockObservation) throws(BackendError) {
        let check: OutputCheck
        switch block.output {
        case .spikes(let output):
            if case .spikes(let input) = block.input, let excitatory = block.excitatory,
                let inhibitory = block.inhibitory
            {
                let operands = [input, excitatory, inhibitory, output]
                var words: [[UInt32]] = []
                for tensor in operands {
                    words.append(try backend.read(tensor.storage, count: tensor.shape.spikeWords))
                }
                check = Self.gate(x: words[0], e: words[1], i: words[2], output: words[3], shape: output.shape)
            } else {
                check = Self.count(try backend.values(output))
            }
        case .real(let output):
            check = Self.count(try backend.values(output))
        }
        found.withLock { $0[block.name] = ($0[block.name] ?? OutputCheck()) + check }
    }

    /// Nothing to see here.
    package func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {}

    private static func count(_ values: [Float]) -> OutputCheck {
        var check = OutputCheck()
        check.values = values.count
        check.notBinary = values.count { $0 != 0 && $0 != 1 }
        check.notIntegers = values.count { $0 != $0.rounded() }
        return check
    }

    /// The gate's real-valued form at every neuron.
    private static func gate(x: [UInt32], e: [UInt32], i: [UInt32], output: [UInt32], shape: ImageShape) -> OutputCheck
    {
        var check = OutputCheck()
        check.values = shape.count
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels {
                let word = pixel * shape.wordsPerPixel + channel / ImageShape.spikesPerWord
                let place = UInt32(channel % ImageShape.spikesPerWord)
                func value(_ words: [UInt32]) -> Float { Float(words[word] >> place & 1) }
                let (input, excitatory, inhibitory) = (value(x), value(e), value(i))
                let both = excitatory * inhibitory
                let t = excitatory + inhibitory - 2 * both
                let h = excitatory - both
                let real = (1 - t) * input + h
                if real != 0, real != 1 { check.notBinary += 1 }
                if real != real.rounded() { check.notIntegers += 1 }
                if real != value(output) { check.mismatches += 1 }
            }
        }
        return check
    }
}
