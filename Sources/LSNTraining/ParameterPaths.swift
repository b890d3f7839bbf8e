/// Paths below which parameters lie, e.g. `stem,stages.0`: each once, in the order in which they were given.
public struct ParameterPaths: Hashable, Sendable, Codable {
    /// One or more.
    public let paths: [String]

    /// From texts of one path or more, commas between; nil where there is none.
    public init?(_ texts: [String]) {
        var paths: [String] = []
        for text in texts {
            for path in text.split(separator: ",").map(String.init) where !paths.contains(path) { paths.append(path) }
        }
        guard !paths.isEmpty else { return nil }
        self.paths = paths
    }

    /// From its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = ParameterPaths([text]) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "paths of parameters are expected")
        }
        self = value
    }

    /// As its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(paths.joined(separator: ","))
    }
}
