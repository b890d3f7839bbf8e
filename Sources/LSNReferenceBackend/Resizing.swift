public import LSNTensors

// Resize, crop, flip and normalise pictures of any size. Along each axis, of n pixels that become m, place i has the
// mean of the pixels j weighted by
//
//     weight(j) = max(0, 1 − |j + ½ − (i + ½)·n/m| / max(n/m, 1))
//
// (Pillow's BILINEAR, src/libImaging/Resample.c, without its rounding between the axes).
extension ReferenceBackend {
    /// The formula above, rows first, then columns.
    public func resizeImages(
        pixels: any Storage,
        crops: [PictureCrop],
        mean: [Float],
        deviation: [Float],
        output: RealTensor
    ) throws(BackendError) {
        let shape = output.shape
        let words = try own(pixels).words(pixels.words)
        let images = parallelMap(shape.images) { image in
            resize(words, crops[image], shape: shape, mean: mean, deviation: deviation)
        }
        try store(Array(images.joined()), in: output.storage)
    }

    private func resize(
        _ words: [UInt32],
        _ crop: PictureCrop,
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) -> [Float] {
        let rows = (0..<shape.height).map {
            FilterTaps(place: crop.top + $0, from: crop.height, to: crop.resizedHeight)
        }
        let columns = (0..<shape.width).map { column in
            let place = crop.isFlipped ? shape.width - 1 - column : column
            return FilterTaps(place: crop.left + place, from: crop.width, to: crop.resizedWidth)
        }
        var result = [Float](repeating: 0, count: shape.area * shape.channelStride)
        for (row, down) in rows.enumerated() {
            for (column, across) in columns.enumerated() {
                for channel in 0..<shape.channels {
                    var sum = 0.0
                    for (y, rowWeight) in down.weights {
                        for (x, weight) in across.weights {
                            let index = (y * crop.width + x) * shape.channels + channel
                            let word = words[crop.offset + index / 4]
                            sum += rowWeight * weight * Double(word >> UInt32(8 * (index % 4)) & 0xFF)
                        }
                    }
                    let value = (sum / 255 - Double(mean[channel])) / Double(deviation[channel])
                    result[(row * shape.width + column) * shape.channelStride + channel] = Float(value)
                }
            }
        }
        return result
    }
}

/// The pixels that a resized place takes its value from; their weights add up to 1.
private struct FilterTaps {
    let weights: [(pixel: Int, weight: Double)]

    init(place: Int, from extent: Int, to resized: Int) {
        let ratio = Double(extent) / Double(resized)
        let reach = max(ratio, 1)
        let centre = (Double(place) + 0.5) * ratio
        let raw = (0..<extent).compactMap { pixel -> (pixel: Int, weight: Double)? in
            let weight = 1 - abs(Double(pixel) + 0.5 - centre) / reach
            return weight > 0 ? (pixel, weight) : nil
        }
        let sum = raw.reduce(0) { $0 + $1.weight }
        weights = raw.map { ($0.pixel, $0.weight / sum) }
    }
}
