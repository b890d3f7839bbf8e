/// Values on the host under the name they have in a checkpoint, in PyTorch's order (`[out, in, kH, kW]`, `[channels]`).
public struct NamedTensor: Sendable, Equatable {
    /// E.g. `stages.0.1.excitatory.0.conv.weight`.
    public var name: String
    /// Extents, outermost first.
    public var shape: [Int]
    /// As many values as the shape has, row-major.
    public var values: [Float]

    /// Gathers what belongs together.
    public init(name: String, shape: [Int], values: [Float]) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}
