import ArgumentParser
import Datasets
import Training

/// Refuses a count that no run has: too small, or so large that products of it overflow.
///
/// - Parameters:
///   - option: its name, dashes included.
///   - value: what was given, if it was.
///   - least: the least that is allowed.
/// - Throws: `ValidationError`.
func requireCount(_ option: String, _ value: Int?, from least: Int = 1) throws {
    guard let value, !(least...TrainingOptions.largestCount ~= value) else { return }
    throw ValidationError("\(option) must be from \(least) to \(TrainingOptions.largestCount), not \(value)")
}

// Values that more than one command takes, with what may be written where a text is none of them.

/// The seed that a text means.
func readSeed(_ text: String) throws -> UInt64 {
    guard let value = UInt64(text) else { throw ValidationError("It takes a whole number from 0 to \(UInt64.max).") }
    return value
}

/// The size of pictures that a text means.
func readImageSize(_ text: String) throws -> ImageSize {
    guard let value = ImageSize(text) else { throw ValidationError("It takes \(ImageSize.expectation).") }
    return value
}

/// The rule that a text means.
func readSplit(_ text: String) throws -> SplitRule {
    guard let value = SplitRule(text) else { throw ValidationError("It takes one of \(SplitRule.expectation).") }
    return value
}
