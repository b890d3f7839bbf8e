public import LSNTensors

// Crop, flip and normalise bytes (a crop of a picture padded with zeros is a shift):
//
//     x[n, c, h, w] = (byte[n, c, h + dy, w' + dx] / 255 − mean[c]) / deviation[c]
//
// w' = width − 1 − w where flipped, else w; a byte outside the picture is 0.
extension ReferenceBackend {
    /// The formula above, from bytes packed four to a word.
    public func prepareImages(
        pixels: any Storage,
        transforms: any Storage,
        mean: [Float],
        deviation: [Float],
        output: RealTensor
    ) throws(BackendError) {
        let shape = output.shape
        let words = try own(pixels).words((shape.count + 3) / 4)
        let moves = try own(transforms).words(3 * shape.images).map { Int(Int32(bitPattern: $0)) }

        var result = [Float](repeating: 0, count: shape.realWords)
        for image in 0..<shape.images {
            let (dy, dx, flips) = (moves[3 * image], moves[3 * image + 1], moves[3 * image + 2] != 0)
            for channel in 0..<shape.channels {
                let normalization = ChannelNormalization(mean: mean[channel], deviation: deviation[channel])
                for row in 0..<shape.height {
                    for column in 0..<shape.width {
                        let r = row + dy
                        let q = (flips ? shape.width - 1 - column : column) + dx
                        var byte: UInt32 = 0
                        if r >= 0, r < shape.height, q >= 0, q < shape.width {
                            let index = ((image * shape.channels + channel) * shape.height + r) * shape.width + q
                            byte = words[index / 4] >> UInt32(8 * (index % 4)) & 0xFF
                        }
                        let pixel = (image * shape.height + row) * shape.width + column
                        result[pixel * shape.channelStride + channel] = normalization.value(ofByte: Int(byte))
                    }
                }
            }
        }
        try store(result, in: output.storage)
    }

    /// Zeros in every rectangle.
    public func erase(
        _ tensor: RealTensor,
        rectangles: any Storage,
        count: Int,
        samples: Int
    ) throws(BackendError) {
        let shape = tensor.shape
        var values = try load(tensor)
        let places = try own(rectangles).words(4 * count * samples)
        for image in 0..<shape.images {
            for rectangle in 0..<count {
                let place = 4 * (image % samples * count + rectangle)
                let (top, left) = (Int(places[place]), Int(places[place + 2]))
                let (bottom, right) = (
                    min(Int(places[place + 1]), shape.height), min(Int(places[place + 3]), shape.width)
                )
                guard top < bottom, left < right else { continue }
                for row in top..<bottom {
                    let pixels =
                        (image * shape.height + row) * shape.width + left..<(image * shape.height + row) * shape.width
                        + right
                    for word in pixels.lowerBound * shape.channelStride..<pixels.upperBound * shape.channelStride {
                        values[word] = 0
                    }
                }
            }
        }
        try store(values, in: tensor.storage)
    }
}
