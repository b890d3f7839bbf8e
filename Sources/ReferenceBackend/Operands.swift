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

    func requireRoom(
        _ words: Int,
        in storage: ReferenceStorage,
        _ operation: String,
        _ name: String
    ) throws(BackendError) {
        try require(
            words >= 0 && storage.count >= words,
            operation,
            "\(name) has \(storage.count) words, \(words) are needed"
        )
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

    func load(_ tensor: RealTensor<Self>, _ operation: String, _ name: String) throws(BackendError) -> [Float] {
        try requireValid(tensor.shape, operation, name)
        try requireRoom(tensor.shape.realWords, in: tensor.storage, operation, "\(name) of shape \(tensor.shape)")
        return tensor.storage.floats(tensor.shape.realWords)
    }

    func loadWords(_ tensor: SpikeTensor<Self>, _ operation: String, _ name: String) throws(BackendError) -> [UInt32] {
        try requireValid(tensor.shape, operation, name)
        try requireRoom(tensor.shape.spikeWords, in: tensor.storage, operation, "\(name) of shape \(tensor.shape)")
        return tensor.storage.words(tensor.shape.spikeWords)
    }

    func load(_ tensor: SpikeTensor<Self>, _ operation: String, _ name: String) throws(BackendError) -> [Float] {
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

    func load(_ activation: Activation<Self>, _ operation: String, _ name: String) throws(BackendError) -> [Float] {
        switch activation {
        case .spikes(let tensor): try load(tensor, operation, name)
        case .real(let tensor): try load(tensor, operation, name)
        }
    }

    func load(_ filter: Filter<Self>, _ operation: String) throws(BackendError) -> [Float] {
        try requireFilter(filter, operation)
        return filter.storage.floats(filter.shape.words)
    }

    func requireFilter(_ filter: Filter<Self>, _ operation: String) throws(BackendError) {
        let shape = filter.shape
        try require(
            shape.outputs >= 1 && shape.inputs >= 1 && shape.height >= 1 && shape.width >= 1,
            operation,
            "the filter has shape \(shape); every extent must be at least 1"
        )
        try requireRoom(shape.words, in: filter.storage, operation, "the filter of shape \(shape)")
    }

    /// The channels' values, without padding.
    func load(
        _ vector: ChannelVector<Self>,
        channels: Int,
        _ operation: String,
        _ name: String
    ) throws(BackendError) -> [Float] {
        try requireVector(vector, channels: channels, operation, name)
        return vector.storage.floats(channels)
    }

    func requireVector(
        _ vector: ChannelVector<Self>,
        channels: Int,
        _ operation: String,
        _ name: String
    ) throws(BackendError) {
        try require(
            vector.channels == channels,
            operation,
            "\(name) has \(vector.channels) channels, expected \(channels)"
        )
        let words = roundUp(channels, toMultipleOf: ImageShape.channelGroup)
        try requireRoom(words, in: vector.storage, operation, "\(name) of \(channels) channels")
    }

    /// Writes one value a channel, and zeros behind them.
    func store(_ values: [Float], in vector: ChannelVector<Self>) {
        vector.storage.write(HostLayout.channelWords(values))
    }

    /// A new real tensor of values that already have its layout.
    func newTensor(_ values: [Float], shape: ImageShape) -> RealTensor<Self> {
        let storage = ReferenceStorage(words: shape.realWords)
        storage.write(values)
        return RealTensor(shape: shape, storage: storage)
    }

    /// A new spike tensor of words that already have its layout.
    func newSpikes(_ words: [UInt32], shape: ImageShape) -> SpikeTensor<Self> {
        let storage = ReferenceStorage(words: shape.spikeWords)
        storage.write(words)
        return SpikeTensor(shape: shape, storage: storage)
    }
}
