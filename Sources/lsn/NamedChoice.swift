import ArgumentParser
import Networks

/// The value of this name, for options that take one of a few names.
///
/// - Throws: `ValidationError` with the names and, where one is like it, the nearest.
func named<Value: RawRepresentable & CaseIterable>(_ name: String) throws -> Value where Value.RawValue == String {
    if let value = Value(rawValue: name) { return value }
    let names = Value.allCases.map(\.rawValue)
    let hint = NearestName.find(name, among: names).map { "did you mean '\($0)'? " } ?? ""
    throw ValidationError(hint + "It takes one of \(names.joined(separator: ", ")).")
}

extension ArgumentHelp {
    /// The help of an option that takes one of a few names, which stand in the place of its value.
    static func choice<Value: RawRepresentable & CaseIterable>(_ type: Value.Type, _ text: String) -> ArgumentHelp
    where Value.RawValue == String {
        ArgumentHelp("\(text)", valueName: type.allCases.map(\.rawValue).joined(separator: "|"))
    }
}
