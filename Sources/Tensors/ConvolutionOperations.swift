/// Convolutions without bias, as PyTorch's `conv2d` (a cross-correlation), on spikes or on real values.
///
/// Fully connected layers are convolutions of 1×1 filters over 1×1 images; see ``HeadOperations`` for their bias.
public protocol ConvolutionOperations: StorageOperations {
    /// y[n, o, h, w] = Σ x[n, i, h·s + a − p, w·s + b − p] · weight[o, i, a, b].
    func convolve(
        _ input: Activation<Self>,
        filter: Filter<Self>,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor<Self>

    /// ∂L/∂x from ∂L/∂y. With `accumulator`, the result is added to it and it is returned.
    func convolveBackwardData(
        _ gradient: RealTensor<Self>,
        filter: Filter<Self>,
        geometry: WindowGeometry,
        inputShape: ImageShape,
        accumulator: RealTensor<Self>?
    ) throws(BackendError) -> RealTensor<Self>

    /// ∂L/∂weight from x and ∂L/∂y, written to `result` (whatever stood there is lost).
    func convolveBackwardFilter(
        input: Activation<Self>,
        gradient: RealTensor<Self>,
        geometry: WindowGeometry,
        result: Filter<Self>
    ) throws(BackendError)
}
