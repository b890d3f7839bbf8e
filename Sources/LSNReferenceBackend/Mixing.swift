public import LSNTensors

// Mixup and cutmix, sample n of N with sample N − 1 − n of the other tensor:
//
//     y[n] = λ·x[n] + (1 − λ)·x'[N − 1 − n]                     mixup
//     y[n] = x'[N − 1 − n] in the box, x[n] elsewhere           cutmix
extension ReferenceBackend {
    /// share·x[n] + rest·x'[N − 1 − n], or of the two what the box says.
    public func mix(
        _ tensor: RealTensor,
        with other: RealTensor,
        by mix: SampleMix,
        samples: Int,
        output: RealTensor
    ) throws(BackendError) {
        let shape = tensor.shape
        let (own, others) = (try load(tensor), try load(other))
        let (share, rest) = (Float(mix.share), Float(1 - mix.share))
        let pixelWords = shape.channelStride
        let result = own.indices.map { word in
            let (pixel, spot) = (word / pixelWords, word / pixelWords % shape.area)
            let (image, sample) = (pixel / shape.area, pixel / shape.area % samples)
            let partner = image - sample + samples - 1 - sample
            let value = others[(partner * shape.area + spot) * pixelWords + word % pixelWords]
            guard let box = mix.box else { return share * own[word] + rest * value }
            let isInside = box.rows.contains(spot / shape.width) && box.columns.contains(spot % shape.width)
            return isInside ? value : own[word]
        }
        try store(result, in: output.storage)
    }
}
