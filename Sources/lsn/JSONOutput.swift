import Foundation

/// What `--json` prints: one value, keys sorted, on standard output.
enum JSONOutput {
    /// Prints a value.
    static func print(_ value: some Encodable) throws {
        try write(value, formatting: .prettyPrinted)
    }

    /// Prints a value on a line of its own.
    static func printLine(_ value: some Encodable) throws {
        try write(value, formatting: [])
    }

    private static func write(_ value: some Encodable, formatting: JSONEncoder.OutputFormatting) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [formatting, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        Terminal.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }
}
