extension Safetensors {
    /// Floats of 32 bits as files have them, from their bit patterns.
    public static func bytes(of bits: [UInt32]) -> [UInt8] { LittleEndian.encode(bits) }

    /// What the elements of a tensor are.
    public typealias ElementType = LSNFileFormats.ElementType

    /// A tensor of such a file: numbers of one type, in row-major order, little-endian.
    public struct Tensor: Sendable, Equatable {
        /// What its elements are.
        public let type: ElementType
        /// Extents, outermost first; empty for a single number.
        public let shape: [Int]
        /// The product of ``shape`` times the size of ``type``.
        public let bytes: [UInt8]

        /// Elements.
        public var count: Int { bytes.count / type.size }

        /// A tensor of `bytes`, which must be as many as type and shape ask for.
        public init(type: ElementType, shape: [Int], bytes: [UInt8]) {
            precondition(
                bytes.count == shape.reduce(type.size, *),
                "\(bytes.count) bytes for shape \(shape) of \(type.rawValue)"
            )
            self.type = type
            self.shape = shape
            self.bytes = bytes
        }

        /// F32; as many values as the shape has.
        public init(floats values: [Float], shape: [Int]) {
            self.init(type: .float32, shape: shape, bytes: LittleEndian.encode(values.map(\.bitPattern)))
        }

        /// U32; as many values as the shape has.
        public init(words values: [UInt32], shape: [Int]) {
            self.init(type: .uint32, shape: shape, bytes: LittleEndian.encode(values))
        }

        /// I64; as many values as the shape has.
        public init(int64s values: [Int64], shape: [Int]) {
            self.init(type: .int64, shape: shape, bytes: LittleEndian.encode(values))
        }

        /// Its values as floats: floats of 64 bits are rounded to nearest, integers must be exact.
        ///
        /// - Parameters:
        ///   - name: of the tensor, for the error.
        ///   - path: of its file, for the error.
        /// - Throws: ``FileFormatError`` where a value is an integer that a float cannot hold.
        public func floats(named name: String, path: String) throws(FileFormatError) -> [Float] {
            if let values = type.floats(bytes) { return values }
            throw wrongType(name, path, wanted: "values that a 32-bit float can hold")
        }

        /// Its values as integers.
        ///
        /// - Parameters:
        ///   - name: of the tensor, for the error.
        ///   - path: of its file, for the error.
        /// - Throws: ``FileFormatError`` where its type is a float's, or a value is beyond 2⁶³ − 1.
        public func int64s(named name: String, path: String) throws(FileFormatError) -> [Int64] {
            if let values = type.integers(bytes) { return values }
            throw wrongType(name, path, wanted: "integers of at most 63 bits")
        }

        /// Its values as words of 32 bits.
        ///
        /// - Parameters:
        ///   - name: of the tensor, for the error.
        ///   - path: of its file, for the error.
        /// - Throws: ``FileFormatError`` where its type is not U32.
        public func words(named name: String, path: String) throws(FileFormatError) -> [UInt32] {
            guard type == .uint32 else { throw wrongType(name, path, wanted: "words of type U32") }
            return LittleEndian.decode(bytes, as: UInt32.self) { $0 }
        }

        private func wrongType(_ name: String, _ path: String, wanted: String) -> FileFormatError {
            FileFormatError(
                path: path,
                problem: "tensor \(name) of type \(type.rawValue) does not hold \(wanted)",
                advice: "use a file that this program wrote"
            )
        }
    }
}
