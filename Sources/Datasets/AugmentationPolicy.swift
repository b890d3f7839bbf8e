/// How training pictures are varied, anew for every epoch.
public struct AugmentationPolicy: Hashable, Codable, Sendable {
    /// Each picture moves by up to this many pixels along both axes, zeros coming in: a crop from a picture padded by
    /// as many on all sides. From 0 to ``maximumShift``.
    public let shift: Int
    /// Whether a picture is mirrored, left to right, every other time.
    public let flip: Bool

    /// Larger shifts than any picture.
    public static let maximumShift = 1 << 12

    /// Pictures as they are.
    public static let none = AugmentationPolicy(shift: 0, flip: false)

    /// A policy; `shift` is from 0 to ``maximumShift``.
    public init(shift: Int, flip: Bool) {
        precondition((0...Self.maximumShift).contains(shift), "a shift of \(shift) pixels")
        self.shift = shift
        self.flip = flip
    }

    /// A policy from a configuration file.
    ///
    /// - Throws: `DecodingError` where a value is missing, of another type, or out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let shift = try container.decode(Int.self, forKey: .shift)
        guard (0...Self.maximumShift).contains(shift) else {
            throw DecodingError.dataCorruptedError(
                forKey: .shift,
                in: container,
                debugDescription: "a shift of \(shift) pixels: use 0 to \(Self.maximumShift)"
            )
        }
        self.init(shift: shift, flip: try container.decode(Bool.self, forKey: .flip))
    }

    /// What is usual: digits move by 2 pixels and are not mirrored, CIFAR-10's pictures move by 4 and are.
    public static func standard(for name: DatasetName) -> AugmentationPolicy {
        switch name {
        case .digits, .mnist: AugmentationPolicy(shift: 2, flip: false)
        case .cifar10: AugmentationPolicy(shift: 4, flip: true)
        }
    }
}
