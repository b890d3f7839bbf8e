extension ImageDataset {
    /// The same pictures, smaller by a whole factor: a pixel becomes the mean of a square of k×k, rounded to the nearest
    /// byte (half up).
    ///
    /// The constants to normalise with stay those of the whole pictures: means keep the mean, and lose some of the
    /// deviation.
    ///
    /// - Parameter size: of the pictures wanted; native leaves them as they are.
    /// - Throws: ``DatasetError`` where no whole factor leads there, with the sizes that there are.
    func reduced(to size: ImageSize) throws(DatasetError) -> ImageDataset {
        guard case .square(let pixels) = size else { return self }
        guard height == width, height % pixels == 0 else {
            let sizes = (1..<min(height, width)).filter { height == width && height % $0 == 0 }.reversed()
            throw DatasetError(
                "--image-size \(pixels): the pictures of \(name.rawValue) are \(height)×\(width) and shrink by whole "
                    + "factors only. Use native\(sizes.map { ", \($0)" }.joined()), or unpack them as an image folder and "
                    + "use --dataset images"
            )
        }
        let factor = height / pixels
        guard factor > 1 else { return self }
        return ImageDataset(
            name: name,
            height: pixels,
            width: pixels,
            train: train.reduced(rows: height, columns: width, by: factor),
            test: test.reduced(rows: height, columns: width, by: factor),
            source: "\(source), \(factor)×\(factor) pixels to one"
        )
    }
}

extension ImageSplit {
    /// Of planes of `rows` × `columns`, which `factor` divides, each square's mean.
    func reduced(rows: Int, columns: Int, by factor: Int) -> ImageSplit {
        let area = factor * factor
        var smaller: [UInt8] = []
        smaller.reserveCapacity(pixels.count / area)
        for top in stride(from: 0, to: pixels.count / columns, by: factor) {
            for left in stride(from: 0, to: columns, by: factor) {
                var sum = area / 2
                for row in top..<(top + factor) {
                    for column in left..<(left + factor) {
                        sum += Int(pixels[row * columns + column])
                    }
                }
                smaller.append(UInt8(sum / area))
            }
        }
        return ImageSplit(pixels: smaller, labels: labels, bytesPerImage: bytesPerImage / area)
    }
}
