import LSNOpenCLRuntime
public import LSNTensors

/// Convolutions, each by the kernels that suit its operands. In the SIMD mapping (folder SIMD, Kernels/convolution/simd):
///
/// | operation | spikes | real values |
/// |---|---|---|
/// | forward | `sparse_forward` or `rolling_lookup_forward`, as the firing rate asks; `lookup_forward` | `dense_forward` |
/// | gradient of the weights | `sparse_backward_filter`; `lookup_backward_filter` | `dense_backward_filter` |
/// | gradient of the input | | `winograd_backward_data`; `dense_backward_data` |
///
/// Where kernels are divided by a semicolon, the first does strides of 1. In the SIMT mapping (folder SIMT,
/// Kernels/convolution/simt) all of them are implicit GEMMs; where there are matrix units (folder MatrixUnits) these make what
/// comes of spikes forward, and with `fast` numerics the gradients. With `portable` numerics the gradient of the input is never
/// Winograd's, and those of the weights are summed as ``FilterSums`` says.
extension OpenCLBackend: ConvolutionKernels {
    /// How finely convolutions and fully connected layers of spikes round their weights.
    public var precision: Precision { choices.precision }

    /// As convolution/quantized_weights.cl reads it.
    public func weightGrid(of filter: Filter) throws(BackendError) -> (any Storage)? { try newGrid(of: filter) }

    /// y from x and the weights; the kernels' numerics stand in their headers. A convolution of spikes takes the moments of
    /// its sums while they are near (convolution/simd/run_moments.cl, or on matrix units); the output of real values (the
    /// stem's) is read once more for them, and that of implicit GEMMs.
    public func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        output: RealTensor,
        takesMoments: Bool
    ) throws(BackendError) -> RunMoments? {
        let plan = ConvolutionPlan(input: input.shape, filter: filter.shape, geometry: geometry)
        switch input {
        case .spikes(let spikes):
            let grid = if let grid = filter.grid { grid } else { try newGrid(of: filter) }
            switch (mapping, matrixUnits) {
            case (.simd, _):
                let moments = takesMoments ? try newMomentsByItem(of: plan) : nil
                try spikeForward(
                    plan,
                    .init(spikes: spikes, filter: filter, grid: grid, output: output, moments: moments)
                )
                return moments
            case (.simt, .off):
                try implicitGEMMForward(plan, spikes: spikes, filter: filter, grid: grid, output: output)
            case (.simt, .emulated), (.simt, .native):
                let moments = takesMoments ? try newMoments(of: plan.output) : nil
                try matrixUnitForward(
                    plan,
                    .init(spikes: spikes, filter: filter, grid: grid, output: output, moments: moments)
                )
                return moments
            }
        case .real(let values) where mapping == .simt:
            try implicitGEMMForward(plan, input: values, filter: filter, output: output)
        case .real(let values): try denseForward(plan, input: values, filter: filter, output: output)
        }
        return nil
    }

    /// ∂L/∂weight, summed over partitions of the pixels in a fixed order, or exactly.
    public func convolveBackwardFilter(
        input: Activation,
        gradient: RealTensor,
        geometry: WindowGeometry,
        result: Filter
    ) throws(BackendError) {
        let plan = ConvolutionPlan(input: input.shape, filter: result.shape, geometry: geometry)
        let (terms, sums) = try filterSums(of: gradient, input: input)
        let call = BackwardFilterCall(
            plan: plan,
            input: input.storage,
            gradient: terms,
            result: result,
            sums: sums
        )
        switch input {
        case _ where isMatrixUnitBackwardFilter(input): try matrixUnitBackwardFilter(call)
        case _ where mapping == .simt: try implicitGEMMBackwardFilter(call, isSpikes: input.isSpikes)
        case .spikes:
            if let tile = SparseFilterTile(
                of: plan,
                registers: registers,
                smallestChannels: choices.sparseFilterChannels,
                mostPixels: sums.mostPixels
            ) {
                try sparseBackwardFilter(call, tile)
            } else {
                try lookupBackwardFilter(call)
            }
        case .real: try denseBackwardFilter(call)
        }
    }

    /// ∂L/∂x, written to `result` or added to it.
    public func convolveBackwardData(
        _ gradient: RealTensor,
        filter: Filter,
        geometry: WindowGeometry,
        result: RealTensor,
        accumulates: Bool
    ) throws(BackendError) {
        let plan = ConvolutionPlan(input: result.shape, filter: filter.shape, geometry: geometry)
        let call = BackwardDataCall(
            plan: plan,
            gradient: gradient.storage,
            filter: filter.storage,
            result: result.storage,
            accumulates: accumulates
        )
        if isMatrixUnitBackwardData(plan) {
            try matrixUnitBackwardData(call)
        } else if mapping == .simt {
            try implicitGEMMBackwardData(call)
        } else if choices.numerics == .fast,
            let tile = WinogradTile(of: plan, smallestChannels: choices.winogradChannels, registers: registers)
        {
            try winogradBackwardData(call, tile)
        } else {
            try denseBackwardData(call)
        }
    }
}

/// The operands of a convolution of spikes.
struct SpikeForwardOperands {
    let spikes: SpikeTensor
    let filter: Filter
    /// Of the weights: convolution/quantized_weights.cl.
    let grid: any Storage
    let output: RealTensor
    /// Where moments go, if they are collected.
    let moments: RunMoments?

    func momentsArgument() throws(BackendError) -> [KernelArgument] {
        guard let moments else { return [] }
        return [try .storage(moments.storage)]
    }
}

extension OpenCLBackend {
    /// Room for the moments of every run of a tensor's pixels.
    func newMoments(of shape: ImageShape) throws(BackendError) -> RunMoments {
        RunMoments(storage: try allocate(words: SumOrder.runs(of: shape.pixels) * 2 * shape.channelStride))
    }
}

/// The operands of one gradient of an input.
struct BackwardDataCall {
    let plan: ConvolutionPlan
    let gradient: any Storage
    let filter: any Storage
    let result: any Storage
    let accumulates: Bool
}

/// The operands of one gradient of weights.
struct BackwardFilterCall {
    let plan: ConvolutionPlan
    let input: any Storage
    /// What is added up: see ``sums``.
    let gradient: any Storage
    let result: Filter
    let sums: FilterSums
}

extension ConvolutionPlan {
    /// Height and width of the input and of the output, as the kernels take them.
    var extents: [KernelArgument] {
        [
            .int(input.height), .int(input.width),
            .int(output.height), .int(output.width),
        ]
    }
}
