/// A file that cannot be read, written or understood.
public struct FileFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// Where in the file, counted from 0; nil where the whole file is meant.
    public var byteOffset: Int?
    /// What was found, and what should have been there.
    public var problem: String
    /// What to do about it.
    public var advice: String?

    /// Gathers what belongs together.
    public init(path: String, byteOffset: Int? = nil, problem: String, advice: String? = nil) {
        self.path = path
        self.byteOffset = byteOffset
        self.problem = problem
        self.advice = advice
    }

    /// For people: `weights.safetensors, byte 8: …; …`. Control characters in the file's name are escaped.
    public var description: String {
        let place = byteOffset.map { ", byte \($0)" } ?? ""
        let remedy = advice.map { "; \($0)" } ?? ""
        return "\(PrintableText.name(path))\(place): \(problem)\(remedy)"
    }
}
