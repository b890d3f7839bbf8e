// Checks of operands, and room for results. A kernel trusts what it is given, so nothing is launched before its operands
// were found to fit.
extension Backend {
    func require(
        _ condition: Bool,
        _ operation: String,
        _ detail: @autoclosure () -> String
    ) throws(BackendError) {
        guard condition else { throw .mismatch(operation: operation, detail: detail()) }
    }

    /// Checks that `storage` is this kind of backend's and holds `words` words or more.
    func requireRoom(
        _ words: Int,
        in storage: any Storage,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        guard kernels.device.owns(storage) else {
            throw .mismatch(operation: operation, detail: "\(name()) has a storage of another kind of backend")
        }
        guard words >= 0, storage.words >= words else {
            throw .mismatch(
                operation: operation,
                detail: "\(name()) has a storage of \(storage.words) words where \(words) are needed"
            )
        }
    }

    /// Checks that `storage` holds a flat run of `count` words or more; kernels count them in 32 bits.
    func requireRun(
        _ count: Int,
        in storage: any Storage,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        try require(count <= Int(UInt32.max), operation, "\(count) words do not fit 32 bits")
        try requireRoom(count, in: storage, operation, name())
    }

    /// Checks that `count` words from word `word` on lie in a record.
    func requireWords(
        _ count: Int,
        at word: Int,
        of record: any Storage,
        _ operation: String
    ) throws(BackendError) {
        try requireRoom(count, in: record, operation, "the record")
        try require(
            word >= 0 && word <= min(record.words - count, Int(Int32.max)),
            operation,
            "\(count) words from word \(word) do not lie within a record of \(record.words)"
        )
    }

    func requireEqual(
        _ shape: ImageShape,
        _ expected: ImageShape,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        guard shape == expected else {
            throw .mismatch(operation: operation, detail: "\(name()) has shape \(shape), expected \(expected)")
        }
    }

    /// Kernels count pixels in 31 bits (and words in the device's address width), and round what they count up to the end
    /// of their last run, tile or work-group.
    static let mostCounted = Int(Int32.max) - (1 << 16)

    func requirePixels(_ shape: ImageShape, _ operation: String) throws(BackendError) {
        func fits(_ extent: Int) -> Bool { extent >= 1 && extent <= Int(Int32.max) }
        guard fits(shape.images), fits(shape.height), fits(shape.width), fits(shape.channels) else {
            throw .mismatch(operation: operation, detail: "shape \(shape) has an extent that is not in 1..<2³¹")
        }
        let (area, tooTall) = shape.height.multipliedReportingOverflow(by: shape.width)
        let (pixels, tooMany) = area.multipliedReportingOverflow(by: shape.images)
        guard !tooTall, !tooMany, pixels <= Self.mostCounted else {
            throw .mismatch(
                operation: operation,
                detail: "shape \(shape) has more pixels than kernels count, \(Self.mostCounted)"
            )
        }
    }

    func require(
        _ tensor: RealTensor,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        try requirePixels(tensor.shape, operation)
        // Measures of gradients and copies take a tensor as one run of words. What they could not take is refused by every
        // operation, so that a plan of memory knows of it.
        try require(
            tensor.shape.realWords <= Int(UInt32.max),
            operation,
            "\(name()) has shape \(tensor.shape), 2³² values or more"
        )
        try requireRoom(tensor.shape.realWords, in: tensor.storage, operation, name())
    }

    func require(
        _ tensor: SpikeTensor,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        try requirePixels(tensor.shape, operation)
        try require(
            tensor.shape.spikeWords <= Self.mostCounted,
            operation,
            "\(name()) has shape \(tensor.shape), more words than kernels count, \(Self.mostCounted)"
        )
        try requireRoom(tensor.shape.spikeWords, in: tensor.storage, operation, name())
    }

    func require(
        _ activation: Activation,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        switch activation {
        case .spikes(let tensor): try require(tensor, operation, name())
        case .real(let tensor): try require(tensor, operation, name())
        }
    }

    func require(
        _ filter: Filter,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        let shape = filter.shape
        func fits(_ extent: Int) -> Bool { extent >= 1 && extent <= Int(Int32.max) }
        guard fits(shape.outputs), fits(shape.inputs), fits(shape.height), fits(shape.width) else {
            throw .mismatch(operation: operation, detail: "\(name()) has shape \(shape), with an extent not in 1..<2³¹")
        }
        let (taps, tooLarge) = shape.height.multipliedReportingOverflow(by: shape.width)
        let (rows, tooMany) = taps.multipliedReportingOverflow(by: shape.inputs)
        guard !tooLarge, !tooMany, rows <= Int(UInt32.max) / shape.outputStride else {
            throw .mismatch(operation: operation, detail: "\(name()) has shape \(shape), 2³² weights or more")
        }
        try requireRoom(shape.words, in: filter.storage, operation, name())
    }

    func require(
        _ vector: ChannelVector,
        channels: Int,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        try require(
            vector.channels == channels,
            operation,
            "\(name()) has \(vector.channels) channels, expected \(channels)"
        )
        let words = roundUp(channels, toMultipleOf: ImageShape.channelAlignment)
        try requireRoom(words, in: vector.storage, operation, name())
    }

    func newTensor(_ shape: ImageShape) throws(BackendError) -> RealTensor {
        RealTensor(shape: shape, storage: try kernels.device.allocate(words: shape.realWords))
    }

    func newSpikes(_ shape: ImageShape) throws(BackendError) -> SpikeTensor {
        SpikeTensor(shape: shape, storage: try kernels.device.allocate(words: shape.spikeWords))
    }
}
