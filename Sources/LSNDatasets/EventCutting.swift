/// How a recording is cut into frames.
public enum FramesBy: String, CaseIterable, Sendable, Codable {
    /// ⌊N / T⌋ events each; the last frame takes the rest.
    case number
    /// ⌊(t_last − t_first) / T⌋ microseconds each, from the first event on; the last frame takes the rest. The clock must be
    /// sound.
    case time
}

/// How recordings of events become frames.
public struct EventCutting: Hashable, Sendable {
    /// T.
    public var timeSteps: Int
    /// How a recording is cut.
    public var by: FramesBy
    /// Microseconds of each frame: what comes later is left out. Nil: a recording's T-th part.
    public var duration: Int?
    /// In which format files are read.
    public var format: EventFormat
    /// Of the sensor; nil: as the format has it.
    public var sensor: EventSize?

    /// Gathers what belongs together.
    public init(
        timeSteps: Int,
        by: FramesBy = .number,
        duration: Int? = nil,
        format: EventFormat = .auto,
        sensor: EventSize? = nil
    ) {
        self.timeSteps = timeSteps
        self.by = by
        self.duration = duration
        self.format = format
        self.sensor = sensor
    }
}
