import LSNTensors

/// The vector registers of a device's cores, in which convolutions hold tiles of sums: rows × vectors of channels. What does
/// not fit is written to memory and read again with every product; then Winograd's gradients took 2.2 to 2.8 times as long
/// on a processor of 8 lanes. No result depends on it.
struct VectorRegisters: Hashable {
    /// Floats of one.
    let lanes: Int

    /// Whether there are 32 of them, as in processors of 16 lanes, rather than 16.
    var areMany: Bool { lanes >= 16 }

    /// Vectors of channels of a tile: where registers are many, weights of several serve each factor.
    func vectors(of shape: ImageShape) -> Int {
        guard areMany else { return 1 }
        return shape.chunks.isMultiple(of: 3) ? 3 : shape.chunks.isMultiple(of: 2) ? 2 : 1
    }

    /// Sums of `width` floats that 16 registers hold beside as many weights and a factor.
    func sums(of width: Int) -> Int {
        let parts = (width + lanes - 1) / lanes
        return max(1, (15 - parts) / parts)
    }
}

extension ImageShape {
    /// Channels of a vector register that kernels use for this shape: 16 where no vector would straddle two pixels.
    var vectorWidth: Int { channelStride % 16 == 0 ? 16 : 8 }
    /// Vectors of a pixel.
    var chunks: Int { channelStride / vectorWidth }
}
