import LSNFileFormats

/// Samples as the network sees them, side by side in one picture.
public struct ContactSheet: Sendable {
    /// Rows of the sheet.
    public let height: Int
    /// Columns of the sheet.
    public let width: Int
    /// Bytes `[height][width][3]`.
    public private(set) var pixels: [UInt8]

    private static let gap = 4
    private static let paper: UInt8 = 32
    /// Small samples are magnified to about as many pixels.
    private static let cell = 96

    /// A sheet of samples.
    ///
    /// - Parameters:
    ///   - values: `[T·N][C][H][W]` as they go into the network, time outermost.
    ///   - data: where they come from.
    ///   - count: N, at least 1.
    ///
    /// Pictures stand eight in a row, their normalisation undone; of arrays that are no bytes from the least to the greatest
    /// value. Of recordings and sequences each row is a sample and its frames from left to right; events are red for polarity 1,
    /// blue for polarity 0, as bright as there are events, up to the sample's 99th percentile.
    public init(_ values: [Float], of data: some TrainingData, count: Int) {
        let (timeSteps, area) = (data.timeSteps, data.height * data.width)
        precondition(values.count == timeSteps * count * data.channels * area, "\(values.count) values do not fit")
        let columns = timeSteps > 1 ? timeSteps : min(count, 8)
        let rows = timeSteps > 1 ? count : (count + columns - 1) / columns
        let scale = max(1, Self.cell / max(data.height, data.width))
        width = columns * (scale * data.width + Self.gap) + Self.gap
        height = rows * (scale * data.height + Self.gap) + Self.gap
        pixels = [UInt8](repeating: Self.paper, count: 3 * width * height)

        let (least, greatest) = (values.min() ?? 0, values.max() ?? 1)
        let range = (least: least, extent: max(greatest - least, .leastNormalMagnitude))
        for image in 0..<timeSteps * count {
            let (step, sample) = (image / count, image % count)
            let place = timeSteps > 1 ? sample * columns + step : sample
            let top = Self.gap + place / columns * (scale * data.height + Self.gap)
            let left = Self.gap + place % columns * (scale * data.width + Self.gap)
            let start = image * data.channels * area
            let planes = values[start..<start + data.channels * area]
            let colours =
                data.form == .frames
                ? Self.colours(ofCounts: planes, area: area)
                : Self.colours(ofPicture: planes, area: area) { value, channel in
                    data.form == .values || data.form == .sequences
                        ? (value - range.least) / range.extent
                        : value * data.deviation[channel] + data.mean[channel]
                }
            for row in 0..<scale * data.height {
                for column in 0..<scale * data.width {
                    let source = 3 * (row / scale * data.width + column / scale)
                    let target = 3 * ((top + row) * width + left + column)
                    for channel in 0..<3 { pixels[target + channel] = colours[source + channel] }
                }
            }
        }
    }

    /// The sheet as a PNG file.
    public func png() -> [UInt8] { PNG.serialize(rgb: pixels, width: width, height: height) }

    private static func colours(
        ofPicture planes: ArraySlice<Float>,
        area: Int,
        brightness: (_ value: Float, _ channel: Int) -> Float
    ) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 3 * area)
        for pixel in 0..<area {
            for colour in 0..<3 {
                let channel = min(colour, planes.count / area - 1)
                let value = planes[planes.startIndex + channel * area + pixel]
                result[3 * pixel + colour] = level(brightness(value, channel))
            }
        }
        return result
    }

    private static func colours(ofCounts planes: ArraySlice<Float>, area: Int) -> [UInt8] {
        let fired = planes.filter { $0 > 0 }.sorted()
        let bright = fired.isEmpty ? 1 : fired[fired.count * 99 / 100]
        var result = [UInt8](repeating: 0, count: 3 * area)
        for pixel in 0..<area {
            let negative = planes[planes.startIndex + pixel] / bright
            let positive = planes[planes.startIndex + area + pixel] / bright
            result[3 * pixel] = level(positive.squareRoot())
            result[3 * pixel + 1] = level((positive + negative).squareRoot() / 4)
            result[3 * pixel + 2] = level(negative.squareRoot())
        }
        return result
    }

    /// 0 to 1 as a byte.
    private static func level(_ value: Float) -> UInt8 {
        UInt8(max(0, min(255, (255 * value).rounded())))
    }
}
