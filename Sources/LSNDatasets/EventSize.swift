/// Rows and columns of a sensor.
public struct EventSize: Hashable, Sendable, LosslessStringConvertible, Codable {
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int

    /// Larger ones are refused.
    public static let limit = 4096
    /// What may be written.
    public static let expectation = "the sensor's rows and columns, as 260x346, each from 1 to \(limit)"

    /// A sensor of so many rows and columns, 1 or more.
    init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// From `260x346`.
    public init?(_ description: String) {
        let extents = description.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard extents.count == 2, let height = extents[0], let width = extents[1],
            (1...Self.limit).contains(height), (1...Self.limit).contains(width)
        else { return nil }
        self.init(height: height, width: width)
    }

    /// From its text.
    public init(from decoder: any Decoder) throws {
        self = try TextCoding.decode(decoder, expectation: Self.expectation)
    }

    /// As its text.
    public func encode(to encoder: any Encoder) throws {
        try TextCoding.encode(description, to: encoder)
    }

    /// As it is written.
    public var description: String { "\(height)x\(width)" }
}
