import OpenCLRuntime
public import Tensors

// Kernels/convolution/run_moments.cl and normalization/statistics.cl.
extension OpenCLBackend: NormalizedConvolutionOperations {
    /// `convolve` with the statistics of what it makes: a convolution of spikes takes the moments of its sums while they
    /// are near; the output of real values (the stem's) is read once more, and of work-groups every output.
    public func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> (output: RealTensor, statistics: ChannelStatistics) {
        guard case .spikes(let spikes) = input, mapping == .vectors else {
            let output = try convolve(input, filter: filter, geometry: geometry)
            return (output, try batchStatistics(of: output, updating: parameters, repeats: repeats))
        }
        let plan = try ConvolutionPlan("convolve", input: input.shape, filter: filter.shape, geometry: geometry)
        try require(input, "convolve", "the input")
        try requireRoom(filter.shape.words, in: filter.storage, "convolve", "the filter")
        try require(parameters, channels: plan.output.channels, repeats: repeats)
        let output = try newTensor(plan.output)
        let moments = try newMoments(of: plan)
        try spikeForward(plan, .init(spikes: spikes, filter: filter, output: output, moments: moments))
        return (output, try combine(moments, of: plan.output, updating: parameters, repeats: repeats))
    }

    /// Room for the moments of the runs of pixels that the kernels of a convolution of spikes make together.
    private func newMoments(of plan: ConvolutionPlan) throws(BackendError) -> RunMoments {
        let shape = plan.output
        let rows = RowTile.tiles(of: plan, registers: registers).first?.runRows
        let run = rows.map { $0 * shape.width } ?? plan.lookupBlock
        let count = (shape.pixels + run - 1) / run
        return RunMoments(storage: try allocate(words: count * 2 * shape.channelStride), length: run, count: count)
    }
}

/// The operands of a convolution of spikes.
struct SpikeForwardOperands {
    let spikes: SpikeTensor
    let filter: Filter
    let output: RealTensor
    /// Where moments go, if they are collected.
    let moments: RunMoments?

    func momentsArgument() throws(BackendError) -> [KernelArgument] {
        guard let moments else { return [] }
        return [try .storage(moments.storage)]
    }
}

/// Mean and sum of squared deviations of each channel, for every run of pixels: `[count][2][channels rounded up]` floats.
struct RunMoments {
    let storage: any Storage
    /// Pixels of a run; the last may be shorter.
    let length: Int
    /// How many runs there are.
    let count: Int
}
