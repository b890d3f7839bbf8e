import Dispatch
import LSNFileFormats
import Synchronization

/// How arrays are normalised before they go into a network: (value − mean) / deviation by channel, where the values of bytes
/// are divided by 255 before.
public enum ArrayNormalization: Hashable, Sendable, LosslessStringConvertible, Codable {
    /// By the mean and the deviation of the training split, which a run writes down.
    case auto
    /// Not: bytes are divided by 255, all else goes into the network as it is.
    case none
    /// By these, one of each for all channels or one for each channel.
    case constants(mean: [Float], deviation: [Float])

    /// What may be written.
    public static let expectation =
        "auto, none, or MEAN/STD, each a number or one for each channel with commas between (0.49,0.48,0.45/0.25,0.24,0.26)"

    /// From its text.
    public init?(_ description: String) {
        switch description {
        case "auto": self = .auto
        case "none": self = .none
        default:
            let parts = description.split(separator: "/", omittingEmptySubsequences: false).map { part in
                part.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
            }
            guard parts.count == 2, parts[0].count == parts[1].count, !parts.joined().contains(nil) else { return nil }
            let (mean, deviation) = (parts[0].compactMap(\.self), parts[1].compactMap(\.self))
            guard mean.allSatisfy(\.isFinite), deviation.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
            self = .constants(mean: mean, deviation: deviation)
        }
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
    public var description: String {
        switch self {
        case .auto: "auto"
        case .none: "none"
        case .constants(let mean, let deviation):
            [mean, deviation].map { $0.map { "\($0)" }.joined(separator: ",") }.joined(separator: "/")
        }
    }

    /// The constants for so many channels; nil for ``auto``, which the samples say.
    ///
    /// - Throws: ``DatasetError`` where there are others.
    func constants(channels: Int) throws(DatasetError) -> (mean: [Float], deviation: [Float])? {
        switch self {
        case .auto: return nil
        case .none:
            return ([Float](repeating: 0, count: channels), [Float](repeating: 1, count: channels))
        case .constants(let mean, let deviation):
            guard mean.count == channels || mean.count == 1 else {
                throw DatasetError(
                    "--normalize has constants for \(mean.count) channels, and the samples have \(channels): give \(channels) "
                        + "of each, or one"
                )
            }
            guard mean.count != channels else { return (mean, deviation) }
            return (
                [Float](repeating: mean[0], count: channels), [Float](repeating: deviation[0], count: channels)
            )
        }
    }
}

/// Mean and sum of squared deviations of many values, of which parts can be merged.
private struct ValueMoments: Sendable {
    var count = 0.0
    var mean = 0.0
    var squares = 0.0

    init() {}

    init(_ values: ArraySlice<Float>) {
        guard !values.isEmpty else { return }
        count = Double(values.count)
        mean = values.reduce(0) { $0 + Double($1) } / count
        squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    }

    mutating func merge(_ other: ValueMoments) {
        guard other.count > 0 else { return }
        let total = count + other.count
        let difference = other.mean - mean
        squares += other.squares + difference * difference * count * other.count / total
        mean += difference * other.count / total
        count = total
    }

    /// Of all values; of values that are all the same 1, so that they become 0.
    var deviation: Float {
        let result = Float((squares / max(count, 1)).squareRoot())
        return result > 0 && result.isFinite ? result : 1
    }
}

extension SampleArray {
    /// Mean and deviation of each channel over some samples; values of bytes are divided by 255.
    ///
    /// Samples are taken on all cores, and their moments merged in order: the constants are the same everywhere.
    ///
    /// - Throws: `FileFormatError` where the file cannot be read, or a value is not finite.
    func constants(of places: [Int]) throws(FileFormatError) -> (mean: [Float], deviation: [Float]) {
        let part = 64
        let parts = Mutex(
            [Result<[ValueMoments], FileFormatError>?](
                repeating: nil,
                count: (places.count + part - 1) / part
            )
        )
        DispatchQueue.concurrentPerform(iterations: (places.count + part - 1) / part) { index in
            let own = places[index * part..<min((index + 1) * part, places.count)]
            let found = Result { () throws(FileFormatError) in try moments(own) }
            parts.withLock { $0[index] = found }
        }
        var total = [ValueMoments](repeating: ValueMoments(), count: channels)
        for case .some(let part) in parts.withLock({ $0 }) {
            for (channel, moments) in try part.get().enumerated() { total[channel].merge(moments) }
        }
        let scale: Double = isBytes ? 255 : 1
        return (
            total.map { Float($0.mean / scale) },
            total.map { moments in
                var scaled = moments
                scaled.squares /= scale * scale
                return scaled.deviation
            }
        )
    }

    private func moments(_ places: ArraySlice<Int>) throws(FileFormatError) -> [ValueMoments] {
        var result = [ValueMoments](repeating: ValueMoments(), count: channels)
        let area = height * width
        for place in places {
            let values = try floats(place)
            for plane in 0..<steps * channels {
                result[plane % channels].merge(ValueMoments(values[plane * area..<(plane + 1) * area]))
            }
        }
        return result
    }
}
