public import Tensors

// Sums and copies, element by element; a float sum of two is rounded once.
extension ReferenceBackend {
    /// a + b into a new tensor.
    public func sum(_ a: Activation<Self>, _ b: Activation<Self>) throws(BackendError) -> RealTensor<Self> {
        try requireEqual(b.shape, a.shape, "sum", "the second term")
        let first = try load(a, "sum", "the first term")
        let second = try load(b, "sum", "the second term")
        return newTensor(zip(first, second).map { $0 + $1 }, shape: a.shape)
    }

    /// The same values in a new tensor.
    public func copy(_ tensor: RealTensor<Self>) throws(BackendError) -> RealTensor<Self> {
        newTensor(try load(tensor, "copy", "the tensor"), shape: tensor.shape)
    }

    /// tensor += term.
    public func accumulate(_ term: RealTensor<Self>, into tensor: RealTensor<Self>) throws(BackendError) {
        try requireEqual(term.shape, tensor.shape, "accumulate", "the term")
        let first = try load(tensor, "accumulate", "the tensor")
        let second = try load(term, "accumulate", "the term")
        tensor.storage.write(zip(first, second).map { $0 + $1 })
    }
}
