/// Why a case could not be read or run; a failure of the check, never a reason to skip it.
package enum ConformanceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A case asks for an operation that this program does not know.
    case unknownOperation(String)
    /// A case has attributes that its operation does not know, or does not expect here.
    case unknownAttributes([String], operation: String)
    /// A case has inputs or parameters that its operation does not know.
    case unknownTensors([String], operation: String)
    /// An attribute is missing, or has a value that the operation does not know.
    case attribute(String, problem: String, operation: String)
    /// An input or a parameter is missing, or is not what the operation takes.
    case tensor(String, problem: String, operation: String)
    /// A value is not what it is by its definition, whatever computes it.
    case wrong(String)
    /// The case itself is no good: it would show nothing.
    case badCase(String)
    /// No case is left to run; the text says where they were looked for.
    case noCases(String)

    /// For people.
    package var description: String {
        switch self {
        case .unknownOperation(let name): "unknown operation \"\(name)\""
        case .unknownAttributes(let names, let operation):
            "unknown \(names.count == 1 ? "attribute" : "attributes") \(names.joined(separator: ", ")) of \(operation)"
        case .unknownTensors(let names, let operation):
            "unknown \(names.count == 1 ? "tensor" : "tensors") \(names.joined(separator: ", ")) of \(operation)"
        case .attribute(let name, let problem, let operation): "attribute \(name) of \(operation) \(problem)"
        case .tensor(let name, let problem, let operation): "tensor \(name) of \(operation) \(problem)"
        case .wrong(let text): text
        case .badCase(let text): text
        case .noCases(let text): text
        }
    }
}
