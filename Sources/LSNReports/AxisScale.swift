import Foundation

/// From values to places on an axis, with ticks at round numbers.
struct AxisScale: Sendable {
    /// A tick.
    struct Tick: Sendable, Equatable {
        let value: Double
        let label: String
    }

    /// The values at the axis' ends.
    let lower: Double
    let upper: Double
    /// Whether equal distances are equal factors.
    let isLogarithmic: Bool
    let ticks: [Tick]

    /// Where a value stands, 0 at the lower end and 1 at the upper; nil for values that the axis cannot show.
    func position(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        if isLogarithmic {
            guard value > 0 else { return nil }
            return (log10(value) - log10(lower)) / (log10(upper) - log10(lower))
        }
        return (value / 2 - lower / 2) / (upper / 2 - lower / 2)
    }

    /// Larger values are no measurements, and would overflow.
    private static let limit = 1e300

    private static func range(_ values: [Double]) -> (Double, Double)? {
        let usable = values.filter { $0.isFinite && $0.magnitude < limit }
        guard let least = usable.min(), let most = usable.max() else { return nil }
        return (least, most)
    }

    /// A linear axis that holds `values` and ends at ticks.
    ///
    /// - Parameters:
    ///   - values: what is drawn.
    ///   - startsAtZero: whether it begins at 0, as quantities without negative values do.
    ///   - atMost: its end where the values would let it reach beyond, such as 1 for shares.
    ///   - isPercent: whether ticks are labelled as percentages.
    static func linear(
        _ values: [Double],
        startsAtZero: Bool = false,
        atMost: Double? = nil,
        isPercent: Bool = false
    ) -> AxisScale {
        var (least, most) = range(values) ?? (0, 1)
        if startsAtZero { least = min(0, least) }
        if most - least <= max(most.magnitude, least.magnitude) * 1e-9 || most - least < 1e-300 {
            let room = max(most.magnitude * 0.1, startsAtZero && most == 0 ? 1 : 1e-3)
            if !(startsAtZero && least == 0) { least -= room }
            most += room
        }
        let step = roundStep((most - least) / 5)
        let lower = floor(least / step + 1e-9) * step
        var upper = ceil(most / step - 1e-9) * step
        if let atMost, most <= atMost, upper > atMost { upper = atMost }
        let count = min(max(Int(((upper - lower) / step + 1e-6).rounded(.down)), 0), 12)
        let scale = isPercent ? 100.0 : 1
        let ticks = (0...count).map { index in
            let value = lower + Double(index) * step
            // What is left of subtracting equals is no tick of its own.
            let exact = value.magnitude < step * 1e-6 ? 0 : value
            let label = NumberText.tick(exact * scale, step: step * scale)
            return Tick(value: exact, label: isPercent ? label + "\u{A0}%" : label)
        }
        return AxisScale(lower: lower, upper: upper, isLogarithmic: false, ticks: ticks)
    }

    /// A logarithmic axis of whole powers of ten that holds the positive ones among `values`.
    static func logarithmic(_ values: [Double]) -> AxisScale {
        let positive = values.filter { $0 > 1e-300 }
        let (least, most) = range(positive) ?? (0.1, 1)
        let first = Int(floor(log10(least) + 1e-9))
        let last = max(Int(ceil(log10(most) - 1e-9)), first + 1)
        let stride = max(1, (last - first + 4) / 5)
        var ticks: [Tick] = []
        for exponent in first...last where (exponent - first) % stride == 0 {
            ticks.append(Tick(value: pow(10, Double(exponent)), label: NumberText.power(exponent)))
        }
        // One or two decades alone would leave the axis nearly bare.
        if last - first <= 2 {
            for exponent in first..<last {
                for factor in last - first == 1 ? [2.0, 5] : [3.0] {
                    let value = factor * pow(10, Double(exponent))
                    ticks.append(Tick(value: value, label: NumberText.short(value)))
                }
            }
            ticks.sort { $0.value < $1.value }
        }
        return AxisScale(
            lower: pow(10, Double(first)),
            upper: pow(10, Double(last)),
            isLogarithmic: true,
            ticks: ticks
        )
    }

    /// An axis of whole numbers, such as epochs or blocks, that ends where the values do.
    ///
    /// - Parameter zeroLabel: what stands at 0 in place of the number.
    static func whole(_ values: [Double], zeroLabel: String? = nil) -> AxisScale {
        let (smallest, largest) = range(values) ?? (1, 1)
        let (least, most) = (floor(smallest), ceil(largest))
        guard most > least else {
            let label = least == 0 ? zeroLabel ?? "0" : NumberText.tick(least, step: 1)
            return AxisScale(
                lower: least - 0.5,
                upper: most + 0.5,
                isLogarithmic: false,
                ticks: [Tick(value: least, label: label)]
            )
        }
        let step = max(1, roundStep((most - least) / 6))
        let first = ceil(least / step) * step
        let count = min(max(Int((most - first) / step), 0), 12)
        var ticks = (0...count).map { index in
            let value = first + Double(index) * step
            return Tick(value: value, label: value == 0 ? zeroLabel ?? "0" : NumberText.tick(value, step: step))
        }
        // The first epoch is worth its number where there is room for it.
        if first - least > step / 2 { ticks.insert(Tick(value: least, label: NumberText.tick(least, step: 1)), at: 0) }
        return AxisScale(lower: least, upper: most, isLogarithmic: false, ticks: ticks)
    }

    /// The axis that shows positive `values` best: logarithmic where they span much.
    static func fitting(_ values: [Double]) -> AxisScale {
        let usable = values.filter { $0.isFinite && $0.magnitude < limit }
        if let least = usable.min(), let most = usable.max(), least > 0, most / least > 100 {
            return logarithmic(usable)
        }
        return linear(usable, startsAtZero: (usable.min() ?? 0) >= 0)
    }

    /// 1, 2 or 5 times a power of ten, `size` or a little more.
    private static func roundStep(_ size: Double) -> Double {
        guard size.isFinite, size > 1e-300 else { return 1 }
        let power = pow(10, floor(log10(size)))
        let factor = size / power
        return power * (factor <= 1.0001 ? 1 : factor <= 2.0001 ? 2 : factor <= 5.0001 ? 5 : 10)
    }
}
