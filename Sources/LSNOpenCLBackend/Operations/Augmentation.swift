import LSNOpenCLRuntime
public import LSNTensors
import Synchronization

// Kernels/augmentation: erase.cl, prepare_images.cl.
extension OpenCLBackend: AugmentationKernels {

    /// Zeros in rectangles, in place.
    public func erase(
        _ tensor: RealTensor,
        rectangles: any Storage,
        count: Int,
        samples: Int
    ) throws(BackendError) {
        let shape = tensor.shape
        let runs = pixelRuns(shape.height, bytes: shape.width * shape.channelStride * wordBytes)
        try run(
            "erase",
            "augmentation/erase.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(tensor.storage), .storage(rectangles), .int(samples), .int(count), .int(shape.height),
                .int(shape.width), .int(shape.channelStride), .int(runs.length),
            ],
            global: [runs.count * shape.images]
        )
    }

    /// Crops, flips and normalises a batch.
    public func prepareImages(
        pixels: any Storage,
        transforms: any Storage,
        mean: [Float],
        deviation: [Float],
        output: RealTensor
    ) throws(BackendError) {
        let shape = output.shape
        let table = try pictureTables.table(mean: mean, deviation: deviation, on: self)
        let runs = pixelRuns(shape.height, bytes: 2 * shape.width * shape.channelStride * wordBytes)
        try run(
            "prepare_images",
            "augmentation/prepare_images.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(pixels), .storage(transforms), .storage(table), .storage(output.storage),
                .int(shape.height), .int(shape.width), .int(shape.channels), .int(shape.channelStride),
                .int(runs.length),
            ],
            global: [runs.count * shape.images]
        )
    }
}

/// What each byte of each channel becomes, on the device: a data set's table is made once, not in every step.
final class PictureTables: Sendable {
    private struct Key: Hashable {
        let mean, deviation: [Float]
    }

    private let known = Mutex<[Key: any Storage]>([:])

    /// `[channels][256]` floats: (byte / 255 − mean) / deviation.
    func table(mean: [Float], deviation: [Float], on backend: OpenCLBackend) throws(BackendError) -> any Storage {
        let key = Key(mean: mean, deviation: deviation)
        if let table = known.withLock({ $0[key] }) { return table }
        var values: [Float] = []
        for (mean, deviation) in zip(mean, deviation) {
            let normalization = ChannelNormalization(mean: mean, deviation: deviation)
            values += (0..<256).map { normalization.value(ofByte: $0) }
        }
        let table = try backend.upload(values.map(\.bitPattern))
        known.withLock { $0[key] = table }
        return table
    }
}
