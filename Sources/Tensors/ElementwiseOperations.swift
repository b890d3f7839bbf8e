/// Sums and copies of activations, for shortcuts that add instead of gating.
public protocol ElementwiseOperations: StorageOperations {
    /// a + b, spikes counting as 0 and 1; the shapes are equal.
    func sum(_ a: Activation<Self>, _ b: Activation<Self>) throws(BackendError) -> RealTensor<Self>

    /// Another tensor with the same values.
    func copy(_ tensor: RealTensor<Self>) throws(BackendError) -> RealTensor<Self>

    /// Adds `term` to `tensor`, in place; the shapes are equal.
    func accumulate(_ term: RealTensor<Self>, into tensor: RealTensor<Self>) throws(BackendError)
}
