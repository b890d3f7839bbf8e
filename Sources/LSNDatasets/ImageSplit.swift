/// Labelled pictures of one size, as bytes.
public struct ImageSplit: Sendable, Equatable {
    /// Bytes `[N][C][H][W]`.
    public let pixels: [UInt8]
    /// N classes, counted from 0.
    public let labels: [UInt8]
    /// C·H·W.
    public let bytesPerImage: Int

    /// N.
    public var count: Int { labels.count }

    /// Pictures and their labels; `pixels` holds `bytesPerImage` bytes for every label.
    public init(pixels: [UInt8], labels: [UInt8], bytesPerImage: Int) {
        precondition(
            pixels.count == labels.count * bytesPerImage,
            "\(pixels.count) bytes for \(labels.count) images of \(bytesPerImage)"
        )
        self.pixels = pixels
        self.labels = labels
        self.bytesPerImage = bytesPerImage
    }

    /// The pictures at some places, in their order.
    func part(_ places: [Int]) -> ImageSplit {
        var kept: [UInt8] = []
        kept.reserveCapacity(places.count * bytesPerImage)
        for place in places { kept += pixels[place * bytesPerImage..<(place + 1) * bytesPerImage] }
        return ImageSplit(pixels: kept, labels: places.map { labels[$0] }, bytesPerImage: bytesPerImage)
    }

    /// The first `count` pictures in file order, or all where there are fewer or `count` is nil.
    public func prefix(_ count: Int?) -> ImageSplit {
        guard let count, count < self.count else { return self }
        let kept = max(count, 0)
        return ImageSplit(
            pixels: [UInt8](pixels[..<(kept * bytesPerImage)]),
            labels: [UInt8](labels[..<kept]),
            bytesPerImage: bytesPerImage
        )
    }
}
