/// Conversions between the order in which files and people write tensors (PyTorch's: `[N, C, H, W]`, weights
/// `[out, in, kH, kW]`) and the order in which every backend stores them (see ``RealTensor``, ``SpikeTensor``,
/// ``Filter``). Arrays of another length than the shape's are a programming error and end the process; ``Backend``'s functions
/// of the same purpose throw instead.
public enum HostLayout {
    /// `[N, C, H, W]` floats to the storage of a real tensor.
    public static func realWords(_ values: [Float], shape: ImageShape) -> [Float] {
        precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
        var words = [Float](repeating: 0, count: shape.realWords)
        forEachValue(of: shape) { logical, pixel, channel in
            words[pixel * shape.channelStride + channel] = values[logical]
        }
        return words
    }

    /// The storage of a real tensor to `[N, C, H, W]` floats.
    public static func realValues(_ words: [Float], shape: ImageShape) -> [Float] {
        var values = [Float](repeating: 0, count: shape.count)
        forEachValue(of: shape) { logical, pixel, channel in
            values[logical] = words[pixel * shape.channelStride + channel]
        }
        return values
    }

    /// `[N, C, H, W]` values, each 0 or 1, to the storage of a spike tensor. Any other value counts as a spike.
    public static func spikeWords(_ values: [Float], shape: ImageShape) -> [UInt32] {
        precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
        var words = [UInt32](repeating: 0, count: shape.spikeWords)
        forEachValue(of: shape) { logical, pixel, channel in
            if values[logical] != 0 {
                words[pixel * shape.wordsPerPixel + channel / 32] |= 1 << UInt32(channel % 32)
            }
        }
        return words
    }

    /// The storage of a spike tensor to `[N, C, H, W]` floats, 0 or 1.
    public static func spikeValues(_ words: [UInt32], shape: ImageShape) -> [Float] {
        var values = [Float](repeating: 0, count: shape.count)
        forEachValue(of: shape) { logical, pixel, channel in
            let bit = words[pixel * shape.wordsPerPixel + channel / 32] >> UInt32(channel % 32) & 1
            values[logical] = Float(bit)
        }
        return values
    }

    /// `[out, in, kH, kW]` weights to the storage of a filter.
    public static func filterWords(_ values: [Float], shape: FilterShape) -> [Float] {
        precondition(values.count == shape.count, "\(values.count) weights for shape \(shape)")
        var words = [Float](repeating: 0, count: shape.words)
        forEachWeight(of: shape, in: 0..<shape.count) { logical, stored in words[stored] = values[logical] }
        return words
    }

    /// The storage of a filter to `[out, in, kH, kW]` weights.
    public static func filterValues(_ words: [Float], shape: FilterShape) -> [Float] {
        var values = [Float](repeating: 0, count: shape.count)
        forEachWeight(of: shape, in: 0..<shape.count) { logical, stored in values[logical] = words[stored] }
        return values
    }

    /// Of a filter's storage, the bits of the weights that stand at `range` in the order `[out, in, kH, kW]`.
    public static func filterBits(_ words: [UInt32], shape: FilterShape, in range: Range<Int>) -> [UInt32] {
        precondition(range.lowerBound >= 0 && range.upperBound <= shape.count, "weights \(range) of \(shape.count)")
        var bits = [UInt32](repeating: 0, count: range.count)
        forEachWeight(of: shape, in: range) { logical, stored in bits[logical - range.lowerBound] = words[stored] }
        return bits
    }

    /// Puts the bits of weights, the first of which stands at `first` in the order `[out, in, kH, kW]`, where they lie in a
    /// filter's storage.
    public static func place(_ bits: [UInt32], from first: Int, shape: FilterShape, in words: inout [UInt32]) {
        let range = first..<first + bits.count
        precondition(first >= 0 && range.upperBound <= shape.count, "weights \(range) of \(shape.count)")
        forEachWeight(of: shape, in: range) { logical, stored in words[stored] = bits[logical - first] }
    }

    /// One value a channel, padded with zeros.
    public static func channelWords(_ values: [Float]) -> [Float] {
        let padded = roundUp(values.count, toMultipleOf: ImageShape.channelAlignment)
        return values + [Float](repeating: 0, count: padded - values.count)
    }

    private static func forEachValue(
        of shape: ImageShape,
        _ body: (_ logical: Int, _ pixel: Int, _ channel: Int) -> Void
    ) {
        for image in 0..<shape.images {
            for channel in 0..<shape.channels {
                for position in 0..<shape.area {
                    let logical = (image * shape.channels + channel) * shape.area + position
                    body(logical, image * shape.area + position, channel)
                }
            }
        }
    }

    private static func forEachWeight(
        of shape: FilterShape,
        in range: Range<Int>,
        _ body: (_ logical: Int, _ stored: Int) -> Void
    ) {
        guard !range.isEmpty else { return }
        var tap = range.lowerBound % shape.taps
        var input = range.lowerBound / shape.taps % shape.inputs
        var output = range.lowerBound / shape.taps / shape.inputs
        for logical in range {
            body(logical, (tap * shape.inputs + input) * shape.outputStride + output)
            tap += 1
            guard tap == shape.taps else { continue }
            (tap, input) = (0, input + 1)
            if input == shape.inputs { (input, output) = (0, output + 1) }
        }
    }
}
