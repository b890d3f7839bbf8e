import Foundation
import LSNTraining

/// Numbers as a report shows them: as many digits as a reader can use.
enum NumberText {
    /// What stands for a value that is not known.
    static let unknown = "–"

    /// A number with three significant digits; powers of ten where it would be long.
    static func short(_ value: Double?, digits: Int = 3) -> String {
        guard let value else { return unknown }
        guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
        guard value != 0 else { return "0" }
        let exponent = Int(floor(log10(value.magnitude)))
        if exponent < -4 || exponent >= 7 {
            let (mantissa, power) = split(value, digits: digits)
            return "\(signed(trimmed(mantissa)))×10\(superscript(power))"
        }
        let decimals = max(0, digits - 1 - exponent)
        let text = ProgressText.decimal(value, decimals)
        return signed(decimals > 0 ? trimmed(text) : separated(text))
    }

    /// A fraction as a percentage with two digits after the point.
    static func percent(_ fraction: Double?) -> String {
        guard let fraction, fraction.isFinite else { return unknown }
        return ProgressText.percent(fraction).replacing(" %", with: "\u{A0}%")
    }

    /// A loss.
    static func loss(_ value: Double?) -> String {
        guard let value, value.isFinite else { return unknown }
        return value.magnitude < 1e-3 || value.magnitude >= 1e4 ? short(value) : ProgressText.decimal(value, 4)
    }

    /// A count with a separator before every three digits.
    static func count(_ value: Int?) -> String {
        value.map(ProgressText.count) ?? unknown
    }

    /// Bytes in the unit that leaves one to four digits before the point.
    static func bytes(_ count: Double?) -> String {
        guard let count, count.isFinite else { return unknown }
        var (value, unit) = (count, 0)
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        while value.magnitude >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return "\(unit == 0 ? ProgressText.decimal(value, 0) : short(value))\u{A0}\(units[unit])"
    }

    /// A duration: `8.2 s` below a minute, `12:34` or `1:02:03` above.
    static func duration(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return unknown }
        if seconds >= 60 { return ProgressText.time(seconds) }
        return seconds < 1 ? "\(short(1000 * seconds))\u{A0}ms" : "\(short(seconds, digits: 2))\u{A0}s"
    }

    /// Images a second.
    static func rate(_ value: Double?) -> String {
        guard let value, value.isFinite else { return unknown }
        return "\(short(value))\u{A0}images/s"
    }

    /// A tick of a linear axis with ticks every `step`.
    static func tick(_ value: Double, step: Double) -> String {
        guard value != 0 else { return "0" }
        let largest = value.magnitude
        if step < 1e-4 || largest >= 1e7 { return short(value) }
        let decimals = max(0, -Int(floor(log10(step) + 1e-9)))
        let text = ProgressText.decimal(value, decimals)
        return signed(decimals > 0 ? text : separated(text))
    }

    /// A power of ten.
    static func power(_ exponent: Int) -> String {
        switch exponent {
        case 0: "1"
        case 1: "10"
        default: "10\(superscript(exponent))"
        }
    }

    /// A number for programs, six significant digits.
    static func plain(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e6 ? "\(Int(value))" : String(format: "%.6g", value)
    }

    /// A coordinate of a drawing, one digit after the point.
    static func coordinate(_ value: Double) -> String {
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }

    private static func split(_ value: Double, digits: Int) -> (String, Int) {
        let parts = String(format: "%.\(digits - 1)e", value).split(separator: "e")
        return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    }

    /// Without zeros at the end of a fraction.
    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var result = Substring(text)
        while result.hasSuffix("0") { result.removeLast() }
        if result.hasSuffix(".") { result.removeLast() }
        return String(result)
    }

    private static func separated(_ text: String) -> String {
        Int(text).map(ProgressText.count) ?? text
    }

    private static func signed(_ text: String) -> String {
        text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }

    private static func superscript(_ exponent: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        let text = String(exponent.magnitude).compactMap { $0.wholeNumberValue }.map { String(digits[$0]) }.joined()
        return (exponent < 0 ? "⁻" : "") + text
    }
}
