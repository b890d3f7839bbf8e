import LSNTensors

/// How training pictures are varied, anew for every epoch.
public struct AugmentationPolicy: Hashable, Codable, Sendable {
    /// Each picture moves by up to this many pixels along both axes, zeros coming in: a crop from a picture padded by
    /// as many on all sides. From 0 to ``maximumShift``.
    public let shift: Int
    /// Whether a picture is flipped, left to right, every other time.
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

    /// What is usual: digits move by 2 pixels and are not flipped, CIFAR's pictures move by 4 and are, events are
    /// rolled by 5 and flipped. Pictures that are files are flipped, and cut from anywhere in any case. Arrays are left as they
    /// are: nothing is known of them.
    ///
    /// - Parameters:
    ///   - name: the data set.
    ///   - imageSize: where digits and CIFAR's pictures are made smaller, they move by as much less, by a pixel at
    ///     least.
    public static func standard(for name: DatasetName, imageSize: ImageSize? = nil) -> AugmentationPolicy {
        func scaled(_ shift: Int) -> Int {
            guard let own = name.pictureSize, case .square(let size) = imageSize else { return shift }
            return max(1, shift * size / own)
        }
        let usual = name.traits.augmentation
        return AugmentationPolicy(shift: scaled(usual.shift), flip: usual.flip)
    }

    /// How one sample moves in an epoch: dy, dx, and 1 where it is flipped.
    func draw(seed: UInt64, epoch: Int, sample: Int) -> [UInt32] {
        var random = Philox(seed: seed, purpose: .augmentation, epoch: epoch, index: sample)
        let dy = Int32(random.integer(below: 2 * shift + 1) - shift)
        let dx = Int32(random.integer(below: 2 * shift + 1) - shift)
        // Drawn whether or not it is used, so that the stream means the same under every policy.
        let flips = random.nextWord() & 1
        return [UInt32(bitPattern: dy), UInt32(bitPattern: dx), flip ? flips : 0]
    }
}
