import ArgumentParser
import LSNNetworks

/// Refuses a count that no run has: too small, or so large that products of it overflow.
///
/// - Parameters:
///   - option: its name, dashes included.
///   - value: what was given, if it was.
///   - least: the least that is allowed.
/// - Throws: `ValidationError`.
func requireCount(_ option: String, _ value: Int?, from least: Int = 1) throws {
    guard let value, !(least...NetworkTemplate.largestCount ~= value) else { return }
    throw ValidationError("\(option) must be from \(least) to \(NetworkTemplate.largestCount), not \(value)")
}
