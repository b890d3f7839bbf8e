import Tensors

// Operands are checked as they are loaded: what the caller got wrong is named with its shapes, and nothing traps.
//
// Loaded activations have the layout of a real tensor, [images][height][width][channelStride], whatever they are
// stored as: the loops of an operation are the same for spikes and for real values.
extension ReferenceBackend {
    func require(
        _ condition: Bool,
        _ operation: String,
        _ detail: @autoclosure () -> String
    ) throws(BackendError) {
        guard condition else { throw .mismatch(operation: operation, detail: detail()) }
    }

    /// `storage`, which must be this kind of backend's.
    func own(_ storage: any Storage, _ operation: String, _ name: String) throws(BackendError) -> ReferenceStorage {
        guard let own = storage as? ReferenceStorage else {
            throw .mismatch(operation: operation, detail: "\(name) has a storage of another kind of backend")
        }
        return own
    }

    /// `storage`, which must be this kind of backend's and large enough.
    @discardableResult
    func requireRoom(
        _ words: Int,
        in storage: any Storage,
        _ operation: String,
        _ name: String
    ) throws(BackendError) -> ReferenceStorage {
        let own = try own(storage, operation, name)
        try require(
            words >= 0 && own.words >= words,
            operation,
            "\(name) has \(own.words) words, \(words) are needed"
        )
        return own
    }

    func requireValid(_ shape: ImageShape, _ operation: String, _ name: String) throws(BackendError) {
        try require(
            shape.images >= 1 && shape.height >= 1 && shape.width >= 1 && shape.channels >= 1,
            operation,
            "\(name) has shape \(shape); every extent must be at least 1"
        )
    }

    func requireEqual(
        _ shape: ImageShape,
        _ expected: ImageShape,
        _ operation: String,
        _ name: String
    ) throws(BackendError) {
        try require(shape == expected, operation, "\(name) has shape \(shape), expected \(expected)")
    }

    func load(_ tensor: RealTensor, _ operation: String, _ name: String) throws(BackendError) -> [Float] {
        try requireValid(tensor.shape, operation, name)
        return try room(for: tensor, operation, name).floats(tensor.shape.realWords)
    }

    /// Where a tensor's values go.
    func room(
        for tensor: RealTensor,
        _ operation: String,
        _ name: String
    ) throws(BackendError) -> ReferenceStorage {
        try requireRoom(tensor.shape.realWords, in: tensor.storage, operation, "\(name) of shape \(tensor.shape)")
    }

    func loadWords(_ tensor: SpikeTensor, _ operation: String, _ name: String) throws(BackendError) -> [UInt32] {
        try requireValid(tensor.shape, operation, name)
        return try requireRoom(
            tensor.shape.spikeWords,
            in: tensor.storage,
            operation,
            "\(name) of shape \(tensor.shape)"
        ).read(tensor.shape.spikeWords)
    }

    func load(_ tensor: SpikeTensor, _ operation: String, _ name: String) throws(BackendError) -> [Float] {
        let words = try loadWords(tensor, operation, name)
        let shape = tensor.shape
        var values = [Float](repeating: 0, count: shape.realWords)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels {
                let word = words[pixel * shape.wordsPerPixel + channel / 32]
                values[pixel * shape.channelStride + channel] = Float(word >> UInt32(channel % 32) & 1)
            }
        }
        return values
    }

    func load(_ activation: Activation, _ operation: String, _ name: String) throws(BackendError) -> [Float] {
        switch activation {
        case .spikes(let tensor): try load(tensor, operation, name)
        case .real(let tensor): try load(tensor, operation, name)
        }
    }

    func load(_ filter: Filter, _ operation: String) throws(BackendError) -> [Float] {
        try requireFilter(filter, operation).floats(filter.shape.words)
    }

    @discardableResult
    func requireFilter(_ filter: Filter, _ operation: String) throws(BackendError) -> ReferenceStorage {
        let shape = filter.shape
        try require(
            shape.outputs >= 1 && shape.inputs >= 1 && shape.height >= 1 && shape.width >= 1,
            operation,
            "the filter has shape \(shape); every extent must be at least 1"
        )
        return try requireRoom(shape.words, in: filter.storage, operation, "the filter of shape \(shape)")
    }

    /// The channels' values, without padding.
    func load(
        _ vector: ChannelVector,
        channels: Int,
        _ operation: String,
        _ name: String
    ) throws(BackendError) -> [Float] {
        try requireVector(vector, channels: channels, operation, name).floats(channels)
    }

    @discardableResult
    func requireVector(
        _ vector: ChannelVector,
        channels: Int,
        _ operation: String,
        _ name: String
    ) throws(BackendError) -> ReferenceStorage {
        try require(
            vector.channels == channels,
            operation,
            "\(name) has \(vector.channels) channels, expected \(channels)"
        )
        let words = roundUp(channels, toMultipleOf: ImageShape.channelGroup)
        return try requireRoom(words, in: vector.storage, operation, "\(name) of \(channels) channels")
    }

    /// Writes one value a channel, and zeros behind them.
    func store(
        _ values: [Float],
        in vector: ChannelVector,
        _ operation: String,
        _ name: String
    ) throws(BackendError) {
        try requireVector(vector, channels: values.count, operation, name).write(HostLayout.channelWords(values))
    }

    /// A new real tensor of values that already have its layout.
    func newTensor(_ values: [Float], shape: ImageShape) -> RealTensor {
        let storage = ReferenceStorage(words: shape.realWords)
        storage.write(values)
        return RealTensor(shape: shape, storage: storage)
    }

    /// A new spike tensor of words that already have its layout.
    func newSpikes(_ words: [UInt32], shape: ImageShape) -> SpikeTensor {
        let storage = ReferenceStorage(words: shape.spikeWords)
        storage.write(words)
        return SpikeTensor(shape: shape, storage: storage)
    }
}
