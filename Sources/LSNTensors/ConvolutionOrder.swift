/// The order in which convolutions add products of real values, the same on every device: it follows from shapes alone. Each
/// product is added by a fused multiply-add, sum = fma(factor, factor, sum).
///
/// **Forward**, of real values: from 0 on, over window rows, blocks of ``block`` input channels, window columns, and the channels
/// of the block.
///
/// **∂L/∂x**: from 0 on, or from what stands in the accumulator, over window rows, blocks of ``block`` output channels, window
/// columns, and the channels of the block. (Of `fast` numerics, only where no other kernel is chosen.)
///
/// **∂L/∂weight**, of real values and `portable` numerics: the output pixels, in the order in which they lie in memory, are cut
/// into partitions of ``partition``, the last of which may be shorter. The products of a partition are added from 0 on, one pixel
/// after the other; partitions are merged as ``SumOrder`` says.
///
/// Pixels outside the image are zeros; whether they take part is left open, since they change no finite sum. A sum that is 0 is
/// +0.
public enum ConvolutionOrder {
    /// Channels that one window column after the other adds, before the next channels.
    public static let block = 64
    /// Output pixels of a partition: few enough to fill a GPU with partitions, and enough to be worth its sums.
    public static let partition = 1024
}
