public import Tensors

extension ParameterSet {
    /// Parameters, then buffers, in definition order.
    public func exportState() throws(BackendError) -> [NamedTensor] {
        try export(values, prefix: "") + unpack(bufferValues, count: bufferWordCount, entries: buffers, prefix: "")
    }

    /// ∂L/∂parameter of the last backward pass, in definition order.
    public func exportGradients() throws(BackendError) -> [NamedTensor] {
        try export(gradients, prefix: "")
    }

    /// Values that lie in `flat` as the parameters lie in ``values`` (an optimizer's moments), under the parameters'
    /// names with `prefix` before them.
    public func export(_ flat: any Storage, prefix: String) throws(BackendError) -> [NamedTensor] {
        try unpack(flat, count: wordCount, entries: entries, prefix: prefix)
    }

    /// Fills parameters and buffers; all of them, or none where something does not fit.
    ///
    /// - Parameters:
    ///   - state: every parameter and buffer once, in any order.
    ///   - source: a path, for the error's text.
    /// - Throws: ``NetworkError/state(_:)`` with every name that is missing, unexpected, repeated or of another shape;
    ///   `BackendError` where the device refuses.
    public func load(state: [NamedTensor], source: String) throws {
        let tensors = try match(state, entries: entries + buffers, prefix: "", source: source)
        try backend.write(pack(tensors, entries: entries, count: wordCount, prefix: ""), to: values)
        try backend.write(pack(tensors, entries: buffers, count: bufferWordCount, prefix: ""), to: bufferValues)
    }

    /// Fills `flat`, which lies as ``values`` does, from tensors named as the parameters with `prefix` before them.
    ///
    /// - Throws: as ``load(state:source:)``; names without `prefix` are unexpected.
    public func load(_ flat: any Storage, from state: [NamedTensor], prefix: String, source: String) throws {
        let tensors = try match(state, entries: entries, prefix: prefix, source: source)
        try backend.write(pack(tensors, entries: entries, count: wordCount, prefix: prefix), to: flat)
    }

    private func unpack(
        _ flat: any Storage,
        count: Int,
        entries: [Entry],
        prefix: String
    ) throws(BackendError) -> [NamedTensor] {
        guard count > 0 else { return [] }
        let words = try backend.readFloats(flat, count: count)
        return entries.map { entry in
            let stored = words[entry.offset..<entry.offset + entry.words]
            let values =
                switch entry.layout {
                case .filter(let shape): HostLayout.filterValues(Array(stored), shape: shape)
                case .vector: Array(stored.prefix(entry.count))
                }
            return NamedTensor(name: prefix + entry.name, shape: entry.shape, values: values)
        }
    }

    private func pack(
        _ tensors: [String: NamedTensor],
        entries: [Entry],
        count: Int,
        prefix: String
    ) -> [Float] {
        var words = [Float](repeating: 0, count: count)
        for entry in entries {
            guard let tensor = tensors[prefix + entry.name] else { continue }
            entry.store(tensor.values, in: &words)
        }
        return words
    }

    /// The tensors by name, when they are what `entries` ask for.
    private func match(
        _ state: [NamedTensor],
        entries: [Entry],
        prefix: String,
        source: String
    ) throws(NetworkError) -> [String: NamedTensor] {
        var mismatch = StateMismatch(source: source)
        var tensors: [String: NamedTensor] = [:]
        for tensor in state where tensors.updateValue(tensor, forKey: tensor.name) != nil {
            mismatch.repeated.append(tensor.name)
        }
        var expected: Set<String> = []
        for entry in entries {
            let name = prefix + entry.name
            expected.insert(name)
            guard let tensor = tensors[name] else {
                mismatch.missing.append(name)
                continue
            }
            if tensor.shape != entry.shape {
                mismatch.wrongShapes.append(.init(name: name, found: tensor.shape, expected: entry.shape))
            } else if tensor.values.count != entry.count {
                mismatch.wrongCounts.append(name)
            }
        }
        mismatch.unexpected = state.map(\.name).filter { !expected.contains($0) }
        guard mismatch.isEmpty else { throw .state(mismatch) }
        return tensors
    }
}

extension ParameterEntry {
    /// Which of its words in flat storage hold a value, in ascending order; the others are spare.
    public var valueWords: [Int] {
        var words = [Float](repeating: 0, count: offset + self.words)
        store([Float](repeating: 1, count: count), in: &words)
        return words.indices.filter { words[$0] != 0 }
    }

    /// Puts values in PyTorch's order where this entry lies in flat words.
    func store(_ values: [Float], in words: inout [Float]) {
        let stored =
            switch layout {
            case .filter(let shape): HostLayout.filterWords(values, shape: shape)
            case .vector: HostLayout.channelWords(values)
            }
        words.replaceSubrange(offset..<offset + stored.count, with: stored)
    }
}
