/// What cannot be measured, in words.
package struct BenchmarkError: Error, Sendable, Equatable, CustomStringConvertible {
    /// For people.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
