public import LSNTensors

/// Every operation in plain Swift on the host: the simplest loops, with the roundings and the order of sums (``SumOrder``) that
/// all backends keep to, so that what it computes is what every device computes, bit for bit. (The two gradients of
/// convolutions with ``Numerics/fast`` are the exception, for kernels choose their order: their sums are in Double here.) That
/// it is right is shown by golden values of float64, by finite differences and by known results.
///
/// Other backends are checked against it, and it trains small networks where there is no OpenCL device. Operations are
/// complete when they return.
///
/// It is not meant to be fast: images, filter rows or channels are spread over the cores, and that is all. Nothing is
/// summed across threads, so results never depend on how many there are.
public struct ReferenceBackend: BackendKernels {
    /// How gradients of convolutions are summed: with `fast` in Double.
    public let numerics: Numerics
    /// How finely convolutions of spikes round their weights.
    public let precision: Precision

    /// A backend; storages of one may be used with another.
    public init(numerics: Numerics = .fast, precision: Precision = .highest) {
        self.numerics = numerics
        self.precision = precision
    }
}
