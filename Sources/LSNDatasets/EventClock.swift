import LSNFileFormats

/// The times of a recording's events, from the first one on.
///
/// Events of one packet may stand out of order, so a little running backwards is borne: it moves no event to another frame than
/// its time says. Where the clock was reset, or a stamp is wrong, frames of equal time would be of nothing; such a recording is
/// an error.
struct EventClock {
    /// Microseconds from the first event on; an event that stands out of order may have less than 0.
    let times: [Int]

    /// As far, in microseconds, a recording's clock may run backwards, or a hundredth of its length if that is less.
    private static let tolerance = 1_000
    /// Fewer events do not show what pauses are usual.
    private static let fewest = 8

    /// - Parameters:
    ///   - events: at least one.
    ///   - timeSteps: T; shorter recordings than T µs are errors. Nil: of any length.
    ///   - path: the file's name, for errors.
    /// - Throws: `FileFormatError` with the byte of the first stamp that does not fit.
    init(_ events: EventStream, timeSteps: Int?, path: String) throws(FileFormatError) {
        let times = events.times.map { $0 - events.times[0] }
        self.times = times
        func failure(_ event: Int, _ problem: String) -> FileFormatError {
            FileFormatError(
                path: path,
                byteOffset: events.byte(of: event),
                problem: problem,
                advice: "record it again, leave it out, or use --frames-by number, which needs no clock"
            )
        }
        if let (event, step) = Self.backwards(times) {
            throw failure(event, "the clock runs backwards by \(step) µs at event \(event)")
        }
        if let (event, pause, rest) = Self.jump(times) {
            throw failure(
                event,
                "the clock jumps by \(pause) µs before event \(event) of \(events.count), and all the rest takes \(rest) µs"
            )
        }
        let length = times[times.count - 1]
        guard let timeSteps, length < timeSteps else { return }
        throw failure(
            times.count - 1,
            "lasts \(length) µs, which cannot be cut into \(timeSteps) frames of equal time"
        )
    }

    /// The first event that comes earlier than one before it, by more than packets explain, and by how much.
    private static func backwards(_ times: [Int]) -> (event: Int, step: Int)? {
        var (least, latest) = (0, 0)
        for time in times { (least, latest) = (min(least, time), max(latest, time)) }
        let allowed = min(tolerance, (latest - least) / 100)
        latest = 0
        for (event, time) in times.enumerated() {
            if latest - time > allowed { return (event, latest - time) }
            latest = max(latest, time)
        }
        return nil
    }

    /// The event after a pause that no clock makes: longer than all the rest or, where it leaves the first or the last
    /// event alone, than a quarter of the rest; and far from what is usual, where events are few.
    private static func jump(_ times: [Int]) -> (event: Int, pause: Int, rest: Int)? {
        guard times.count >= fewest, let span = times.max() else { return nil }
        var latest = 0
        for (event, time) in times.enumerated() where time > latest {
            let pause = time - latest
            let rest = span - pause
            let leavesOneAlone = event == 1 || event == times.count - 1
            // Of pauses at random, one in ten million is as long as 16 mean ones.
            if pause > (leavesOneAlone ? rest / 4 : rest), pause > 16 * rest / (times.count - 2) {
                return (event, pause, rest)
            }
            latest = time
        }
        return nil
    }
}
