package import LSNTensors

/// What an operation gave for a case.
package struct CaseOutcome: Sendable {
    /// `output.*` and `gradient.*`.
    package internal(set) var tensors: [NamedTensor] = []
    /// What is wrong whatever the values are: padding that is not zero, words beyond the end that changed.
    package internal(set) var problems: [String] = []
}

/// Reads results from a backend, and looks at the padding of each.
struct CaseResults {
    let backend: Backend
    private(set) var outcome = CaseOutcome()

    init(_ backend: Backend) {
        self.backend = backend
    }

    mutating func add(_ name: String, shape: [Int], values: [Float]) {
        outcome.tensors.append(NamedTensor(name: name, shape: shape, values: values))
    }

    /// Notes something that is wrong whatever the values are.
    mutating func note(_ problem: String) {
        outcome.problems.append(problem)
    }

    mutating func add(_ tensor: NamedTensor, prefix: String) {
        add(prefix + tensor.name, shape: tensor.shape, values: tensor.values)
    }

    /// - Parameter extents: the shape under which the values are compared; `[N, C, H, W]` where nil.
    mutating func add(_ name: String, _ tensor: RealTensor, as extents: [Int]? = nil) throws(BackendError) {
        let shape = tensor.shape
        let words = try backend.readFloats(tensor.storage, count: shape.realWords)
        let values = HostLayout.realValues(words, shape: shape)
        expectEqual(words, HostLayout.realWords(values, shape: shape), "a spare channel of \(name)")
        add(name, shape: extents ?? shape.extents, values: values)
    }

    mutating func add(_ name: String, _ tensor: SpikeTensor, as extents: [Int]? = nil) throws(BackendError) {
        let shape = tensor.shape
        let words = try backend.read(tensor.storage, count: shape.spikeWords)
        let values = HostLayout.spikeValues(words, shape: shape)
        if words != HostLayout.spikeWords(values, shape: shape) {
            outcome.problems.append("a spare bit of \(name) is set")
        }
        add(name, shape: extents ?? shape.extents, values: values)
    }

    mutating func add(_ name: String, _ activation: Activation, as extents: [Int]? = nil) throws(BackendError) {
        switch activation {
        case .spikes(let tensor): try add(name, tensor, as: extents)
        case .real(let tensor): try add(name, tensor, as: extents)
        }
    }

    mutating func add(_ name: String, _ filter: Filter, as extents: [Int]? = nil) throws(BackendError) {
        let shape = filter.shape
        let words = try backend.readFloats(filter.storage, count: shape.words)
        let values = HostLayout.filterValues(words, shape: shape)
        expectEqual(words, HostLayout.filterWords(values, shape: shape), "a spare output of \(name)")
        add(name, shape: extents ?? [shape.outputs, shape.inputs, shape.height, shape.width], values: values)
    }

    mutating func add(_ name: String, _ vector: ChannelVector) throws(BackendError) {
        let padded = roundUp(vector.channels, toMultipleOf: ImageShape.channelAlignment)
        let words = try backend.readFloats(vector.storage, count: padded)
        let values = Array(words.prefix(vector.channels))
        expectEqual(words, HostLayout.channelWords(values), "a spare channel of \(name)")
        add(name, shape: [vector.channels], values: values)
    }

    /// Words outside the values must be zeros; inside, the two are equal whatever they are.
    private mutating func expectEqual(_ words: [Float], _ clean: [Float], _ place: String) {
        guard zip(words, clean).contains(where: { $0 != $1 && $1 == 0 }) else { return }
        outcome.problems.append("\(place) is not zero")
    }
}

extension ImageShape {
    /// `[N, C, H, W]`.
    var extents: [Int] { [images, channels, height, width] }
}
