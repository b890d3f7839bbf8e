import Foundation
import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors

/// Random operands, the same on every backend: each tensor of a case has a stream of its own.
struct Numbers {
    private var stream = 0

    private mutating func next() -> Philox {
        stream += 1
        return Philox(seed: 2, purpose: .conformance, index: stream)
    }

    /// Roughly normal, mean 0, deviation 1.
    mutating func normal(_ count: Int, mean: Float = 0, deviation: Float = 1) -> [Float] {
        var random = next()
        return (0..<count).map { _ in
            let sum = (0..<6).reduce(Float(0)) { sum, _ in sum + random.uniform() }
            return mean + deviation * (sum - 3) * 1.4142135
        }
    }

    /// Multiples of `step` from `-range` to `range`: sums and products with few bits are exact.
    mutating func grid(_ count: Int, step: Float, range: Float) -> [Float] {
        var random = next()
        let last = Int((range / step).rounded())
        return (0..<count).map { _ in Float(random.integer(below: 2 * last + 1) - last) * step }
    }

    /// Picked from `values`.
    mutating func picks(_ count: Int, from values: [Float]) -> [Float] {
        var random = next()
        return (0..<count).map { _ in values[random.integer(below: values.count)] }
    }

    /// 0 or 1.
    mutating func spikes(_ count: Int, rate: Float = 0.3) -> [Float] {
        var random = next()
        return (0..<count).map { _ in random.uniform() < rate ? 1 : 0 }
    }

    /// Words below `bound`.
    mutating func words(_ count: Int, below bound: Int) -> [UInt32] {
        var random = next()
        return (0..<count).map { _ in UInt32(random.integer(below: bound)) }
    }
}

extension Backend {
    func real(_ values: [Float], _ shape: ImageShape) throws(BackendError) -> RealTensor {
        RealTensor(shape: shape, storage: try upload(HostLayout.realWords(values, shape: shape)))
    }

    func spikes(_ values: [Float], _ shape: ImageShape) throws(BackendError) -> SpikeTensor {
        SpikeTensor(shape: shape, storage: try upload(HostLayout.spikeWords(values, shape: shape)))
    }

    func vector(_ values: [Float]) throws(BackendError) -> ChannelVector {
        ChannelVector(channels: values.count, storage: try upload(HostLayout.channelWords(values)))
    }
}

/// Shapes that are awkward (odd extents, spare channels, a last word that is not full) and shapes that span many
/// work-groups; images divide by four.
let shapes = [
    ImageShape(images: 4, height: 1, width: 1, channels: 1),
    ImageShape(images: 4, height: 5, width: 7, channels: 3),
    ImageShape(images: 8, height: 3, width: 3, channels: 13),
    ImageShape(images: 4, height: 6, width: 5, channels: 24),
    ImageShape(images: 4, height: 4, width: 9, channels: 40),
    ImageShape(images: 4, height: 7, width: 3, channels: 61),
    ImageShape(images: 4, height: 3, width: 4, channels: 100),
    ImageShape(images: 20, height: 28, width: 28, channels: 8),
    ImageShape(images: 12, height: 33, width: 31, channels: 20),
    ImageShape(images: 8, height: 32, width: 32, channels: 48),
    ImageShape(images: 12, height: 17, width: 15, channels: 8),
    ImageShape(images: 4, height: 2, width: 3, channels: 270),
]
