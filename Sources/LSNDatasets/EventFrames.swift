import LSNFileFormats

/// Events counted into frames.
///
/// A frame has two channels, of polarity 0 and 1, and counts the events of every pixel. Smaller frames take every pixel's nearest:
/// row i of h is row ⌊i·H/h⌋ of the sensor's H, and columns likewise.
struct EventFrames: Hashable, Sendable {
    /// How recordings are cut.
    let cutting: EventCutting
    /// Of the sensor.
    let sensor: EventSize
    /// Rows of a frame.
    let height: Int
    /// Columns of a frame.
    let width: Int

    /// Polarities.
    static let channels = 2
    /// T.
    var timeSteps: Int { cutting.timeSteps }
    /// Counts of a recording.
    var count: Int { timeSteps * Self.channels * height * width }

    init(_ cutting: EventCutting, sensor: EventSize, height: Int, width: Int) {
        self.cutting = cutting
        self.sensor = sensor
        self.height = height
        self.width = width
    }

    /// Counts `[T][2][height][width]`. Of fewer events than T all are in the last frame, by number.
    ///
    /// - Parameters:
    ///   - events: in the order of the file.
    ///   - path: the file's name, for errors.
    /// - Throws: `FileFormatError` for a recording without events, with one outside the sensor, or with more than 65,535 of them
    ///   at one pixel of a frame; for frames of equal time also where the recording's clock is not sound, see ``EventClock``.
    func integrate(_ events: EventStream, path: String) throws(FileFormatError) -> [UInt16] {
        guard events.count > 0 else {
            throw FileFormatError(
                path: path,
                problem: "holds no events",
                advice: "record it again, or remove it"
            )
        }
        let isByTime = cutting.by == .time
        let times =
            isByTime
            ? try EventClock(events, timeSteps: cutting.duration == nil ? timeSteps : nil, path: path).times : []
        let (rows, columns) = (Self.places(height, of: sensor.height), Self.places(width, of: sensor.width))
        let share = cutting.duration ?? (times.last ?? events.count) / timeSteps
        var sums = [UInt32](repeating: 0, count: count)
        for event in 0..<events.count {
            let (row, column) = (Int(events.rows[event]), Int(events.columns[event]))
            guard row < sensor.height, column < sensor.width else {
                throw FileFormatError(
                    path: path,
                    byteOffset: events.byte(of: event),
                    problem: "event \(event) is at row \(row), column \(column), and the sensor has \(sensor)",
                    advice: "give the sensor's rows and columns with --event-size HEIGHTxWIDTH"
                )
            }
            let position = isByTime ? max(0, times[event]) : event
            var frame = share == 0 ? timeSteps - 1 : position / share
            if frame >= timeSteps {
                guard cutting.duration == nil else { continue }
                frame = timeSteps - 1
            }
            let plane = (frame * Self.channels + Int(events.polarities[event])) * height
            for target in rows[row] {
                for place in columns[column] { sums[(plane + target) * width + place] += 1 }
            }
        }
        var counts: [UInt16] = []
        counts.reserveCapacity(count)
        for sum in sums {
            guard let value = UInt16(exactly: sum) else {
                throw FileFormatError(
                    path: path,
                    problem: "has \(sum) events at one pixel of a frame, more than 65535",
                    advice: "use more --timesteps, or leave the recording out: the pixel is faulty"
                )
            }
            counts.append(value)
        }
        return counts
    }

    /// For each row or column of a sensor of `extent` those of `size` that take it.
    private static func places(_ size: Int, of extent: Int) -> [Range<Int>] {
        (0..<extent).map { place in
            (place * size + extent - 1) / extent..<((place + 1) * size + extent - 1) / extent
        }
    }
}

/// What was counted of a recording.
struct CountedFrames: Sendable, Equatable {
    /// Events in the file.
    let events: Int
    /// Counts `[T][2][height][width]`, 16 bits each.
    let bytes: [UInt8]
}

extension EventFrames {
    /// No honest recording's file is larger, nor what it expands to.
    static let byteLimit = 1 << 30

    /// The frames of a recording, see ``RecordingPath``.
    func read(_ path: String) throws(FileFormatError) -> CountedFrames {
        let recording = RecordingPath(path)
        let file = try InputFile(recording.file)
        guard file.size <= Self.byteLimit else {
            throw FileFormatError(
                path: recording.file,
                problem: "is larger than \(Self.byteLimit) bytes",
                advice: "check the path"
            )
        }
        return try counted(FileBytes(file), span: recording.span)
    }

    /// The frames of a recording that is open.
    func counted(_ file: FileBytes, span: Range<Int>? = nil) throws(FileFormatError) -> CountedFrames {
        let events = try cutting.format.events(file, span: span)
        let counts = try integrate(events, path: file.path)
        return unsafe CountedFrames(events: events.count, bytes: counts.withUnsafeBytes { unsafe [UInt8]($0) })
    }
}
