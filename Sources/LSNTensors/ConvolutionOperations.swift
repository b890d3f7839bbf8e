/// Convolutions without bias, as PyTorch's `conv2d` (a cross-correlation), on spikes or on real values.
///
/// Fully connected layers are convolutions of 1×1 filters over 1×1 images; see ``addBias(_:to:)`` for their bias.
extension Backend {
    /// y[n, o, h, w] = Σ x[n, i, h·s + a − p, w·s + b − p] · weight[o, i, a, b].
    public func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        let output = try newTensor(try checkedOutput(of: input, filter, geometry, "convolve"))
        _ = try kernels.convolution.convolve(
            input,
            filter: filter,
            geometry: geometry,
            output: output,
            takesMoments: false
        )
        return output
    }

    /// The same filter for convolutions of spikes between which its weights do not change, as in an evaluation: what depends
    /// on the weights alone is worked out now, and not with each of them. The results are the same bits.
    public func withFixedWeights(_ filter: Filter) throws(BackendError) -> Filter {
        try require(filter, "withFixedWeights", "the filter")
        let grid = try kernels.convolution.weightGrid(of: filter)
        return Filter(shape: filter.shape, storage: filter.storage, grid: grid)
    }

    /// ``convolve(_:filter:geometry:)`` and, of what it makes, ``batchStatistics(of:updating:repeats:)``, taken while it is
    /// made where that is cheaper.
    ///
    /// - Parameters:
    ///   - input: spikes or real values.
    ///   - filter: the weights.
    ///   - geometry: stride and padding.
    ///   - parameters: of the norm; their running estimates are moved.
    ///   - repeats: T for a static picture, else 1; see ``batchStatistics(of:updating:repeats:)``.
    public func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> (output: RealTensor, statistics: ChannelStatistics) {
        let shape = try checkedOutput(of: input, filter, geometry, "convolve")
        try requireRunning(parameters, channels: shape.channels, repeats: repeats, "convolve")
        let output = try newTensor(shape)
        let moments = try kernels.convolution.convolve(
            input,
            filter: filter,
            geometry: geometry,
            output: output,
            takesMoments: true
        )
        let statistics = try newStatistics(channels: shape.channels)
        try kernels.normalization.batchStatistics(
            of: output,
            moments: moments,
            updating: parameters,
            repeats: repeats,
            result: statistics
        )
        return (output, statistics)
    }

    /// ∂L/∂x from ∂L/∂y. With `accumulator`, the result is added to it and it is returned.
    public func convolveBackwardData(
        _ gradient: RealTensor,
        filter: Filter,
        geometry: WindowGeometry,
        inputShape: ImageShape,
        accumulator: RealTensor?
    ) throws(BackendError) -> RealTensor {
        let operation = "convolveBackwardData"
        try require(filter, operation, "the filter")
        let output = try convolved(inputShape, filter.shape, geometry, operation)
        try requireEqual(gradient.shape, output, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        if let accumulator {
            try requireEqual(accumulator.shape, inputShape, operation, "the accumulator")
            try require(accumulator, operation, "the accumulator")
        }
        let result = if let accumulator { accumulator } else { try newTensor(inputShape) }
        try kernels.convolution.convolveBackwardData(
            gradient,
            filter: filter,
            geometry: geometry,
            result: result,
            accumulates: accumulator != nil
        )
        return result
    }

    /// ∂L/∂weight from x and ∂L/∂y, written to `result` (whatever stood there is lost).
    public func convolveBackwardFilter(
        input: Activation,
        gradient: RealTensor,
        geometry: WindowGeometry,
        result: Filter
    ) throws(BackendError) {
        let operation = "convolveBackwardFilter"
        let output = try checkedOutput(of: input, result, geometry, operation)
        try requireEqual(gradient.shape, output, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        try kernels.convolution.convolveBackwardFilter(
            input: input,
            gradient: gradient,
            geometry: geometry,
            result: result
        )
    }

    private func checkedOutput(
        of input: Activation,
        _ filter: Filter,
        _ geometry: WindowGeometry,
        _ operation: String
    ) throws(BackendError) -> ImageShape {
        try require(input, operation, "the input")
        try require(filter, operation, "the filter")
        return try convolved(input.shape, filter.shape, geometry, operation)
    }

    /// The shape that a convolution makes, checked: a window lies in the padded input at least once.
    private func convolved(
        _ input: ImageShape,
        _ filter: FilterShape,
        _ geometry: WindowGeometry,
        _ operation: String
    ) throws(BackendError) -> ImageShape {
        try requirePixels(input, operation)
        try require(
            input.channels == filter.inputs,
            operation,
            "the input has shape \(input), but the filter \(filter) takes \(filter.inputs) channels"
        )
        let (limit, padding) = (WindowGeometry.limit, geometry.padding)
        try require(
            (1...limit).contains(geometry.stride) && (0...limit).contains(padding),
            operation,
            "a stride of \(geometry.stride) with padding \(padding)"
        )
        try require(
            input.height + 2 * padding >= filter.height && input.width + 2 * padding >= filter.width,
            operation,
            "the filter \(filter) is larger than the input \(input) with padding \(padding)"
        )
        let output = geometry.output(of: input, filter: filter)
        try requirePixels(output, operation)
        return output
    }
}

/// Mean and sum of squared deviations of each channel, for every run of pixels of a tensor (``SumOrder``): `[runs][2][channels
/// rounded up]` floats. What a backend's convolution may take of its output for its own ``NormalizationKernels``.
public struct RunMoments: Sendable {
    /// Means, then squared deviations, run by run.
    public let storage: any Storage

    /// Wraps a storage that already has the layout.
    public init(storage: any Storage) { self.storage = storage }
}

/// What ``Backend/convolve(_:filter:geometry:)`` and its gradients run.
public protocol ConvolutionKernels: Sendable {
    /// As ``Backend/precision``.
    var precision: Precision { get }

    /// What ``Filter/grid`` has; nil where convolutions do not use it.
    func weightGrid(of filter: Filter) throws(BackendError) -> (any Storage)?

    /// y. Where moments are asked for, and cost less now than a look at y later, they are returned.
    func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        output: RealTensor,
        takesMoments: Bool
    ) throws(BackendError) -> RunMoments?

    /// ∂L/∂x, written to `result` or added to it.
    func convolveBackwardData(
        _ gradient: RealTensor,
        filter: Filter,
        geometry: WindowGeometry,
        result: RealTensor,
        accumulates: Bool
    ) throws(BackendError)

    /// ∂L/∂weight.
    func convolveBackwardFilter(
        input: Activation,
        gradient: RealTensor,
        geometry: WindowGeometry,
        result: Filter
    ) throws(BackendError)
}

extension ConvolutionKernels {
    /// None is used.
    public func weightGrid(of filter: Filter) throws(BackendError) -> (any Storage)? { nil }
}
