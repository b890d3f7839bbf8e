import Tensors

// Everything else goes straight through.
extension ProbedBackend {
    func allocate(words: Int) throws(BackendError) -> any Storage { try base.allocate(words: words) }

    func fill(_ storage: any Storage, with value: UInt32, count: Int) throws(BackendError) {
        try base.fill(storage, with: value, count: count)
    }

    func slice(_ storage: any Storage, offset: Int, count: Int) throws(BackendError) -> any Storage {
        try base.slice(storage, offset: offset, count: count)
    }

    func write(_ words: [UInt32], to storage: any Storage) throws(BackendError) { try base.write(words, to: storage) }

    func read(_ storage: any Storage, count: Int) throws(BackendError) -> [UInt32] {
        try base.read(storage, count: count)
    }

    func synchronize() throws(BackendError) { try base.synchronize() }

    func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try base.convolve(input, filter: filter, geometry: geometry)
    }

    func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> (output: RealTensor, statistics: ChannelStatistics) {
        let made = try base.convolve(
            input,
            filter: filter,
            geometry: geometry,
            updating: parameters,
            repeats: repeats
        )
        return (made.output, made.statistics)
    }

    func convolveBackwardData(
        _ gradient: RealTensor,
        filter: Filter,
        geometry: WindowGeometry,
        inputShape: ImageShape,
        accumulator: RealTensor?
    ) throws(BackendError) -> RealTensor {
        try base.convolveBackwardData(
            gradient,
            filter: filter,
            geometry: geometry,
            inputShape: inputShape,
            accumulator: accumulator
        )
    }

    func convolveBackwardFilter(
        input: Activation,
        gradient: RealTensor,
        geometry: WindowGeometry,
        result: Filter
    ) throws(BackendError) {
        try base.convolveBackwardFilter(
            input: input,
            gradient: gradient,
            geometry: geometry,
            result: result
        )
    }

    func batchStatistics(
        of input: RealTensor,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> ChannelStatistics {
        try base.batchStatistics(of: input, updating: parameters, repeats: repeats)
    }

    func runningStatistics(
        of parameters: NormalizationParameters
    ) throws(BackendError) -> ChannelStatistics {
        try base.runningStatistics(of: parameters)
    }

    func normalize(
        _ input: RealTensor,
        with normalization: Normalization
    ) throws(BackendError) -> RealTensor {
        try base.normalize(input, with: normalization)
    }

    func normalizeBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients
    ) throws(BackendError) -> RealTensor {
        try base.normalizeBackward(
            gradient,
            input: input,
            normalization: normalization,
            gradients: gradients
        )
    }

    func fireBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis,
        gradients: NormalizationGradients?,
        penalty: PotentialPenalty?
    ) throws(BackendError) -> RealTensor {
        try base.fireBackward(
            gradient,
            input: input,
            normalization: normalization,
            neuron: neuron,
            leak: leak,
            time: time,
            gradients: gradients,
            penalty: penalty
        )
    }

    func potentialPenalty(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis,
        loss: PotentialDistributionLoss,
        record: any Storage
    ) throws(BackendError) -> PotentialPenalty {
        try base.potentialPenalty(
            input,
            normalization: normalization,
            neuron: neuron,
            leak: leak,
            time: time,
            loss: loss,
            record: record
        )
    }

    func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeTensor {
        try base.spikeGate(gate, input: input, branch: branch)
    }

    func spikeGateBackward(
        _ gate: SpikeGate,
        gradient: RealTensor,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeGateGradients {
        let gradients = try base.spikeGateBackward(
            gate,
            gradient: gradient,
            input: input,
            branch: branch
        )
        return SpikeGateGradients(input: gradients.input, branch: gradients.branch)
    }

    func repeatOverTime(_ tensor: RealTensor, steps: Int) throws(BackendError) -> RealTensor {
        try base.repeatOverTime(tensor, steps: steps)
    }

    func sumOverTime(_ tensor: RealTensor, steps: Int) throws(BackendError) -> RealTensor {
        try base.sumOverTime(tensor, steps: steps)
    }

    func maxPool(
        _ input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try base.maxPool(input, window: window, geometry: geometry)
    }

    func maxPoolBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try base.maxPoolBackward(
            gradient,
            input: input,
            window: window,
            geometry: geometry
        )
    }

    func logicGate(
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> SpikeTensor {
        try base.logicGate(
            input: input,
            excitatory: excitatory,
            inhibitory: inhibitory
        )
    }

    func logicGateBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> LogicGateGradients {
        let gradients = try base.logicGateBackward(
            gradient,
            input: input,
            excitatory: excitatory,
            inhibitory: inhibitory
        )
        return LogicGateGradients(
            input: gradients.input,
            excitatory: gradients.excitatory,
            inhibitory: gradients.inhibitory
        )
    }

    func sum(_ a: Activation, _ b: Activation) throws(BackendError) -> RealTensor {
        try base.sum(a, b)
    }

    func copy(_ tensor: RealTensor) throws(BackendError) -> RealTensor {
        try base.copy(tensor)
    }

    func accumulate(_ term: RealTensor, into tensor: RealTensor) throws(BackendError) {
        try base.accumulate(term, into: tensor)
    }

    func rectify(_ tensor: RealTensor) throws(BackendError) -> RealTensor {
        try base.rectify(tensor)
    }

    func rectifyBackward(
        _ gradient: RealTensor,
        input: RealTensor
    ) throws(BackendError) -> RealTensor {
        try base.rectifyBackward(gradient, input: input)
    }

    func maxPool(
        _ input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> SpikeTensor {
        try base.maxPool(input, window: window, geometry: geometry)
    }

    func maxPoolBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try base.maxPoolBackward(
            gradient,
            input: input,
            window: window,
            geometry: geometry
        )
    }

    func averagePool(_ input: Activation, window: Int) throws(BackendError) -> RealTensor {
        try base.averagePool(input, window: window)
    }

    func averagePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape,
        window: Int
    ) throws(BackendError) -> RealTensor {
        try base.averagePoolBackward(gradient, inputShape: inputShape, window: window)
    }

    func globalAveragePool(_ input: Activation) throws(BackendError) -> RealTensor {
        try base.globalAveragePool(input)
    }

    func globalAveragePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape
    ) throws(BackendError) -> RealTensor {
        try base.globalAveragePoolBackward(gradient, inputShape: inputShape)
    }

    func addBias(_ bias: ChannelVector, to tensor: RealTensor) throws(BackendError) {
        try base.addBias(bias, to: tensor)
    }

    func biasGradient(of gradient: RealTensor, result: ChannelVector) throws(BackendError) {
        try base.biasGradient(of: gradient, result: result)
    }

    func classificationLoss(
        _ logits: RealTensor,
        labels: any Storage,
        timeSteps: Int,
        loss: Loss,
        labelSmoothing: Float,
        record: any Storage
    ) throws(BackendError) -> RealTensor {
        try base.classificationLoss(
            logits,
            labels: labels,
            timeSteps: timeSteps,
            loss: loss,
            labelSmoothing: labelSmoothing,
            record: record
        )
    }

    func adam(
        parameters: any Storage,
        gradients: any Storage,
        firstMoment: any Storage,
        secondMoment: any Storage,
        count: Int,
        step: AdamStep
    ) throws(BackendError) {
        try base.adam(
            parameters: parameters,
            gradients: gradients,
            firstMoment: firstMoment,
            secondMoment: secondMoment,
            count: count,
            step: step
        )
    }

    func momentum(
        parameters: any Storage,
        gradients: any Storage,
        velocity: any Storage,
        count: Int,
        step: MomentumStep
    ) throws(BackendError) {
        try base.momentum(
            parameters: parameters,
            gradients: gradients,
            velocity: velocity,
            count: count,
            step: step
        )
    }

    func prepareImages(
        pixels: any Storage,
        transforms: any Storage,
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) throws(BackendError) -> RealTensor {
        try base.prepareImages(
            pixels: pixels,
            transforms: transforms,
            shape: shape,
            mean: mean,
            deviation: deviation
        )
    }

    func resizeImages(
        pixels: any Storage,
        crops: [PictureCrop],
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) throws(BackendError) -> RealTensor {
        try base.resizeImages(pixels: pixels, crops: crops, shape: shape, mean: mean, deviation: deviation)
    }

    func prepareFrames(
        counts: any Storage,
        transforms: any Storage,
        shape: ImageShape,
        timeSteps: Int
    ) throws(BackendError) -> RealTensor {
        try base.prepareFrames(counts: counts, transforms: transforms, shape: shape, timeSteps: timeSteps)
    }

    func findNonFinite(in storage: any Storage, count: Int, record: any Storage, word: Int) throws(BackendError) {
        try base.findNonFinite(in: storage, count: count, record: record, word: word)
    }

    func countSpikes(
        _ first: SpikeTensor,
        differingFrom second: SpikeTensor?,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        try base.countSpikes(first, differingFrom: second, record: record, word: word)
    }

    func countValues(_ tensor: RealTensor, record: any Storage, word: Int) throws(BackendError) {
        try base.countValues(tensor, record: record, word: word)
    }

    func measureNorm(of tensor: RealTensor, record: any Storage, word: Int) throws(BackendError) {
        try base.measureNorm(of: tensor, record: record, word: word)
    }
}
