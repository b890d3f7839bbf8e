extension NetworkDescription {
    /// The first block whose norms see one value a channel when they are trained on a batch of `samples` pictures: the value
    /// is its own mean, so that the norm gives its bias whatever the picture, and no gradient passes it. nil where every
    /// norm of every block sees at least two.
    public func blockOfSingleValues(samples: Int) -> String? {
        guard samples * timeSteps == 1 else { return nil }
        // A stride of 2 rounds up, in convolutions with their padding as in the stem's pooling.
        let stemHalvings = stem == .imagenet ? 2 : 0
        var height = Self.halved(imageHeight, times: stemHalvings)
        var width = Self.halved(imageWidth, times: stemHalvings)
        for block in blocks {
            if block.stride == 2 { (height, width) = (Self.halved(height, times: 1), Self.halved(width, times: 1)) }
            if height * width == 1 { return block.name }
        }
        return nil
    }

    private static func halved(_ extent: Int, times: Int) -> Int {
        (0..<times).reduce(extent) { extent, _ in (extent + 1) / 2 }
    }
}
