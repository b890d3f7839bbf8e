import FileFormats

/// How a recording is cut into frames.
public enum FramesBy: String, CaseIterable, Sendable, Codable {
    /// ⌊N / T⌋ events each; the last frame takes the rest.
    case number
    /// ⌊(t_last − t_first) / T⌋ microseconds each, from the first event on; the last frame takes the rest.
    case time
}

/// Events counted into frames.
///
/// A frame has two channels, of polarity 0 and 1 (mirrored as `AEDAT.Event` says), and counts the events of every pixel.
/// Smaller frames take every pixel's nearest: pixel i of 48 is pixel ⌊i·128/48⌋ of the sensor.
struct EventFrames: Hashable, Sendable {
    /// T.
    let timeSteps: Int
    /// How the recording is cut.
    let by: FramesBy
    /// Rows and columns of a frame.
    let size: Int

    /// Polarities.
    static let channels = 2
    /// Counts of a recording.
    var count: Int { timeSteps * Self.channels * size * size }

    /// Counts `[T][2][size][size]`.
    ///
    /// - Throws: `FileFormatError` for a recording without events, or with more than 65,535 of them at one pixel of a
    ///   frame.
    func integrate(_ events: [AEDAT.Event], path: String) throws(FileFormatError) -> [UInt16] {
        guard let first = events.first, let last = events.last else {
            throw FileFormatError(path: path, problem: "holds no events", advice: "record it again, or remove it")
        }
        let extent = AEDAT.extent
        var whole = [UInt32](repeating: 0, count: timeSteps * Self.channels * extent * extent)
        let share = events.count / timeSteps
        let interval = Int(last.time) > Int(first.time) ? (Int(last.time) - Int(first.time)) / timeSteps : 0
        for (index, event) in events.enumerated() {
            let (position, length) =
                switch by {
                case .number: (index, share)
                case .time: (max(0, Int(event.time) - Int(first.time)), interval)
                }
            let frame = length == 0 ? timeSteps - 1 : min(position / length, timeSteps - 1)
            whole[((frame * Self.channels + event.polarity) * extent + event.row) * extent + event.column] += 1
        }
        var counts: [UInt16] = []
        counts.reserveCapacity(count)
        for plane in 0..<timeSteps * Self.channels {
            for row in 0..<size {
                let start = (plane * extent + row * extent / size) * extent
                for column in 0..<size {
                    guard let value = UInt16(exactly: whole[start + column * extent / size]) else {
                        throw FileFormatError(
                            path: path,
                            problem:
                                "has \(whole[start + column * extent / size]) events at one pixel of a frame, more "
                                + "than 65535",
                            advice: "use more --timesteps, or leave the recording out: the pixel is faulty"
                        )
                    }
                    counts.append(value)
                }
            }
        }
        return counts
    }
}
