/// What the elements of a stored tensor are, by the names of the safetensors format.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case brainFloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .brainFloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// Little-endian elements of this type as floats, those of 64 bits rounded to nearest; nil where an integer is none
    /// that a float can hold.
    func floats(_ bytes: [UInt8]) -> [Float]? {
        switch self {
        case .float64: return LittleEndian.decode(bytes, as: UInt64.self) { Float(Double(bitPattern: $0)) }
        case .float32: return LittleEndian.decode(bytes, as: UInt32.self) { Float(bitPattern: $0) }
        case .float16: return LittleEndian.decode(bytes, as: UInt16.self) { Float(Float16(bitPattern: $0)) }
        case .brainFloat16:
            return LittleEndian.decode(bytes, as: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool:
            guard let integers = integers(bytes) else { return nil }
            let values = integers.map { Float(exactly: $0) }
            return values.contains(nil) ? nil : values.compactMap { $0 }
        }
    }

    /// Little-endian elements of this type as integers; nil for floats, and where a value does not fit.
    func integers(_ bytes: [UInt8]) -> [Int64]? {
        switch self {
        case .float64, .float32, .float16, .brainFloat16:
            return nil
        case .int64: return LittleEndian.decode(bytes, as: Int64.self) { $0 }
        case .int32: return LittleEndian.decode(bytes, as: Int32.self) { Int64($0) }
        case .int16: return LittleEndian.decode(bytes, as: Int16.self) { Int64($0) }
        case .int8: return LittleEndian.decode(bytes, as: Int8.self) { Int64($0) }
        case .uint64:
            let values = LittleEndian.decode(bytes, as: UInt64.self) { Int64(exactly: $0) }
            return values.contains(nil) ? nil : values.compactMap { $0 }
        case .uint32: return LittleEndian.decode(bytes, as: UInt32.self) { Int64($0) }
        case .uint16: return LittleEndian.decode(bytes, as: UInt16.self) { Int64($0) }
        case .uint8: return bytes.map { Int64($0) }
        case .bool: return bytes.map { $0 == 0 ? 0 : 1 }
        }
    }
}

/// Numbers to and from bytes, the lowest byte first.
enum LittleEndian {
    /// As many numbers as `bytes` holds whole.
    static func decode<Word: FixedWidthInteger, Value>(
        _ bytes: [UInt8],
        as type: Word.Type,
        _ convert: (Word) -> Value
    ) -> [Value] {
        let size = MemoryLayout<Word>.size
        return unsafe bytes.withUnsafeBytes { raw in
            (0..<raw.count / size).map { index in
                convert(Word(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: index * size, as: Word.self)))
            }
        }
    }

    /// The bytes of `words`.
    static func encode<Word: FixedWidthInteger>(_ words: [Word]) -> [UInt8] {
        unsafe words.map(\.littleEndian).withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
