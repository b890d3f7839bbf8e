import Tensors

// Checks of operands. A kernel trusts what it is given, so nothing is launched before its operands were found to fit.
extension OpenCLBackend {
    func require(
        _ condition: Bool,
        _ operation: String,
        _ detail: @autoclosure () -> String
    ) throws(BackendError) {
        guard condition else { throw .mismatch(operation: operation, detail: detail()) }
    }

    func requireRoom(
        _ words: Int,
        in storage: any Storage,
        _ operation: String,
        _ name: @autoclosure () -> String
    ) throws(BackendError) {
        _ = try OpenCLStorage.own(storage, operation, name())
        guard words >= 0, storage.words >= words else {
            throw .mismatch(
                operation: operation,
                detail: "\(name()) has a storage of \(storage.words) words where \(words) are needed"
            )
        }
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

    /// Kernels count pixels in 32 bits (and words in the device's address width).
    func requirePixels(_ shape: ImageShape, _ operation: String) throws(BackendError) {
        let extents = [shape.images, shape.height, shape.width, shape.channels]
        guard extents.allSatisfy({ $0 >= 1 && $0 <= Int(Int32.max) }) else {
            throw .mismatch(operation: operation, detail: "shape \(shape) has an extent that is not in 1..<2³¹")
        }
        let (area, tooTall) = shape.height.multipliedReportingOverflow(by: shape.width)
        let (pixels, tooMany) = area.multipliedReportingOverflow(by: shape.images)
        guard !tooTall, !tooMany, pixels <= Int(Int32.max) else {
            throw .mismatch(operation: operation, detail: "shape \(shape) has 2³¹ pixels or more")
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
        let words = roundUp(channels, toMultipleOf: ImageShape.channelGroup)
        try requireRoom(words, in: vector.storage, operation, name())
    }

    func newTensor(_ shape: ImageShape) throws(BackendError) -> RealTensor {
        RealTensor(shape: shape, storage: try allocate(words: shape.realWords))
    }

    func newSpikes(_ shape: ImageShape) throws(BackendError) -> SpikeTensor {
        SpikeTensor(shape: shape, storage: try allocate(words: shape.spikeWords))
    }
}

extension Activation {
    var storage: any Storage {
        switch self {
        case .spikes(let tensor): tensor.storage
        case .real(let tensor): tensor.storage
        }
    }

    var isSpikes: Bool {
        switch self {
        case .spikes: true
        case .real: false
        }
    }
}

extension ImageShape {
    /// Channels of a vector register that kernels use for this shape: 16 where no vector would straddle two pixels.
    var vectorWidth: Int { channelStride % 16 == 0 ? 16 : 8 }
    /// Vectors of a pixel.
    var chunks: Int { channelStride / vectorWidth }
}
