import LSNTensors

/// How training pictures are varied, anew for every epoch.
public struct AugmentationPolicy: Hashable, Codable, Sendable {
    /// Each picture moves by up to this many pixels along both axes, zeros coming in: a crop from a picture padded by
    /// as many on all sides. From 0 to ``maximumShift``.
    public let shift: Int
    /// Whether a picture is flipped, left to right, every other time.
    public let flip: Bool
    /// Rows and columns of the square that is cut out of a picture; 0: none. See `erasures(seed:epoch:sample:height:width:)`.
    public let cutout: Int
    /// How often a rectangle of a picture is erased, from 0 to 1.
    public let randomErasing: Double

    /// Larger than any picture.
    public static let maximumShift = 1 << 12

    /// Pictures as they are.
    public static let none = AugmentationPolicy(shift: 0, flip: false)

    /// A policy; `shift` and `cutout` are from 0 to ``maximumShift``, `randomErasing` from 0 to 1.
    public init(shift: Int, flip: Bool, cutout: Int = 0, randomErasing: Double = 0) {
        precondition((0...Self.maximumShift).contains(shift), "a shift of \(shift) pixels")
        precondition((0...Self.maximumShift).contains(cutout), "a square of \(cutout) pixels")
        precondition((0...1).contains(randomErasing), "a probability of \(randomErasing)")
        self.shift = shift
        self.flip = flip
        self.cutout = cutout
        self.randomErasing = randomErasing
    }

    /// A policy from a configuration file.
    ///
    /// - Throws: `DecodingError` where a value is missing, of another type, or out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func require(_ isAllowed: Bool, _ key: CodingKeys, _ problem: String) throws {
            guard isAllowed else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: problem)
            }
        }
        let pixels = 0...Self.maximumShift
        let shift = try container.decode(Int.self, forKey: .shift)
        try require(pixels ~= shift, .shift, "a shift of \(shift) pixels: use 0 to \(Self.maximumShift)")
        // Earlier versions erased nothing.
        let cutout = try container.decodeIfPresent(Int.self, forKey: .cutout) ?? 0
        try require(pixels ~= cutout, .cutout, "a square of \(cutout) pixels: use 0 to \(Self.maximumShift)")
        let erasing = try container.decodeIfPresent(Double.self, forKey: .randomErasing) ?? 0
        try require(0...1 ~= erasing, .randomErasing, "a probability of \(erasing): use 0 to 1")
        self.init(
            shift: shift,
            flip: try container.decode(Bool.self, forKey: .flip),
            cutout: cutout,
            randomErasing: erasing
        )
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
