import Foundation
import LSNFileFormats

/// What `--json` prints: one value, keys sorted, on standard output.
enum JSONOutput {
    /// Prints a value.
    static func print(_ value: some Encodable) throws {
        try write(value, isIndented: true)
    }

    /// Prints a value on a line of its own.
    static func printLine(_ value: some Encodable) throws {
        try write(value, isIndented: false)
    }

    /// JSON escapes no more than it must, and a terminal obeys other control characters too. They only stand in strings.
    private static func escaped(_ json: String) -> String {
        let controls = json.unicodeScalars.contains { $0 != "\n" && PrintableText.isControl($0) }
        guard controls else { return json }
        return json.unicodeScalars.map { scalar in
            guard scalar != "\n", PrintableText.isControl(scalar) else { return String(scalar) }
            return "\\u" + String(format: "%04x", scalar.value)
        }.joined()
    }

    private static func write(_ value: some Encodable, isIndented: Bool) throws {
        let encoder = JSONEncoder.sorted(isIndented: isIndented)
        encoder.keyEncodingStrategy = .convertToSnakeCase
        Terminal.writeUnchanged(escaped(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n")
    }
}
