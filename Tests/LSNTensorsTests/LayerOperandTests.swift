import LSNTensors
import Testing

/// Tensors, parameters and numbers of layers that do not fit are refused before anything is launched, whatever the backend.
@Suite struct LayerOperandTests {
    @Test(arguments: TestedBackend.allCases)
    func convolution(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let input = try operands.real(operands.shape)
        let filter = try operands.filter(FilterShape(outputs: 4, inputs: 10, height: 3, width: 3))
        let others = try operands.filter(FilterShape(outputs: 4, inputs: 11, height: 3, width: 3))
        let output = ImageShape(images: 4, height: 3, width: 3, channels: 4)
        let fitting = WindowGeometry(padding: 1)
        let error = #expect(throws: BackendError.self) {
            try backend.convolve(.real(input), filter: others, geometry: fitting)
        }
        #expect("\(error, default: "")".contains("[4, 10, 3, 3]"))
        let wide = try operands.filter(FilterShape(outputs: 4, inputs: 10, height: 4, width: 1))
        expectMismatch("convolve") { _ = try backend.convolve(.real(input), filter: wide, geometry: WindowGeometry()) }
        for geometry in [
            WindowGeometry(stride: 0, padding: 1), WindowGeometry(padding: -1), WindowGeometry(padding: .max),
            WindowGeometry(stride: .max), WindowGeometry(padding: 1 << 16),
        ] {
            expectMismatch("convolve") { _ = try backend.convolve(.real(input), filter: filter, geometry: geometry) }
        }
        func backwardData(_ gradient: ImageShape, _ accumulator: ImageShape?) throws {
            _ = try backend.convolveBackwardData(
                try operands.real(gradient),
                filter: filter,
                geometry: fitting,
                inputShape: operands.shape,
                accumulator: try accumulator.map(operands.real)
            )
        }
        try backwardData(output, operands.shape)
        expectMismatch("convolveBackwardData") { try backwardData(operands.shape, nil) }
        expectMismatch("convolveBackwardData") { try backwardData(output, operands.other) }
        func backwardFilter(_ gradient: ImageShape, _ result: Filter) throws {
            try backend.convolveBackwardFilter(
                input: .real(input),
                gradient: try operands.real(gradient),
                geometry: fitting,
                result: result
            )
        }
        try backwardFilter(output, filter)
        expectMismatch("convolveBackwardFilter") { try backwardFilter(operands.shape, filter) }
        expectMismatch("convolveBackwardFilter") { try backwardFilter(output, others) }
        for (channels, repeats) in [(5, 1), (4, 0)] {
            let norm = try operands.norm(channels)
            expectMismatch("convolve") {
                _ = try backend.convolve(
                    .real(input),
                    filter: filter,
                    geometry: fitting,
                    updating: norm.parameters,
                    repeats: repeats
                )
            }
        }
    }

    @Test(arguments: TestedBackend.allCases)
    func normalization(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let input = try operands.real(operands.shape)
        let (fit, wrong) = (try operands.norm(10), try operands.norm(11))
        expectMismatch("batchStatistics") {
            _ = try backend.batchStatistics(of: input, updating: wrong.parameters, repeats: 1)
        }
        expectMismatch("batchStatistics") {
            _ = try backend.batchStatistics(of: input, updating: fit.parameters, repeats: 0)
        }
        expectMismatch("normalize") { _ = try backend.normalize(input, with: wrong) }
        func backward(_ gradient: ImageShape, _ norm: Normalization, _ channels: Int) throws {
            _ = try backend.normalizeBackward(
                try operands.real(gradient),
                input: input,
                normalization: norm,
                gradients: try operands.gradients(channels)
            )
        }
        try backward(operands.shape, fit, 10)
        expectMismatch("normalizeBackward") { try backward(operands.other, fit, 10) }
        expectMismatch("normalizeBackward") { try backward(operands.shape, wrong, 10) }
        expectMismatch("normalizeBackward") { try backward(operands.shape, fit, 11) }
    }

    @Test(arguments: TestedBackend.allCases)
    func neuron(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let (input, time) = (try operands.real(operands.shape), TimeAxis(steps: 2))
        let (fit, wrong) = (try operands.norm(10), try operands.norm(11))
        func fire(_ norm: Normalization?, _ time: TimeAxis, _ neuron: Neuron = Neuron()) throws {
            _ = try backend.fire(input, normalization: norm, neuron: neuron, time: time)
        }
        try fire(fit, time)
        expectMismatch("fire") { try fire(wrong, time) }
        for (steps, isStatic) in [(3, false), (0, false), (0, true), (-1, false), (.max, true), (1 << 30, true)] {
            expectMismatch("fire") { try fire(fit, TimeAxis(steps: steps, isStatic: isStatic)) }
        }
        let levels = Neuron(higherThresholds: [2, 3])
        expectMismatch("fire") { try fire(fit, time, levels) }
        expectMismatch("fireLevels") {
            _ = try backend.fireLevels(input, normalization: nil, neuron: Neuron(), time: time)
        }
        func backward(
            _ gradient: ImageShape,
            _ norm: Normalization?,
            _ time: TimeAxis,
            _ gradients: NormalizationGradients?,
            _ mpd: MPDGradient? = nil
        ) throws {
            _ = try backend.fireBackward(
                try operands.real(gradient),
                input: input,
                normalization: norm,
                neuron: Neuron(),
                time: time,
                gradients: gradients,
                mpd: mpd
            )
        }
        let gradients = try operands.gradients(10)
        try backward(operands.shape, fit, time, gradients)
        expectMismatch("fireBackward") { try backward(operands.shape, fit, time, nil) }
        expectMismatch("fireBackward") { try backward(operands.shape, nil, time, gradients) }
        expectMismatch("fireBackward") { try backward(operands.shape, fit, time, try operands.gradients(11)) }
        expectMismatch("fireBackward") { try backward(operands.shape, nil, TimeAxis(steps: 2, isStatic: true), nil) }
        for (channels, words) in [(2, 32), (10, 31)] {
            let mpd = MPDGradient(channels: channels, storage: try backend.zeros(words: words))
            expectMismatch("fireBackward") { try backward(operands.shape, nil, time, nil, mpd) }
        }
    }

    @Test("A leak to learn is given to neurons that learn it, and to no other", arguments: TestedBackend.allCases)
    func learnedLeak(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let input = try operands.real(operands.shape)
        func fire(_ neuron: Neuron, channels: Int?) throws {
            let vector = try channels.map(operands.vector)
            _ = try backend.fire(
                input,
                normalization: nil,
                neuron: neuron,
                leak: vector.map { LearnedLeak(weight: $0, gradient: $0) },
                time: TimeAxis(steps: 2)
            )
        }
        let learned = Neuron(isLeakLearned: true)
        try fire(learned, channels: 1)
        expectMismatch("fire") { try fire(learned, channels: nil) }
        expectMismatch("fire") { try fire(learned, channels: 2) }
        expectMismatch("fire") { try fire(Neuron(), channels: 1) }
    }

    @Test("What only one backend cannot do is asked of it: its kernels have room for four thresholds")
    func mostThresholds() throws {
        let five = Neuron(higherThresholds: [2, 3, 4, 5])
        for tested in TestedBackend.allCases {
            let (operands, backend) = (Operands(tested), tested.backend)
            let input = try operands.real(operands.shape)
            func fire() throws {
                _ = try backend.fireLevels(input, normalization: nil, neuron: five, time: TimeAxis(steps: 2))
            }
            switch tested {
            case .reference: try fire()
            case .openCL: expectMismatch("fireLevels", fire)
            }
        }
    }

    @Test(arguments: TestedBackend.allCases)
    func gates(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let (fit, wrong) = (try operands.spikes(operands.shape), try operands.spikes(operands.other))
        expectMismatch("logicGate") { _ = try backend.logicGate(input: fit, excitatory: wrong, inhibitory: fit) }
        expectMismatch("logicGate") { _ = try backend.logicGate(input: fit, excitatory: fit, inhibitory: wrong) }
        expectMismatch("logicGateBackward") {
            _ = try backend.logicGateBackward(
                try operands.real(operands.other),
                input: fit,
                excitatory: fit,
                inhibitory: fit
            )
        }
        for gate in SpikeGate.allCases {
            expectMismatch("spikeGate") { _ = try backend.spikeGate(gate, input: fit, branch: wrong) }
            expectMismatch("spikeGateBackward") {
                let gradient = try operands.real(operands.other)
                _ = try backend.spikeGateBackward(gate, gradient: gradient, input: fit, branch: fit)
            }
        }
    }

    @Test(arguments: TestedBackend.allCases)
    func elementwise(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let (tensor, other) = (try operands.real(operands.shape), try operands.real(operands.other))
        expectMismatch("sum") { _ = try backend.sum(.real(tensor), .spikes(try operands.spikes(operands.other))) }
        expectMismatch("accumulate") { try backend.accumulate(tensor, into: other) }
        expectMismatch("copy") { try backend.copy(tensor, into: other) }
        expectMismatch("reluBackward") { _ = try backend.reluBackward(other, input: tensor) }
        for steps in [3, 0, -4] {
            expectMismatch("sumOverTime") { _ = try backend.sumOverTime(tensor, steps: steps) }
        }
        for steps in [0, -1, 1 << 30, Int.max] {
            expectMismatch("repeatOverTime") { _ = try backend.repeatOverTime(tensor, steps: steps) }
        }
    }

    @Test(arguments: TestedBackend.allCases)
    func pooling(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let (input, values) = (try operands.spikes(operands.shape), try operands.real(operands.shape))
        for (window, geometry) in [
            (4, WindowGeometry()), (0, WindowGeometry()), (2, WindowGeometry(stride: 0)),
            (2, WindowGeometry(padding: 2)), (2, WindowGeometry(padding: -1)), (.max, WindowGeometry()),
        ] {
            expectMismatch("maxPool") { _ = try backend.maxPool(input, window: window, geometry: geometry) }
            expectMismatch("maxPool") { _ = try backend.maxPool(values, window: window, geometry: geometry) }
        }
        let geometry = WindowGeometry(stride: 2)
        expectMismatch("maxPoolBackward") {
            _ = try backend.maxPoolBackward(values, input: input, window: 2, geometry: geometry)
        }
        expectMismatch("maxPoolBackward") {
            _ = try backend.maxPoolBackward(values, input: values, window: 2, geometry: geometry)
        }
        expectMismatch("averagePool") { _ = try backend.averagePool(.spikes(input), window: 4) }
        expectMismatch("averagePool") { _ = try backend.averagePool(.spikes(input), window: 0) }
        expectMismatch("averagePoolBackward") {
            _ = try backend.averagePoolBackward(values, inputShape: operands.shape, window: 3)
        }
        expectMismatch("globalAveragePoolBackward") {
            _ = try backend.globalAveragePoolBackward(values, inputShape: operands.shape)
        }
    }

    @Test(arguments: TestedBackend.allCases)
    func head(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let logits = try operands.real(ImageShape(images: 6, height: 1, width: 1, channels: 10))
        let labels = try backend.zeros(words: 3)
        let record = try backend.zeros(words: StepRecord.words)
        expectMismatch("addBias") { try backend.addBias(try operands.vector(2), to: logits) }
        expectMismatch("biasGradient") { try backend.biasGradient(of: logits, result: try operands.vector(2)) }
        func loss(
            _ logits: RealTensor,
            _ steps: Int,
            smoothing: Float = 0,
            batchSize: Int? = nil,
            labels: any Storage,
            record: any Storage
        ) throws {
            _ = try backend.classificationLoss(
                logits,
                labels: labels,
                timeSteps: steps,
                loss: .tet,
                labelSmoothing: smoothing,
                batchSize: batchSize,
                record: record
            )
        }
        try loss(logits, 2, labels: labels, record: record)
        let samples = logits.shape.images / 2
        try loss(logits, 2, batchSize: samples + 1, labels: labels, record: record)
        for batchSize in [samples - 1, 0, -1] {
            expectMismatch("classificationLoss") {
                try loss(logits, 2, batchSize: batchSize, labels: labels, record: record)
            }
        }
        for steps in [4, 0, 1] {
            expectMismatch("classificationLoss") { try loss(logits, steps, labels: labels, record: record) }
        }
        for smoothing in [Float(-0.1), 1, .nan] {
            expectMismatch("classificationLoss") {
                try loss(logits, 2, smoothing: smoothing, labels: labels, record: record)
            }
        }
        expectMismatch("classificationLoss") { try loss(logits, 2, labels: labels, record: labels) }
        expectMismatch("classificationLoss") {
            try loss(try operands.real(operands.shape), 2, labels: labels, record: record)
        }
    }
}
