package import LSNNetworks
package import LSNTensors
import Synchronization

/// The work of a convolution or of a fully connected layer, counted over some samples.
package struct SynapseCount: Codable, Hashable, Sendable {
    /// E.g. `stages.0.1.excitatory.0.conv`, `head.fc`.
    package var name: String
    /// Additions of a weight: one for every 1 that enters and every output that it reaches.
    package var accumulates = 0
    /// Products with a weight that are added: for every value that enters and is neither 0 nor 1.
    package var multiplyAccumulates = 0
    /// What a network of real values would multiply and add in this layer, once a sample instead of at every time step.
    package var dense = 0
    /// Values that entered, those of all time steps.
    package var inputs = 0
    /// Of them, those that are not 0.
    package var activeInputs = 0

    /// Names in JSON.
    package enum CodingKeys: String, CodingKey {
        case name
        case accumulates
        case multiplyAccumulates = "multiply_accumulates"
        case dense = "dense_multiply_accumulates"
        case inputs
        case activeInputs = "active_inputs"
    }

    /// Nothing counted yet.
    package init(name: String) {
        self.name = name
    }
}

/// Counts synaptic operations as they happen, exactly: every input pixel is weighted by the number of output pixels whose
/// window it lies in, so borders and strides count as they are.
///
/// A value of 0 costs nothing, a 1 an accumulate for every output that it reaches, any other value a multiply-accumulate.
/// The layer that sees the picture multiplies all of it. What enters is read back to the host, so this is for analyses,
/// not for training.
package final class SynapseCounter: NetworkObserver {
    private struct Contents {
        var order: [String] = []
        var counts: [String: SynapseCount] = [:]
    }

    private let backend: Backend
    private let timeSteps: Int
    /// The layer that sees a picture once for all time steps; nil where what it sees changes with time.
    private let first: String?
    private let contents = Mutex(Contents())

    /// A counter that has counted nothing.
    ///
    /// - Parameters:
    ///   - backend: the network's.
    ///   - timeSteps: the network's.
    ///   - first: the layer that sees a picture, which stands still, and so passes it once; nil for frames of recordings.
    package init(backend: Backend, timeSteps: Int, first: String? = "stem.conv") {
        self.backend = backend
        self.timeSteps = timeSteps
        self.first = first
    }

    /// Every layer in order, over all passes so far.
    package var counts: [SynapseCount] {
        contents.withLock { contents in contents.order.compactMap { contents.counts[$0] } }
    }

    /// Nothing to see here.
    package func didRun(_ block: BlockObservation) throws(BackendError) {}

    /// Nothing to see here.
    package func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {}

    /// Counts a layer's work.
    package func willConvolve(_ convolution: ConvolutionObservation) throws(BackendError) {
        let shape = convolution.input.shape
        let (filter, geometry) = (convolution.filter, convolution.geometry)
        let rows = Self.reached(by: shape.height, window: filter.height, geometry)
        let columns = Self.reached(by: shape.width, window: filter.width, geometry)
        let reached = rows.reduce(0, +) * columns.reduce(0, +)
        // A picture that stands at every time step passes its layer once; so it is already one a sample.
        let isOnceASample = convolution.name == first
        let samples = isOnceASample ? shape.images : shape.images / timeSteps

        var sums = PixelSums()
        switch convolution.input {
        case .spikes(let spikes):
            let words = try backend.read(spikes.storage, count: shape.spikeWords)
            sums.add(spikes: words, shape: shape, rows: rows, columns: columns)
        case .real(let values):
            let floats = try backend.readFloats(values.storage, count: shape.realWords)
            sums.add(values: floats, shape: shape, rows: rows, columns: columns)
        }
        if isOnceASample {
            sums.ones = 0
            sums.others = reached * shape.images * shape.channels
        }
        let found = sums
        contents.withLock { contents in
            if contents.counts[convolution.name] == nil { contents.order.append(convolution.name) }
            var count = contents.counts[convolution.name] ?? SynapseCount(name: convolution.name)
            count.accumulates += found.ones * filter.outputs
            count.multiplyAccumulates += found.others * filter.outputs
            count.dense += reached * samples * filter.inputs * filter.outputs
            count.inputs += shape.count
            count.activeInputs += found.active
            contents.counts[convolution.name] = count
        }
    }

    /// For each place along an axis, how many windows it lies in.
    static func reached(by extent: Int, window: Int, _ geometry: WindowGeometry) -> [Int] {
        var result = [Int](repeating: 0, count: extent)
        for output in 0..<max(geometry.outputExtent(extent, window: window), 0) {
            for tap in 0..<window {
                let place = output * geometry.stride + tap - geometry.padding
                if result.indices.contains(place) { result[place] += 1 }
            }
        }
        return result
    }
}

/// Sums over the values of an activation, each weighted by the windows that its pixel lies in.
private struct PixelSums {
    /// Of values that are 1.
    var ones = 0
    /// Of values that are neither 0 nor 1.
    var others = 0
    /// How many values are not 0, not weighted.
    var active = 0

    mutating func add(spikes words: [UInt32], shape: ImageShape, rows: [Int], columns: [Int]) {
        forEachPixel(shape, rows, columns) { sums, pixel, weight in
            let first = pixel * shape.wordsPerPixel
            var count = 0
            for word in first..<first + shape.wordsPerPixel { count += words[word].nonzeroBitCount }
            sums.active += count
            sums.ones += weight * count
        }
    }

    mutating func add(values: [Float], shape: ImageShape, rows: [Int], columns: [Int]) {
        forEachPixel(shape, rows, columns) { sums, pixel, weight in
            let first = pixel * shape.channelStride
            for index in first..<first + shape.channels where values[index] != 0 {
                sums.active += 1
                if values[index] == 1 { sums.ones += weight } else { sums.others += weight }
            }
        }
    }

    private mutating func forEachPixel(
        _ shape: ImageShape,
        _ rows: [Int],
        _ columns: [Int],
        _ body: (inout PixelSums, _ pixel: Int, _ weight: Int) -> Void
    ) {
        var pixel = 0
        for _ in 0..<shape.images {
            for row in rows {
                for column in columns {
                    body(&self, pixel, row * column)
                    pixel += 1
                }
            }
        }
    }
}
