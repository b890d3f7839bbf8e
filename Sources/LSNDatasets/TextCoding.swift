/// Values that stand in files as their text.
enum TextCoding {
    static func decode<Value: LosslessStringConvertible>(
        _ decoder: any Decoder,
        expectation: String
    ) throws -> Value {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Value(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is not \(expectation)"
            )
        }
        return value
    }

    static func encode(_ text: String, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
