public import LSNTensors

// Resize, crop, flip and normalise pictures of any size. Along each axis, of n pixels that become m, place i has the
// mean of the pixels j weighted by
//
//     weight(j) = max(0, 1 − |j + ½ − (i + ½)·n/m| / max(n/m, 1))
//
// (Pillow's BILINEAR, src/libImaging/Resample.c, without its rounding between the axes), rounded as
// Kernels/augmentation/resize_images.cl rounds.
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
                var sums = [Float](repeating: 0, count: shape.channels)
                for y in down.pixels {
                    let rowWeight = down.weight(y)
                    for x in across.pixels {
                        let weight = rowWeight * across.weight(x)
                        for channel in 0..<shape.channels {
                            let index = (y * crop.width + x) * shape.channels + channel
                            let byte = words[crop.offset + index / 4] >> UInt32(8 * (index % 4)) & 0xFF
                            sums[channel].addProduct(weight, Float(byte))
                        }
                    }
                }
                let total = down.total * across.total
                for (channel, sum) in sums.enumerated() {
                    let normalization = ChannelNormalization(mean: mean[channel], deviation: deviation[channel])
                    result[(row * shape.width + column) * shape.channelStride + channel] =
                        normalization.summand.addingProduct(sum / total, normalization.factor)
                }
            }
        }
        return result
    }
}

/// The pixels that a resized place takes its value from.
private struct FilterTaps {
    let pixels: ClosedRange<Int>
    /// Of all weights.
    private(set) var total: Float = 0
    /// (place + ½)·n/m, whole and fractional part.
    private let whole: Int
    private let broken: Float
    private let reach: Float

    init(place: Int, from extent: Int, to resized: Int) {
        let position = (2 * place + 1) * extent
        whole = position / (2 * resized)
        broken = Float(position % (2 * resized)) / (2 * Float(resized))
        reach = max(Float(extent) / Float(resized), 1)
        let most = Int(reach.rounded(.up)) + 1
        pixels = max(whole - most, 0)...min(whole + most, extent - 1)
        for pixel in pixels { total += weight(pixel) }
    }

    /// The weight of a pixel, which may be 0.
    func weight(_ pixel: Int) -> Float {
        let distance = Float(pixel - whole) + (0.5 - broken)
        return max(0, 1 - abs(distance) / reach)
    }
}
