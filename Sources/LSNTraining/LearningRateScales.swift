/// Factors of the learning rate by the paths below which parameters lie, e.g. `stem=0.1,stages.0=0.5`: of each path the last
/// that was given.
public struct LearningRateScales: Hashable, Sendable, Codable {
    /// A path, and the factor of what lies below it.
    public struct Scale: Hashable, Sendable {
        /// E.g. `stages.0`.
        public var path: String
        /// More than 0.
        public var factor: Double
    }

    /// One or more, in the order in which their paths were first given.
    public private(set) var scales: [Scale] = []

    /// What a text has to be, for errors.
    package static let expectation =
        "PATH=FACTOR, e.g. stem=0.1, or a list of them with commas; a factor is more than 0 (--freeze leaves parameters as they are)"

    /// From a text of one factor or more, commas between; nil where it is none.
    public init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[0].isEmpty, let factor = Double(sides[1]), factor > 0, factor.isFinite else {
                return nil
            }
            set(Scale(path: String(sides[0]), factor: factor))
        }
    }

    /// All of several, one after the other; nil where there is none.
    public init?(_ parts: [LearningRateScales]) {
        guard !parts.isEmpty else { return nil }
        for part in parts { part.scales.forEach { set($0) } }
    }

    private mutating func set(_ scale: Scale) {
        if let place = scales.firstIndex(where: { $0.path == scale.path }) {
            scales[place] = scale
        } else {
            scales.append(scale)
        }
    }

    /// The factor of a parameter: that of the longest path that it lies below, else 1.
    public func factor(of name: String) -> Double {
        let found = scales.filter { name == $0.path || name.hasPrefix($0.path + ".") }
        return found.max { $0.path.count < $1.path.count }?.factor ?? 1
    }

    /// From its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = LearningRateScales(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(Self.expectation) is expected")
        }
        self = value
    }

    /// As its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(scales.map { "\($0.path)=\($0.factor)" }.joined(separator: ","))
    }
}
