public import LSNTensors

/// The specification of every operation, in plain Swift on the host: the simplest loops, sums in Double, each result
/// rounded to Float once.
///
/// Other backends are checked against it, and it trains small networks where there is no OpenCL device. Operations are
/// complete when they return.
///
/// It is not meant to be fast: images, filter rows or channels are spread over the cores, and that is all. Nothing is
/// summed across threads, so results never depend on how many there are.
public struct ReferenceBackend: BackendKernels {
    /// A backend; all of them are alike, and storages of one may be used with another.
    public init() {}
}
