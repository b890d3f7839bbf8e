import LSNTensors

// Operands as arrays, and results back into storage.
//
// Loaded activations have the layout of a real tensor, [images][height][width][channelStride], whatever they are
// stored as: the loops of an operation are the same for spikes and for real values.
extension ReferenceBackend {
    /// `storage`, which this kind of backend must have made.
    func own(_ storage: any Storage) throws(BackendError) -> ReferenceStorage {
        guard let own = storage as? ReferenceStorage else {
            throw .mismatch(operation: "reference", detail: "a storage is of another kind of backend")
        }
        return own
    }

    func load(_ tensor: RealTensor) throws(BackendError) -> [Float] {
        try own(tensor.storage).floats(tensor.shape.realWords)
    }

    func loadWords(_ tensor: SpikeTensor) throws(BackendError) -> [UInt32] {
        try own(tensor.storage).words(tensor.shape.spikeWords)
    }

    func load(_ tensor: SpikeTensor) throws(BackendError) -> [Float] {
        let words = try loadWords(tensor)
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

    func load(_ activation: Activation) throws(BackendError) -> [Float] {
        switch activation {
        case .spikes(let tensor): try load(tensor)
        case .real(let tensor): try load(tensor)
        }
    }

    func load(_ filter: Filter) throws(BackendError) -> [Float] {
        try own(filter.storage).floats(filter.shape.words)
    }

    /// The channels' values, without padding.
    func load(_ vector: ChannelVector) throws(BackendError) -> [Float] {
        try own(vector.storage).floats(vector.channels)
    }

    /// Writes values that already have the storage's layout.
    func store(_ values: [Float], in storage: any Storage) throws(BackendError) {
        try own(storage).write(values)
    }

    /// Writes words that already have the storage's layout.
    func store(_ words: [UInt32], in storage: any Storage, at start: Int = 0) throws(BackendError) {
        try own(storage).write(words, at: start)
    }

    /// Writes one value a channel, and zeros behind them.
    func store(_ values: [Float], in vector: ChannelVector) throws(BackendError) {
        try store(HostLayout.channelWords(values), in: vector.storage)
    }
}
