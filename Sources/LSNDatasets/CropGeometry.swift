import LSNTensors

/// A rectangle of a picture, in whole pixels.
struct PixelBox: Hashable, Sendable {
    var top: Int
    var left: Int
    var height: Int
    var width: Int
}

/// How a picture of any size becomes one of `size` × `size` pixels.
struct CropGeometry: Hashable, Sendable {
    /// Rows and columns of the result.
    let size: Int

    /// What a picture's shorter side is resized to for evaluation: 256 for 224, and in proportion, rounded to nearest.
    var evaluationSide: Int { max(size, Int((Double(size) * 256 / 224).rounded())) }

    /// The rectangle that training takes in an epoch, to be resized: an area of 8 % to 100 % and a ratio of width to
    /// height of 3/4 to 4/3 (uniform in its logarithm), anywhere; after ten tries that do not fit, the largest centred
    /// one whose ratio is allowed (Szegedy et al., as in PyTorch's RandomResizedCrop). Flipped every other time, if
    /// the policy flips.
    func randomCrop(height: Int, width: Int, variation: SampleVariation) -> (box: PixelBox, flips: Bool) {
        var random = Philox(
            seed: variation.seed,
            purpose: .augmentation,
            epoch: variation.epoch,
            index: variation.sample
        )
        let flips = random.nextWord() & 1 == 1 && variation.policy.flip
        let area = Double(height * width)
        for _ in 0..<10 {
            let target = area * (0.08 + 0.92 * Double(random.uniform()))
            let (least, most) = (PortableMath.log(0.75), PortableMath.log(4.0 / 3))
            let ratio = PortableMath.exp(least + (most - least) * Double(random.uniform()))
            let cropWidth = Int((target * ratio).squareRoot().rounded())
            let cropHeight = Int((target / ratio).squareRoot().rounded())
            guard (1...width).contains(cropWidth), (1...height).contains(cropHeight) else { continue }
            let top = random.integer(below: height - cropHeight + 1)
            let left = random.integer(below: width - cropWidth + 1)
            return (PixelBox(top: top, left: left, height: cropHeight, width: cropWidth), flips)
        }
        let ratio = Double(width) / Double(height)
        var (cropHeight, cropWidth) = (height, width)
        if ratio < 0.75 {
            cropHeight = min(height, max(1, Int((Double(width) / 0.75).rounded())))
        } else if ratio > 4.0 / 3 {
            cropWidth = min(width, max(1, Int((Double(height) * 4 / 3).rounded())))
        }
        let box = PixelBox(
            top: (height - cropHeight) / 2,
            left: (width - cropWidth) / 2,
            height: cropHeight,
            width: cropWidth
        )
        return (box, flips)
    }

    /// What evaluation resizes a picture to, its longer side rounded down, and where in that it takes the centre (rows
    /// and columns left over are halved, rounding to even), as PyTorch's Resize and CenterCrop do.
    ///
    /// - Parameters:
    ///   - height: the picture's rows.
    ///   - width: the picture's columns.
    ///   - side: what the shorter side is resized to; nil: ``evaluationSide``.
    func centreCrop(
        height: Int,
        width: Int,
        side: Int? = nil
    ) -> (resizedHeight: Int, resizedWidth: Int, top: Int, left: Int) {
        let side = side ?? evaluationSide
        let resizedHeight = height <= width ? side : side * height / width
        let resizedWidth = height <= width ? side * width / height : side
        func centre(_ extent: Int) -> Int { Int((Double(extent - size) / 2).rounded(.toNearestOrEven)) }
        return (resizedHeight, resizedWidth, centre(resizedHeight), centre(resizedWidth))
    }
}
