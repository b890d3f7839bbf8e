/// Where a recording is: a file, or a span of one, whose path ends with `#START-END`, in microseconds of its clock.
struct RecordingPath: Hashable, Sendable {
    /// The file.
    let file: String
    /// Of its clock; nil: all.
    let span: Range<Int>?

    /// From its text. No file of recordings has a name with such an end.
    init(_ text: String) {
        guard let mark = text.lastIndex(of: "#") else {
            (file, span) = (text, nil)
            return
        }
        let ends = text[text.index(after: mark)...].split(separator: "-", omittingEmptySubsequences: false).map {
            Int($0)
        }
        guard ends.count == 2, let start = ends[0], let end = ends[1], start >= 0, start < end else {
            (file, span) = (text, nil)
            return
        }
        (file, span) = (String(text[..<mark]), start..<end)
    }

    /// The text of a span.
    static func text(_ file: String, _ span: Range<Int>) -> String { "\(file)#\(span.lowerBound)-\(span.upperBound)" }
}
