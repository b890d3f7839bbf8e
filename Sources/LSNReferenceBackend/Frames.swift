public import LSNTensors

// Roll and flip counts of events, time to the outside:
//
//     x[t·N + n, c, h, w] = count[n, t, c, (h + dy) mod height, (w' + dx) mod width]
//
// w' = width − 1 − w where flipped, else w.
extension ReferenceBackend {
    /// The formula above, from counts packed two to a word.
    public func prepareFrames(
        counts: any Storage,
        transforms: any Storage,
        timeSteps: Int,
        output: RealTensor
    ) throws(BackendError) {
        let shape = output.shape
        let samples = shape.images / timeSteps
        let words = try own(counts).words((shape.count + 1) / 2)
        let moves = try own(transforms).words(3 * samples).map { Int(Int32(bitPattern: $0)) }

        func wrapped(_ value: Int, _ extent: Int) -> Int {
            let rest = value % extent
            return rest < 0 ? rest + extent : rest
        }
        var result = [Float](repeating: 0, count: shape.realWords)
        for image in 0..<shape.images {
            let (step, sample) = (image / samples, image % samples)
            let (dy, dx, flips) = (moves[3 * sample], moves[3 * sample + 1], moves[3 * sample + 2] != 0)
            for channel in 0..<shape.channels {
                let plane = ((sample * timeSteps + step) * shape.channels + channel) * shape.area
                for row in 0..<shape.height {
                    for column in 0..<shape.width {
                        let r = wrapped(row + dy, shape.height)
                        let q = wrapped((flips ? shape.width - 1 - column : column) + dx, shape.width)
                        let index = plane + r * shape.width + q
                        let pixel = (image * shape.height + row) * shape.width + column
                        result[pixel * shape.channelStride + channel] =
                            Float(words[index / 2] >> UInt32(16 * (index % 2)) & 0xFFFF)
                    }
                }
            }
        }
        try store(result, in: output.storage)
    }
}
