import Foundation
import LSNFileFormats

/// How an experiment's JSON is laid out: keys sorted and indented, what holds no further object or array on one line, so
/// that a block or an epoch is a line to read and to compare.
enum JSONLayout {
    /// A value's JSON, a line's end behind it.
    static func bytes(of value: some Encodable) throws -> [UInt8] {
        let text = String(decoding: try JSONEncoder.sorted(isIndented: true).encode(value), as: UTF8.self)
        return Array((joined(text.split(separator: "\n")).joined(separator: "\n") + "\n").utf8)
    }

    /// Joins the lines of indented JSON from each opening bracket to its closing one, where none opens between them. A text
    /// never ends a line with a bracket, nor begins one: its quotes do.
    private static func joined(_ lines: [Substring]) -> [String] {
        var result: [String] = []
        /// Where the innermost bracket was opened, while only plain values have followed.
        var opening: Int?
        for line in lines {
            let content = line.drop { $0 == " " }
            switch (content.first, content.last) {
            case (nil, _):
                continue
            case (_, "{"), (_, "["):
                opening = result.count
                result.append(String(line))
            case ("}", _), ("]", _):
                guard let start = opening else {
                    result.append(String(line))
                    continue
                }
                let values = result[(start + 1)...].map { $0.drop { $0 == " " } }
                result.removeSubrange((start + 1)...)
                result[start] += values.isEmpty ? content : " \(values.joined(separator: " ")) \(content)"
                opening = nil
            default:
                result.append(String(line))
            }
        }
        return result
    }
}
