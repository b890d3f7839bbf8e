package import LSNDatasets
import LSNTensors
package import LSNTraining

extension ImageDataset {
    /// A batch of noise, as large as the pictures of a run; 224 pixels where only the files would tell.
    package static func madeUp(for configuration: TrainingConfiguration) -> ImageDataset {
        let name = configuration.data.dataset
        let count = configuration.learning.batchSize
        let size =
            if case .square(let pixels) = configuration.data.imageSize { pixels } else { name.pictureSize ?? 224 }
        let bytes = name.mean.count * size * size
        var random = Philox(seed: 0, purpose: .conformance, index: 0)
        let picture = (0..<bytes).map { _ in UInt8(random.integer(below: 256)) }
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        pixels.reserveCapacity(count * bytes)
        for index in 0..<count {
            // Each is the first one, moved along.
            let start = index * 37 % bytes
            pixels += picture[start...]
            pixels += picture[..<start]
            labels.append(UInt8(index % 10))
        }
        let split = ImageSplit(pixels: pixels, labels: labels, bytesPerImage: bytes)
        return ImageDataset(name: name, height: size, width: size, train: split, test: split, source: "made up")
    }
}
