/// What a backend implements: its device, and the kernels of every family of operations, on storage.
///
/// ``Backend`` stands above and has checked every operand: storages are the backend's own and hold what their shapes
/// say, extents are at least 1, no tensor has more than 2³¹ − 2¹⁶ pixels or spike words, or 2³² values, and what has to fit
/// fits. Results and accumulators are given; new ones have undefined contents, all of which a kernel writes, zeros into
/// spare channels and bits. What else a kernel needs it allocates itself.
public protocol BackendKernels: BackendDevice, ConvolutionKernels, NormalizationKernels, NeuronKernels,
    LogicGateKernels,
    ElementwiseKernels, PoolingKernels, HeadKernels, OptimizerKernels, AugmentationKernels, FinitenessKernels,
    MeasurementKernels
{}

/// The kernels of a backend, family by family, so that one family can be replaced (to be watched, say) without the others.
public struct KernelFamilies: Sendable {
    /// Memory, waiting and timing.
    public var device: any BackendDevice
    /// Convolutions.
    public var convolution: any ConvolutionKernels
    /// Batch norm.
    public var normalization: any NormalizationKernels
    /// Neurons over all time steps.
    public var neuron: any NeuronKernels
    /// Gates of spikes.
    public var logicGate: any LogicGateKernels
    /// Sums, copies, the ReLU.
    public var elementwise: any ElementwiseKernels
    /// Pooling.
    public var pooling: any PoolingKernels
    /// Bias and loss.
    public var head: any HeadKernels
    /// Updates of parameters.
    public var optimizer: any OptimizerKernels
    /// Pictures from bytes.
    public var augmentation: any AugmentationKernels
    /// Numbers that are not finite.
    public var finiteness: any FinitenessKernels
    /// Counts and norms.
    public var measurement: any MeasurementKernels

    /// All of one backend.
    public init(_ kernels: some BackendKernels) {
        device = kernels
        convolution = kernels
        normalization = kernels
        neuron = kernels
        logicGate = kernels
        elementwise = kernels
        pooling = kernels
        head = kernels
        optimizer = kernels
        augmentation = kernels
        finiteness = kernels
        measurement = kernels
    }
}
