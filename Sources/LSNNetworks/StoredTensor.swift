import LSNTensors

/// A tensor under the name that it has in a checkpoint, where it lies on the device. It is read and written in pieces, so
/// that the host holds the words of one tensor at a time and never a model's.
public struct StoredTensor: Sendable {
    /// E.g. `optimizer.first_moment.stem.conv.weight`.
    public let name: String
    /// The parameter or buffer whose layout it has.
    public let entry: ParameterEntry
    private let flat: any Storage
    private let backend: Backend

    /// Values of a piece: 1 MiB.
    static let pieceCount = 1 << 18

    /// The words of `flat` that belong to an entry.
    init(_ entry: ParameterEntry, prefix: String = "", in flat: any Storage, backend: Backend) {
        name = prefix + entry.name
        self.entry = entry
        self.flat = flat
        self.backend = backend
    }

    /// Bytes of the host that reading or writing it takes, the pieces aside.
    public var hostBytes: Int { entry.words * MemoryLayout<UInt32>.size }

    /// Reads it from the device, and hands out the bits of its values in PyTorch's order, at most 2¹⁸ at a time.
    ///
    /// - Throws: `BackendError`; what `body` throws.
    public func read(_ body: (_ piece: [UInt32]) throws -> Void) throws {
        let words = try words()
        for start in stride(from: 0, to: entry.count, by: Self.pieceCount) {
            try body(bits(of: words, in: start..<min(start + Self.pieceCount, entry.count)))
        }
    }

    /// All of its values.
    func values() throws(BackendError) -> [Float] {
        bits(of: try words(), in: 0..<entry.count).map(Float.init(bitPattern:))
    }

    /// Puts other values in its place on the device, once all of them are there.
    ///
    /// - Parameter content: hands over the values in PyTorch's order, in pieces: as many as the shape has.
    /// - Throws: `BackendError`; what `content` throws. The tensor is then as it was.
    public func write(_ content: (_ put: (_ piece: [Float]) -> Void) throws -> Void) throws {
        var filling = Filling(entry)
        try content { filling.add($0.map(\.bitPattern)) }
        try put(filling)
    }

    /// Puts other values in its place on the device, in PyTorch's order.
    func write(values: [Float]) throws(BackendError) {
        var filling = Filling(entry)
        for start in stride(from: 0, to: values.count, by: Self.pieceCount) {
            filling.add(values[start..<min(start + Self.pieceCount, values.count)].map(\.bitPattern))
        }
        try put(filling)
    }

    private func put(_ filling: Filling) throws(BackendError) {
        precondition(filling.count == entry.count, "\(filling.count) values for \(name) of \(entry.shape)")
        try backend.write(filling.words, to: try slice())
    }

    private func words() throws(BackendError) -> [UInt32] {
        try backend.read(try slice(), count: entry.words)
    }

    private func bits(of words: [UInt32], in range: Range<Int>) -> [UInt32] {
        switch entry.layout {
        case .filter(let shape): HostLayout.filterBits(words, shape: shape, in: range)
        case .vector: Array(words[range])
        }
    }

    private func slice() throws(BackendError) -> any Storage {
        try backend.slice(flat, offset: entry.offset, count: entry.words)
    }
}

/// A tensor's words, filled in the order of its values.
private struct Filling {
    private let layout: ParameterEntry.Layout
    private(set) var words: [UInt32]
    /// Values so far.
    private(set) var count = 0

    init(_ entry: ParameterEntry) {
        layout = entry.layout
        words = [UInt32](repeating: 0, count: entry.words)
    }

    mutating func add(_ bits: [UInt32]) {
        switch layout {
        case .filter(let shape): HostLayout.place(bits, from: count, shape: shape, in: &words)
        case .vector: words.replaceSubrange(count..<count + bits.count, with: bits)
        }
        count += bits.count
    }
}
