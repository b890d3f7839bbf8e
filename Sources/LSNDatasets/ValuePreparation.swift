/// How the values of samples become what a network sees.
struct ValuePreparation: Sendable {
    let mean: [Float]
    let deviation: [Float]
    /// Whether values are levels from 0 to 255, which are divided by 255 before.
    let isBytes: Bool
    let height: Int
    let width: Int

    /// A sample `[T][C][H][W]`, normalised, moved and flipped, all of its time steps alike.
    ///
    ///     y[t, c, h, w] = (x[t, c, h + dy, w' + dx] − mean[c]) / deviation[c]
    ///
    /// with w' = width − 1 − w where it is flipped, else w; a value outside is 0.
    ///
    /// - Parameters:
    ///   - values: as they are stored.
    ///   - transform: dy, dx, and 1 where it is flipped.
    func prepared(_ values: [Float], transform: [UInt32] = [0, 0, 0]) -> [Float] {
        let (dy, dx) = (Int(Int32(bitPattern: transform[0])), Int(Int32(bitPattern: transform[1])))
        let flips = transform[2] == 1
        let divisor: Double = isBytes ? 255 : 1
        let isPlain = dy == 0 && dx == 0 && !flips
        var result = [Float](repeating: 0, count: values.count)
        for plane in 0..<values.count / (height * width) {
            let channel = plane % mean.count
            let (mean, deviation) = (Double(mean[channel]), Double(deviation[channel]))
            func normalized(_ value: Float) -> Float { Float((Double(value) / divisor - mean) / deviation) }
            let start = plane * height * width
            if isPlain {
                for place in start..<start + height * width { result[place] = normalized(values[place]) }
                continue
            }
            let outside = normalized(0)
            for row in 0..<height {
                let source = row + dy
                for column in 0..<width {
                    let other = (flips ? width - 1 - column : column) + dx
                    let isInside = (0..<height).contains(source) && (0..<width).contains(other)
                    result[start + row * width + column] =
                        isInside ? normalized(values[start + source * width + other]) : outside
                }
            }
        }
        return result
    }
}
