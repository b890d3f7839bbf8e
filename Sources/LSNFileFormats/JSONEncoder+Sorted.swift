package import Foundation

extension JSONEncoder {
    /// As every JSON of this program is written: keys sorted, slashes as they are, so that equal values have equal bytes.
    ///
    /// - Parameter isIndented: whether each member has a line of its own; everything is on one line otherwise.
    package static func sorted(isIndented: Bool) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
        return encoder
    }
}
