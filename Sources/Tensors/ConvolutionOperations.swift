/// Convolutions without bias, as PyTorch's `conv2d` (a cross-correlation), on spikes or on real values.
///
/// Fully connected layers are convolutions of 1×1 filters over 1×1 images; see ``HeadOperations`` for their bias.
public protocol ConvolutionOperations: StorageOperations {
    /// y[n, o, h, w] = Σ x[n, i, h·s + a − p, w·s + b − p] · weight[o, i, a, b].
    func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor

    /// ∂L/∂x from ∂L/∂y. With `accumulator`, the result is added to it and it is returned.
    func convolveBackwardData(
        _ gradient: RealTensor,
        filter: Filter,
        geometry: WindowGeometry,
        inputShape: ImageShape,
        accumulator: RealTensor?
    ) throws(BackendError) -> RealTensor

    /// ∂L/∂weight from x and ∂L/∂y, written to `result` (whatever stood there is lost).
    func convolveBackwardFilter(
        input: Activation,
        gradient: RealTensor,
        geometry: WindowGeometry,
        result: Filter
    ) throws(BackendError)
}
