import Foundation

extension Communicator {
    /// The values of every rank.
    ///
    /// - Throws: ``CommunicationError``; what cannot be written as JSON.
    package func gather<Value: Codable>(values value: Value) throws -> [Value] {
        guard isShared else { return [value] }
        return try gather(Self.words(of: Self.encoder.encode(value))).map {
            try Self.decoder.decode(Value.self, from: Self.bytes(in: $0))
        }
    }

    /// What rank 0 makes, on every rank. Where it throws, the others wait until it has ended them.
    package func shared<Value: Codable>(_ make: () throws -> Value) throws -> Value {
        guard isShared else { return try make() }
        let value = isFirst ? try make() : nil
        let words = value == nil ? [] : try Self.words(of: Self.encoder.encode(value))
        let size = try gather([UInt32(words.count)])[0][0]
        let sent = try broadcast(words, size: Int(size))
        if let value { return value }
        return try Self.decoder.decode(Value.self, from: Self.bytes(in: sent))
    }

    // Numbers that are infinite or none travel too.
    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        return decoder
    }

    /// Bytes, and how many they are, as words.
    private static func words(of bytes: Data) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: 1 + (bytes.count + 3) / 4)
        words[0] = UInt32(bytes.count)
        for (index, byte) in bytes.enumerated() { words[1 + index / 4] |= UInt32(byte) << UInt32(8 * (index % 4)) }
        return words
    }

    private static func bytes(in words: [UInt32]) -> Data {
        Data((0..<Int(words[0])).map { UInt8(truncatingIfNeeded: words[1 + $0 / 4] >> UInt32(8 * ($0 % 4))) })
    }
}
