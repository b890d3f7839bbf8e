import Tensors

// Everything else goes straight through.
extension ProbedBackend {
    func allocate(words: Int) throws(BackendError) -> Storage { try base.allocate(words: words) }

    func fill(_ storage: Storage, with value: UInt32, count: Int) throws(BackendError) {
        try base.fill(storage, with: value, count: count)
    }

    func slice(_ storage: Storage, offset: Int, count: Int) throws(BackendError) -> Storage {
        try base.slice(storage, offset: offset, count: count)
    }

    func write(_ words: [UInt32], to storage: Storage) throws(BackendError) { try base.write(words, to: storage) }

    func read(_ storage: Storage, count: Int) throws(BackendError) -> [UInt32] {
        try base.read(storage, count: count)
    }

    func synchronize() throws(BackendError) { try base.synchronize() }

    func convolve(
        _ input: Activation<Self>,
        filter: Filter<Self>,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor<Self> {
        try base.convolve(input.moved(), filter: filter.moved(), geometry: geometry).moved()
    }

    func convolve(
        _ input: Activation<Self>,
        filter: Filter<Self>,
        geometry: WindowGeometry,
        updating parameters: NormalizationParameters<Self>,
        repeats: Int
    ) throws(BackendError) -> (output: RealTensor<Self>, statistics: ChannelStatistics<Self>) {
        let made = try base.convolve(
            input.moved(),
            filter: filter.moved(),
            geometry: geometry,
            updating: parameters.moved(),
            repeats: repeats
        )
        return (made.output.moved(), made.statistics.moved())
    }

    func convolveBackwardData(
        _ gradient: RealTensor<Self>,
        filter: Filter<Self>,
        geometry: WindowGeometry,
        inputShape: ImageShape,
        accumulator: RealTensor<Self>?
    ) throws(BackendError) -> RealTensor<Self> {
        try base.convolveBackwardData(
            gradient.moved(),
            filter: filter.moved(),
            geometry: geometry,
            inputShape: inputShape,
            accumulator: accumulator?.moved()
        ).moved()
    }

    func convolveBackwardFilter(
        input: Activation<Self>,
        gradient: RealTensor<Self>,
        geometry: WindowGeometry,
        result: Filter<Self>
    ) throws(BackendError) {
        try base.convolveBackwardFilter(
            input: input.moved(),
            gradient: gradient.moved(),
            geometry: geometry,
            result: result.moved()
        )
    }

    func batchStatistics(
        of input: RealTensor<Self>,
        updating parameters: NormalizationParameters<Self>,
        repeats: Int
    ) throws(BackendError) -> ChannelStatistics<Self> {
        try base.batchStatistics(of: input.moved(), updating: parameters.moved(), repeats: repeats).moved()
    }

    func runningStatistics(
        of parameters: NormalizationParameters<Self>
    ) throws(BackendError) -> ChannelStatistics<Self> {
        try base.runningStatistics(of: parameters.moved()).moved()
    }

    func normalize(
        _ input: RealTensor<Self>,
        with normalization: Normalization<Self>
    ) throws(BackendError) -> RealTensor<Self> {
        try base.normalize(input.moved(), with: normalization.moved()).moved()
    }

    func normalizeBackward(
        _ gradient: RealTensor<Self>,
        input: RealTensor<Self>,
        normalization: Normalization<Self>,
        gradients: NormalizationGradients<Self>
    ) throws(BackendError) -> RealTensor<Self> {
        try base.normalizeBackward(
            gradient.moved(),
            input: input.moved(),
            normalization: normalization.moved(),
            gradients: gradients.moved()
        ).moved()
    }

    func fireBackward(
        _ gradient: RealTensor<Self>,
        input: RealTensor<Self>,
        normalization: Normalization<Self>?,
        neuron: Neuron,
        leak: LearnedLeak<Self>?,
        time: TimeAxis,
        gradients: NormalizationGradients<Self>?,
        penalty: PotentialPenalty<Self>?
    ) throws(BackendError) -> RealTensor<Self> {
        try base.fireBackward(
            gradient.moved(),
            input: input.moved(),
            normalization: normalization?.moved(),
            neuron: neuron,
            leak: leak?.moved(),
            time: time,
            gradients: gradients?.moved(),
            penalty: penalty?.moved()
        ).moved()
    }

    func potentialPenalty(
        _ input: RealTensor<Self>,
        normalization: Normalization<Self>?,
        neuron: Neuron,
        leak: LearnedLeak<Self>?,
        time: TimeAxis,
        loss: PotentialDistributionLoss,
        record: Storage
    ) throws(BackendError) -> PotentialPenalty<Self> {
        try base.potentialPenalty(
            input.moved(),
            normalization: normalization?.moved(),
            neuron: neuron,
            leak: leak?.moved(),
            time: time,
            loss: loss,
            record: record
        ).moved()
    }

    func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor<Self>,
        branch: SpikeTensor<Self>
    ) throws(BackendError) -> SpikeTensor<Self> {
        try base.spikeGate(gate, input: input.moved(), branch: branch.moved()).moved()
    }

    func spikeGateBackward(
        _ gate: SpikeGate,
        gradient: RealTensor<Self>,
        input: SpikeTensor<Self>,
        branch: SpikeTensor<Self>
    ) throws(BackendError) -> SpikeGateGradients<Self> {
        let gradients = try base.spikeGateBackward(
            gate,
            gradient: gradient.moved(),
            input: input.moved(),
            branch: branch.moved()
        )
        return SpikeGateGradients(input: gradients.input.moved(), branch: gradients.branch.moved())
    }

    func repeatOverTime(_ tensor: RealTensor<Self>, steps: Int) throws(BackendError) -> RealTensor<Self> {
        try base.repeatOverTime(tensor.moved(), steps: steps).moved()
    }

    func sumOverTime(_ tensor: RealTensor<Self>, steps: Int) throws(BackendError) -> RealTensor<Self> {
        try base.sumOverTime(tensor.moved(), steps: steps).moved()
    }

    func maxPool(
        _ input: RealTensor<Self>,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor<Self> {
        try base.maxPool(input.moved() as RealTensor<Base>, window: window, geometry: geometry).moved()
    }

    func maxPoolBackward(
        _ gradient: RealTensor<Self>,
        input: RealTensor<Self>,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor<Self> {
        try base.maxPoolBackward(
            gradient.moved(),
            input: input.moved() as RealTensor<Base>,
            window: window,
            geometry: geometry
        ).moved()
    }

    func logicGate(
        input: SpikeTensor<Self>,
        excitatory: SpikeTensor<Self>,
        inhibitory: SpikeTensor<Self>
    ) throws(BackendError) -> SpikeTensor<Self> {
        try base.logicGate(
            input: input.moved(),
            excitatory: excitatory.moved(),
            inhibitory: inhibitory.moved()
        ).moved()
    }

    func logicGateBackward(
        _ gradient: RealTensor<Self>,
        input: SpikeTensor<Self>,
        excitatory: SpikeTensor<Self>,
        inhibitory: SpikeTensor<Self>
    ) throws(BackendError) -> LogicGateGradients<Self> {
        let gradients = try base.logicGateBackward(
            gradient.moved(),
            input: input.moved(),
            excitatory: excitatory.moved(),
            inhibitory: inhibitory.moved()
        )
        return LogicGateGradients(
            input: gradients.input.moved(),
            excitatory: gradients.excitatory.moved(),
            inhibitory: gradients.inhibitory.moved()
        )
    }

    func sum(_ a: Activation<Self>, _ b: Activation<Self>) throws(BackendError) -> RealTensor<Self> {
        try base.sum(a.moved(), b.moved()).moved()
    }

    func copy(_ tensor: RealTensor<Self>) throws(BackendError) -> RealTensor<Self> {
        try base.copy(tensor.moved()).moved()
    }

    func accumulate(_ term: RealTensor<Self>, into tensor: RealTensor<Self>) throws(BackendError) {
        try base.accumulate(term.moved(), into: tensor.moved())
    }

    func rectify(_ tensor: RealTensor<Self>) throws(BackendError) -> RealTensor<Self> {
        try base.rectify(tensor.moved()).moved()
    }

    func rectifyBackward(
        _ gradient: RealTensor<Self>,
        input: RealTensor<Self>
    ) throws(BackendError) -> RealTensor<Self> {
        try base.rectifyBackward(gradient.moved(), input: input.moved()).moved()
    }

    func maxPool(
        _ input: SpikeTensor<Self>,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> SpikeTensor<Self> {
        try base.maxPool(input.moved() as SpikeTensor<Base>, window: window, geometry: geometry).moved()
    }

    func maxPoolBackward(
        _ gradient: RealTensor<Self>,
        input: SpikeTensor<Self>,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor<Self> {
        try base.maxPoolBackward(
            gradient.moved(),
            input: input.moved() as SpikeTensor<Base>,
            window: window,
            geometry: geometry
        ).moved()
    }

    func averagePool(_ input: Activation<Self>, window: Int) throws(BackendError) -> RealTensor<Self> {
        try base.averagePool(input.moved(), window: window).moved()
    }

    func averagePoolBackward(
        _ gradient: RealTensor<Self>,
        inputShape: ImageShape,
        window: Int
    ) throws(BackendError) -> RealTensor<Self> {
        try base.averagePoolBackward(gradient.moved(), inputShape: inputShape, window: window).moved()
    }

    func globalAveragePool(_ input: Activation<Self>) throws(BackendError) -> RealTensor<Self> {
        try base.globalAveragePool(input.moved()).moved()
    }

    func globalAveragePoolBackward(
        _ gradient: RealTensor<Self>,
        inputShape: ImageShape
    ) throws(BackendError) -> RealTensor<Self> {
        try base.globalAveragePoolBackward(gradient.moved(), inputShape: inputShape).moved()
    }

    func addBias(_ bias: ChannelVector<Self>, to tensor: RealTensor<Self>) throws(BackendError) {
        try base.addBias(bias.moved(), to: tensor.moved())
    }

    func biasGradient(of gradient: RealTensor<Self>, result: ChannelVector<Self>) throws(BackendError) {
        try base.biasGradient(of: gradient.moved(), result: result.moved())
    }

    func classificationLoss(
        _ logits: RealTensor<Self>,
        labels: Storage,
        timeSteps: Int,
        loss: Loss,
        labelSmoothing: Float,
        record: Storage
    ) throws(BackendError) -> RealTensor<Self> {
        try base.classificationLoss(
            logits.moved(),
            labels: labels,
            timeSteps: timeSteps,
            loss: loss,
            labelSmoothing: labelSmoothing,
            record: record
        ).moved()
    }

    func adam(
        parameters: Storage,
        gradients: Storage,
        firstMoment: Storage,
        secondMoment: Storage,
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
        parameters: Storage,
        gradients: Storage,
        velocity: Storage,
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
        pixels: Storage,
        transforms: Storage,
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) throws(BackendError) -> RealTensor<Self> {
        try base.prepareImages(
            pixels: pixels,
            transforms: transforms,
            shape: shape,
            mean: mean,
            deviation: deviation
        ).moved()
    }

    func resizeImages(
        pixels: Storage,
        crops: [PictureCrop],
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) throws(BackendError) -> RealTensor<Self> {
        try base.resizeImages(pixels: pixels, crops: crops, shape: shape, mean: mean, deviation: deviation).moved()
    }

    func prepareFrames(
        counts: Storage,
        transforms: Storage,
        shape: ImageShape,
        timeSteps: Int
    ) throws(BackendError) -> RealTensor<Self> {
        try base.prepareFrames(counts: counts, transforms: transforms, shape: shape, timeSteps: timeSteps).moved()
    }

    func findNonFinite(in storage: Storage, count: Int, record: Storage, word: Int) throws(BackendError) {
        try base.findNonFinite(in: storage, count: count, record: record, word: word)
    }

    func countSpikes(
        _ first: SpikeTensor<Self>,
        differingFrom second: SpikeTensor<Self>?,
        record: Storage,
        word: Int
    ) throws(BackendError) {
        try base.countSpikes(first.moved(), differingFrom: second?.moved(), record: record, word: word)
    }

    func countValues(_ tensor: RealTensor<Self>, record: Storage, word: Int) throws(BackendError) {
        try base.countValues(tensor.moved(), record: record, word: word)
    }

    func measureNorm(of tensor: RealTensor<Self>, record: Storage, word: Int) throws(BackendError) {
        try base.measureNorm(of: tensor.moved(), record: record, word: word)
    }
}
