/// Pooling.
public protocol PoolingOperations: StorageOperations {
    /// The maximum of spikes over `window` × `window` pixels: their OR. Pixels outside the image are silent.
    func maxPool(
        _ input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> SpikeTensor

    /// ∂L/∂x: each window's gradient goes to its first maximum in row-major order among the pixels inside the image
    /// (in a window of zeros, to its first pixel inside), as in PyTorch.
    func maxPoolBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor

    /// The maximum of real values over `window` × `window` pixels; pixels outside the image do not count. Not a number
    /// counts as the largest.
    func maxPool(
        _ input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor

    /// ∂L/∂x of the maximum of real values: each window's gradient goes to its first maximum in row-major order.
    func maxPoolBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor

    /// The mean over `window` × `window` pixels that touch each other (stride = window, no padding; rows and columns
    /// that do not fill a window are left out).
    func averagePool(_ input: Activation, window: Int) throws(BackendError) -> RealTensor

    /// ∂L/∂x of ``averagePool(_:window:)``.
    func averagePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape,
        window: Int
    ) throws(BackendError) -> RealTensor

    /// The mean over each image: `[images, 1, 1, channels]`.
    func globalAveragePool(_ input: Activation) throws(BackendError) -> RealTensor

    /// ∂L/∂x of ``globalAveragePool(_:)``.
    func globalAveragePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape
    ) throws(BackendError) -> RealTensor
}
