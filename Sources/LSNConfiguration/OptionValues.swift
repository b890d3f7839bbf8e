package import ArgumentParser
package import LSNDatasets
import LSNNetworks
package import LSNTraining

// How values of options are read: each says what it takes, so that a range stands where its option is declared.

/// The value of this name, for options that take one of a few names.
///
/// - Throws: `ValidationError` with the names and, where one is like it, the nearest.
@Sendable
package func named<Value: RawRepresentable & CaseIterable>(_ name: String) throws -> Value
where Value.RawValue == String {
    if let value = Value(rawValue: name) { return value }
    let names = Value.allCases.map(\.rawValue)
    let hint = NearestName.find(name, among: names).map { "did you mean '\($0)'? " } ?? ""
    throw ValidationError(hint + "It takes one of \(names.joined(separator: ", ")).")
}

/// A number that lies where `isAllowed` says.
///
/// - Parameters:
///   - allowed: where, in words.
///   - isAllowed: whether a value may be given.
package func number<Value: LosslessStringConvertible & SendableMetatype>(
    _ allowed: String,
    _ isAllowed: @escaping @Sendable (Value) -> Bool
) -> @Sendable (String) throws -> Value {
    { text in
        guard let value = Value(text), isAllowed(value) else { throw ValidationError("It must be \(allowed).") }
        return value
    }
}

/// A count of time steps, epochs or samples.
@Sendable
package func count(_ text: String) throws -> Int {
    let most = NetworkTemplate.largestCount
    return try number("from 1 to \(most)") { 1...most ~= $0 }(text)
}

/// A whole number that is no less than `least`.
package func atLeast(_ least: Int) -> @Sendable (String) throws -> Int {
    number(least == 0 ? "0 or more" : "at least \(least)") { $0 >= least }
}

/// A finite number above 0.
@Sendable
package func positive<Value: BinaryFloatingPoint & LosslessStringConvertible & SendableMetatype>(_ text: String) throws
    -> Value
{
    try number("more than 0") { $0 > 0 && $0.isFinite }(text)
}

/// α of Beta(α, α).
@Sendable
package func readAlpha(_ text: String) throws -> Double {
    try number("more than 0, and at most 100") { $0 > 0 && $0 <= 100 }(text)
}

/// A finite number.
@Sendable
package func finite<Value: BinaryFloatingPoint & LosslessStringConvertible & SendableMetatype>(_ text: String) throws
    -> Value
{
    try number("a finite number") { $0.isFinite }(text)
}

/// The seed that a text means.
@Sendable
package func readSeed(_ text: String) throws -> UInt64 {
    try number("a whole number from 0 to \(UInt64.max)") { (_: UInt64) in true }(text)
}

/// The size of pictures that a text means.
@Sendable
package func readImageSize(_ text: String) throws -> ImageSize {
    guard let value = ImageSize(text) else { throw ValidationError("It takes \(ImageSize.expectation).") }
    return value
}

/// The rule that a text means.
@Sendable
package func readSplit(_ text: String) throws -> SplitRule {
    guard let value = SplitRule(text) else { throw ValidationError("It takes one of \(SplitRule.expectation).") }
    return value
}

/// The size of a sensor that a text means.
@Sendable
package func readEventSize(_ text: String) throws -> EventSize {
    guard let value = EventSize(text) else { throw ValidationError("It takes \(EventSize.expectation).") }
    return value
}

/// The normalisation of arrays that a text means.
@Sendable
package func readNormalization(_ text: String) throws -> ArrayNormalization {
    guard let value = ArrayNormalization(text) else {
        throw ValidationError("It takes \(ArrayNormalization.expectation).")
    }
    return value
}

/// The factors of the learning rate that a text means.
@Sendable
package func readScales(_ text: String) throws -> LearningRateScales {
    guard let value = LearningRateScales(text) else {
        throw ValidationError("It takes \(LearningRateScales.expectation).")
    }
    return value
}

/// The part of the training split that a text means.
@Sendable
package func readValidationSplit(_ text: String) throws -> ValidationSplit {
    guard let value = ValidationSplit(text) else { throw ValidationError("It takes \(ValidationSplit.expectation).") }
    return value
}

extension ArgumentHelp {
    /// The help of an option that takes one of a few names, which stand in the place of its value.
    package static func choice<Value: RawRepresentable & CaseIterable>(_ type: Value.Type, _ text: String)
        -> ArgumentHelp
    where Value.RawValue == String {
        ArgumentHelp("\(text)", valueName: type.allCases.map(\.rawValue).joined(separator: "|"))
    }
}
