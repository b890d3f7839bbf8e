/// Sums and copies of activations, for shortcuts that add instead of gating and for pictures that stand still; the
/// rectifier of networks of real values.
public protocol ElementwiseOperations: StorageOperations {
    /// a + b, spikes counting as 0 and 1; the shapes are equal.
    func sum(_ a: Activation, _ b: Activation) throws(BackendError) -> RealTensor

    /// Another tensor with the same values.
    func copy(_ tensor: RealTensor) throws(BackendError) -> RealTensor

    /// Adds `term` to `tensor`, in place; the shapes are equal.
    func accumulate(_ term: RealTensor, into tensor: RealTensor) throws(BackendError)

    /// Every image `steps` times, time outermost: `[N, …]` becomes `[T·N, …]`.
    func repeatOverTime(_ tensor: RealTensor, steps: Int) throws(BackendError) -> RealTensor

    /// The sum of every image over `steps` time steps: `[T·N, …]` becomes `[N, …]`. What ``repeatOverTime(_:steps:)`` is
    /// in the backward pass.
    func sumOverTime(_ tensor: RealTensor, steps: Int) throws(BackendError) -> RealTensor

    /// max(0, x) (ReLU). Not a number stays what it is.
    func rectify(_ tensor: RealTensor) throws(BackendError) -> RealTensor

    /// ∂L/∂x of ``rectify(_:)`` from ∂L/∂y: the same where x > 0, else 0. `gradient` is spent: the result stands in its
    /// memory.
    func rectifyBackward(
        _ gradient: RealTensor,
        input: RealTensor
    ) throws(BackendError) -> RealTensor
}
