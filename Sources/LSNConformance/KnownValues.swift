import LSNFileFormats
import LSNKnownValues

extension ConformanceCatalogue {
    /// Golden cases that travel inside the binary, one of each operation at least: what the reference itself is checked
    /// against, wherever the program runs.
    ///
    /// - Throws: ``ConformanceError/noCases(_:)`` where the filter matches nothing.
    package static func knownValues(filter: String? = nil) throws -> [ConformanceCase] {
        let cases = try (0..<lsn_known_values_count).map { index in
            let item = unsafe lsn_known_value(index)
            let bytes = unsafe Array(UnsafeBufferPointer(start: item.bytes, count: item.length))
            let name = unsafe String(cString: item.name)
            return try GoldenFolder.parse(Safetensors.parse(bytes, path: name), path: name)
        }
        return try GoldenFolder.select(cases, filter, source: "known values")
    }
}
