/// A key of a network's description, with hyphens in its name: written with underscores, as JSON has them, and read with
/// either.
struct DescriptionKey: CodingKey, Hashable {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

/// A mapping of a network's description that knows which keys it may have.
struct DescriptionReader {
    private let container: KeyedDecodingContainer<DescriptionKey>
    private let keys: [String: DescriptionKey]

    /// The mapping that `decoder` stands at.
    ///
    /// - Parameters:
    ///   - decoder: of YAML or JSON.
    ///   - known: the keys that it may have.
    /// - Throws: `DecodingError` for a key that is not known, with the nearest one that is.
    init(_ decoder: any Decoder, known: [String]) throws {
        container = try decoder.container(keyedBy: DescriptionKey.self)
        var keys: [String: DescriptionKey] = [:]
        for key in container.allKeys {
            let name = String(key.stringValue.map { $0 == "_" ? "-" : $0 })
            guard known.contains(name) else {
                let hint = NearestName.find(name, among: known).map { "did you mean '\($0)'?" }
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(
                        codingPath: decoder.codingPath + [key],
                        debugDescription: "there is no key '\(key.stringValue)' here; "
                            + (hint ?? "the keys are \(known.joined(separator: ", "))")
                    )
                )
            }
            keys[name] = key
        }
        self.keys = keys
    }

    /// The value of a key, or nil where it is left out.
    func value<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        guard let key = keys[name] else { return nil }
        return try container.decode(Value.self, forKey: key)
    }

    /// A value that only some numbers or names can be.
    ///
    /// - Parameters:
    ///   - name: the key.
    ///   - expected: what the value must be, for people.
    ///   - isAllowed: whether it may be this.
    func value<Value: Decodable>(_ name: String, _ expected: String, _ isAllowed: (Value) -> Bool) throws -> Value? {
        guard let value: Value = try value(name) else { return nil }
        guard isAllowed(value) else { throw refusal(name, "'\(name)' is \(value); it must be \(expected)") }
        return value
    }

    /// A value that is one of a few names.
    func choice<Value: RawRepresentable & CaseIterable>(_ name: String) throws -> Value?
    where Value.RawValue == String {
        guard let text: String = try value(name) else { return nil }
        if let value = Value(rawValue: text) { return value }
        let names = Value.allCases.map(\.rawValue)
        let hint = NearestName.find(text, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw refusal(name, "'\(name)' is '\(text)'; it must be one of \(names.joined(separator: ", "))\(hint)")
    }

    /// A key's value, which must be there.
    func required<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value: Value = try value(name) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: container.codingPath, debugDescription: "'\(name)' is missing")
            )
        }
        return value
    }

    /// An error at a key.
    func refusal(_ name: String, _ problem: String) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(
                codingPath: container.codingPath + (keys[name].map { [$0] } ?? []),
                debugDescription: problem
            )
        )
    }
}

extension KeyedEncodingContainer<DescriptionKey> {
    /// Writes a key where there is a value.
    mutating func write(_ name: String, _ value: (some Encodable)?) throws {
        if let value { try encode(value, forKey: DescriptionKey(String(name.map { $0 == "-" ? "_" : $0 }))) }
    }
}
