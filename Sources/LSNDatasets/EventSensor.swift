public import LSNFileFormats
import LSNTensors

/// A grey picture to be shown to a sensor.
public struct GreyPicture: Sendable, Equatable {
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// Brightness `[height][width]` from 0 to 1.
    public let values: [Float]

    /// A picture of `height` · `width` values.
    public init(height: Int, width: Int, values: [Float]) {
        precondition(values.count == height * width, "\(values.count) values for \(height)×\(width) pixels")
        self.height = height
        self.width = width
        self.values = values
    }

    /// Picture `index` of a split, colours weighted as the eye does (ITU-R BT.601).
    public init(_ split: ImageSplit, index: Int, channels: Int, height: Int, width: Int) {
        let weights: [Float] = channels == 3 ? [0.299, 0.587, 0.114] : [1]
        let start = index * split.bytesPerImage
        let area = height * width
        var values = [Float](repeating: 0, count: area)
        for (channel, weight) in weights.enumerated() {
            for pixel in 0..<area {
                values[pixel] += weight / 255 * Float(split.pixels[start + channel * area + pixel])
            }
        }
        self.init(height: height, width: width, values: values)
    }
}

/// A simulated event camera before a moving picture, as CIFAR10-DVS was recorded: a picture on a screen runs along a
/// closed path, and each pixel of a DVS128 sends an event whenever the logarithm of its brightness has changed by a
/// threshold since its last event.
///
/// The model is that of ESIM (Rebecq et al., 2018): brightness is sampled every millisecond, which is less than a quarter
/// of a pixel of the path, and times between are interpolated. Thresholds differ from pixel to pixel, as on a chip; noise
/// and refractory times are left out. The same picture, seed and number give the same recording.
public struct EventSensor: Sendable {
    /// Change of the logarithm that makes an event, of both polarities.
    public var threshold: Float = 0.2
    /// How much thresholds differ, relative to the threshold (a standard deviation).
    public var mismatch: Float = 0.03
    /// Length of a recording in milliseconds.
    public var milliseconds = 300
    /// How often the picture runs along its path.
    public var loops = 2
    /// Rows and columns of the sensor that the picture covers; it lies on grey, or on black for dark corners.
    public var coverage = 96
    /// From the middle of the path to its corners, in pixels of the sensor.
    public var amplitude: Float = 6

    /// Added to the brightness before the logarithm: what a dark screen still gives off.
    private static let darkness: Float = 0.05

    /// A sensor with the values above.
    public init() {}

    /// The recording of a picture.
    ///
    /// - Parameters:
    ///   - picture: what is shown.
    ///   - seed: of thresholds and of the path's start.
    ///   - sample: a number of the recording, so that each has a start of its own.
    ///   - comments: for the file's header.
    public func record(_ picture: GreyPicture, seed: UInt64, sample: Int, comments: [String]) -> AEDAT {
        let extent = AEDAT.extent
        let thresholds = pixelThresholds(seed: seed)
        var random = Philox(seed: seed, purpose: .simulation, epoch: 1, index: sample)
        let phase = random.uniform()
        let scene = Scene(picture, coverage: coverage, darkness: Self.darkness)

        var previous = [Float](repeating: 0, count: extent * extent)
        scene.logarithms(offset: path(phase), into: &previous)
        var reference = previous
        var current = previous
        var events: [AEDAT.Event] = []
        for step in 1...max(milliseconds, 1) {
            let turns = Float(loops) * Float(step) / Float(max(milliseconds, 1))
            scene.logarithms(offset: path(phase + turns), into: &current)
            let first = events.count
            for pixel in 0..<extent * extent where current[pixel] != previous[pixel] {
                let polarity = current[pixel] > previous[pixel] ? 1 : 0
                let change = polarity == 1 ? thresholds[pixel] : -thresholds[pixel]
                while abs(current[pixel] - reference[pixel]) >= thresholds[pixel],
                    (current[pixel] > reference[pixel]) == (polarity == 1)
                {
                    reference[pixel] += change
                    let share = (reference[pixel] - previous[pixel]) / (current[pixel] - previous[pixel])
                    let time = 1000 * (Float(step - 1) + min(max(share, 0), 1))
                    events.append(
                        AEDAT.Event(
                            row: pixel / extent,
                            column: pixel % extent,
                            polarity: polarity,
                            time: UInt32(time)
                        )
                    )
                }
            }
            // Stable: events of the same microsecond stay in the order of the pixels.
            let ordered = events[first...].enumerated().sorted {
                ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
            }
            events.replaceSubrange(first..., with: ordered.map(\.element))
            swap(&previous, &current)
        }
        return AEDAT(comments: comments, events: events)
    }

    /// Where the picture is after so many turns of its path, a rhombus: rows and columns of the sensor.
    private func path(_ turns: Float) -> (rows: Float, columns: Float) {
        let position = 4 * (turns - turns.rounded(.down))
        let corners: [(Float, Float)] = [(0, 1), (1, 0), (0, -1), (-1, 0), (0, 1)]
        let side = min(Int(position), 3)
        let share = position - Float(side)
        let (from, to) = (corners[side], corners[side + 1])
        return (
            amplitude * (from.0 + share * (to.0 - from.0)),
            amplitude * (from.1 + share * (to.1 - from.1))
        )
    }

    /// Roughly normal around the threshold, never below half of it.
    private func pixelThresholds(seed: UInt64) -> [Float] {
        var random = Philox(seed: seed, purpose: .simulation)
        return (0..<AEDAT.extent * AEDAT.extent).map { _ in
            // A sum of twelve uniform numbers has variance 1.
            let normal = (0..<12).reduce(Float(-6)) { sum, _ in sum + random.uniform() }
            return max(threshold * (1 + mismatch * normal), threshold / 2)
        }
    }
}

/// A picture on a screen before the sensor.
private struct Scene {
    private let picture: GreyPicture
    private let coverage: Float
    private let background: Float
    private let darkness: Float

    init(_ picture: GreyPicture, coverage: Int, darkness: Float) {
        self.picture = picture
        self.coverage = Float(coverage)
        self.darkness = darkness
        let (height, width) = (picture.height, picture.width)
        let corners = [0, width - 1, (height - 1) * width, height * width - 1].map { picture.values[$0] }
        background = corners.allSatisfy { $0 < 0.05 } ? 0 : 0.5
    }

    /// The logarithm of each pixel's brightness with the picture's middle `offset` from the sensor's.
    func logarithms(offset: (rows: Float, columns: Float), into result: inout [Float]) {
        let extent = AEDAT.extent
        let rows = positions(offset.rows, picture.height)
        let columns = positions(offset.columns, picture.width)
        let outside = Self.logarithm(background + darkness)
        for row in 0..<extent {
            for column in 0..<extent {
                let (y, x) = (rows[row], columns[column])
                let isFar = y <= -1 || y >= Float(picture.height) || x <= -1 || x >= Float(picture.width)
                result[row * extent + column] = isFar ? outside : Self.logarithm(brightness(y, x) + darkness)
            }
        }
    }

    /// ln x, the same on every machine.
    private static func logarithm(_ x: Float) -> Float { Float(PortableMath.log(Double(x))) }

    /// Where the sensor's rows or columns fall in the picture.
    private func positions(_ offset: Float, _ size: Int) -> [Float] {
        (0..<AEDAT.extent).map { place in
            let middle = Float(place) + 0.5 - Float(AEDAT.extent) / 2 - offset
            return (middle / coverage + 0.5) * Float(size) - 0.5
        }
    }

    /// Between the four pixels around a place; outside the picture is background.
    private func brightness(_ y: Float, _ x: Float) -> Float {
        let (top, left) = (y.rounded(.down), x.rounded(.down))
        let (down, right) = (y - top, x - left)
        let (row, column) = (Int(top), Int(left))
        return (1 - down) * ((1 - right) * value(row, column) + right * value(row, column + 1))
            + down * ((1 - right) * value(row + 1, column) + right * value(row + 1, column + 1))
    }

    private func value(_ row: Int, _ column: Int) -> Float {
        guard row >= 0, row < picture.height, column >= 0, column < picture.width else { return background }
        return picture.values[row * picture.width + column]
    }
}
