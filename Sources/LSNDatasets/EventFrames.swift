import LSNFileFormats

/// How a recording is cut into frames.
public enum FramesBy: String, CaseIterable, Sendable, Codable {
    /// ⌊N / T⌋ events each; the last frame takes the rest.
    case number
    /// ⌊(t_last − t_first) / T⌋ microseconds each, from the first event on; the last frame takes the rest. The clock's
    /// wraps are undone, and it must be sound.
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

    /// Counts `[T][2][size][size]`. Of fewer events than T all are in the last frame, by number.
    ///
    /// - Parameters:
    ///   - events: in the order of the file.
    ///   - path: the file's name, for errors.
    ///   - firstByte: the byte at which the first event stands, for errors.
    /// - Throws: `FileFormatError` for a recording without events, or with more than 65,535 of them at one pixel of a
    ///   frame; for frames of equal time also where the recording's clock is not sound, see ``EventClock``.
    func integrate(_ events: [AEDAT.Event], path: String, firstByte: Int) throws(FileFormatError) -> [UInt16] {
        guard !events.isEmpty else {
            throw FileFormatError(path: path, problem: "holds no events", advice: "record it again, or remove it")
        }
        let times =
            by == .time
            ? try EventClock(events, timeSteps: timeSteps, path: path, firstByte: firstByte).times : []
        let extent = AEDAT.extent
        var whole = [UInt32](repeating: 0, count: timeSteps * Self.channels * extent * extent)
        let share = (times.last ?? events.count) / timeSteps
        for (index, event) in events.enumerated() {
            let position = by == .number ? index : max(0, times[index])
            let frame = share == 0 ? timeSteps - 1 : min(position / share, timeSteps - 1)
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
