/// Why a network could not be described or filled with values.
public enum NetworkError: Error, Sendable, CustomStringConvertible {
    /// No architecture has this name.
    case unknownArchitecture(name: String, nearest: [String], known: [String])
    /// A setting that no network can have; the text says which, and what would do.
    case invalid(String)
    /// A setting that the network, or another setting, has no use for; the key is its name in files, and as an option.
    case misplaced(key: String, problem: String, advice: String)
    /// Named tensors that do not fit a network.
    case state(StateMismatch)

    /// For people.
    public var description: String {
        switch self {
        case .unknownArchitecture(let name, let nearest, let known):
            let hint = nearest.isEmpty ? "" : "did you mean \(nearest.joined(separator: " or "))? "
            return "there is no model named \"\(name)\"; \(hint)known models: \(known.joined(separator: ", "))"
        case .invalid(let text):
            return text
        case .misplaced(let key, let problem, let advice):
            return "\(key): \(problem). \(advice)"
        case .state(let mismatch):
            return mismatch.description
        }
    }
}

/// What is wrong with named tensors that were to fill a network.
public struct StateMismatch: Hashable, Sendable, CustomStringConvertible {
    /// A tensor of another shape than the network's.
    public struct WrongShape: Hashable, Sendable {
        /// Of the tensor.
        public let name: String
        /// The shape that was given.
        public let found: [Int]
        /// The network's.
        public let expected: [Int]
    }

    /// Where the tensors came from: a path, for people.
    public let source: String
    /// Names that the network has and the source has not, in the network's order.
    public internal(set) var missing: [String] = []
    /// Names that the source has and the network has not, in the source's order.
    public internal(set) var unexpected: [String] = []
    /// Names that the source has more than once.
    public internal(set) var repeated: [String] = []
    /// Tensors of another shape.
    public internal(set) var wrongShapes: [WrongShape] = []
    /// Tensors with another number of values than their own shape says.
    public internal(set) var wrongCounts: [String] = []

    init(source: String) {
        self.source = source
    }

    var isEmpty: Bool {
        missing.isEmpty && unexpected.isEmpty && repeated.isEmpty && wrongShapes.isEmpty && wrongCounts.isEmpty
    }

    /// For people.
    public var description: String {
        var problems: [String] = []
        if !missing.isEmpty { problems.append("missing \(Self.list(missing))") }
        if !unexpected.isEmpty { problems.append("unexpected \(Self.list(unexpected))") }
        if !repeated.isEmpty { problems.append("more than once \(Self.list(repeated))") }
        if !wrongShapes.isEmpty {
            problems.append(
                "wrong shape "
                    + Self.list(wrongShapes.map { "\($0.name) is \($0.found), the network's is \($0.expected)" })
            )
        }
        if !wrongCounts.isEmpty { problems.append("values do not fill the shape of \(Self.list(wrongCounts))") }
        return "\(source): tensors do not fit the network: \(problems.joined(separator: "; ")). "
            + "Check that the model, width, classes, channels and stem are those the file was saved with"
    }

    private static func list(_ names: [String]) -> String {
        let shown = 8
        let rest = names.count > shown ? " and \(names.count - shown) more" : ""
        return "(\(names.count)): \(names.prefix(shown).joined(separator: ", "))\(rest)"
    }
}
