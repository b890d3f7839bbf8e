/// Whether gradients of convolutions are as fast as can be, or the same bits on every device.
///
/// All else has one order and one rounding in both: on one device the same run gives the same bits, and the forward pass gives
/// them everywhere. What differs is how three sums of real products are taken:
///
/// | | fast | portable |
/// |---|---|---|
/// | ∂L/∂x | by whatever kernel is fastest, Winograd's too | directly, in one order (``ConvolutionOrder``) |
/// | ∂L/∂weight, input spikes | floats, in an order that kernels choose | integers, exactly (``GradientGrid``) |
/// | ∂L/∂weight, input real | floats, in partitions that kernels choose | floats, in one order (``ConvolutionOrder``) |
public enum Numerics: String, CaseIterable, Codable, Sendable {
    /// Bits of those gradients depend on the device, the mapping and the choice of kernels.
    case fast
    /// The same bits on every device, in both mappings and on the reference.
    case portable
}
