public import LSNTensors

extension ParameterSet {
    /// Parameters, then buffers, in definition order, where they lie on the device.
    public var state: [StoredTensor] { state(prefix: "") }

    /// ``state`` under names with `prefix` before them.
    package func state(prefix: String) -> [StoredTensor] {
        tensors(in: values, prefix: prefix)
            + buffers.map { StoredTensor($0, prefix: prefix, in: bufferValues, backend: backend) }
    }

    /// Values that lie in `flat` as the parameters lie in ``values`` (an optimizer's moments), under the parameters'
    /// names with `prefix` before them.
    public func tensors(in flat: any Storage, prefix: String) -> [StoredTensor] {
        entries.map { StoredTensor($0, prefix: prefix, in: flat, backend: backend) }
    }

    /// The values of ``state``.
    public func exportState() throws(BackendError) -> [NamedTensor] {
        try Self.export(state)
    }

    /// ∂L/∂parameter of the last backward pass, in definition order.
    public func exportGradients() throws(BackendError) -> [NamedTensor] {
        try Self.export(tensors(in: gradients, prefix: ""))
    }

    private static func export(_ tensors: [StoredTensor]) throws(BackendError) -> [NamedTensor] {
        var result: [NamedTensor] = []
        for tensor in tensors {
            result.append(NamedTensor(name: tensor.name, shape: tensor.entry.shape, values: try tensor.values()))
        }
        return result
    }

    /// Fills parameters and buffers; all of them, or none where something does not fit.
    ///
    /// - Parameters:
    ///   - state: every parameter and buffer once, in any order.
    ///   - source: a path, for the error's text.
    /// - Throws: ``NetworkError/state(_:)`` with every name that is missing, unexpected, repeated or of another shape;
    ///   `BackendError` where the device refuses.
    public func load(state: [NamedTensor], source: String) throws {
        let tensors = self.state
        var mismatch = Self.mismatch(of: state.map { ($0.name, $0.shape) }, to: tensors, source: source)
        let counts = Dictionary(tensors.map { ($0.name, $0.entry.count) }) { first, _ in first }
        let unfit = Set(mismatch.wrongShapes.map(\.name))
        mismatch.wrongCounts = state.filter { tensor in
            !unfit.contains(tensor.name) && counts[tensor.name].map { $0 != tensor.values.count } ?? false
        }.map(\.name)
        guard mismatch.isEmpty else { throw NetworkError.state(mismatch) }
        let values = Dictionary(state.map { ($0.name, $0.values) }) { first, _ in first }
        for tensor in tensors {
            try tensor.write(values: values[tensor.name] ?? [])
        }
    }

    /// Makes sure that a file's tensors are these.
    ///
    /// - Parameters:
    ///   - found: names and shapes of the file's tensors, in any order.
    ///   - tensors: what they are for.
    ///   - source: a path, for the error's text.
    /// - Throws: ``NetworkError/state(_:)`` with every name that is missing, unexpected, repeated or of another shape.
    public static func require(
        _ found: [(name: String, shape: [Int])],
        toFit tensors: [StoredTensor],
        source: String
    ) throws(NetworkError) {
        let mismatch = mismatch(of: found, to: tensors, source: source)
        guard mismatch.isEmpty else { throw .state(mismatch) }
    }

    private static func mismatch(
        of found: [(name: String, shape: [Int])],
        to tensors: [StoredTensor],
        source: String
    ) -> StateMismatch {
        var mismatch = StateMismatch(source: source)
        var shapes: [String: [Int]] = [:]
        for (name, shape) in found where shapes.updateValue(shape, forKey: name) != nil {
            mismatch.repeated.append(name)
        }
        for tensor in tensors {
            guard let shape = shapes[tensor.name] else {
                mismatch.missing.append(tensor.name)
                continue
            }
            if shape != tensor.entry.shape {
                mismatch.wrongShapes.append(.init(name: tensor.name, found: shape, expected: tensor.entry.shape))
            }
        }
        let expected = Set(tensors.map(\.name))
        mismatch.unexpected = found.map(\.name).filter { !expected.contains($0) }
        return mismatch
    }
}

extension ParameterEntry {
    /// Which of its words in flat storage hold a value, in ascending order; the others are spare.
    public var valueWords: [Int] {
        switch layout {
        case .filter(let shape):
            var words = [UInt32](repeating: 0, count: self.words)
            HostLayout.place([UInt32](repeating: 1, count: count), from: 0, shape: shape, in: &words)
            return words.indices.filter { words[$0] != 0 }.map { offset + $0 }
        case .vector: return Array(offset..<offset + count)
        }
    }
}
