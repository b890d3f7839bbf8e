import OpenCLBackend
import ReferenceBackend
import Tensors
import Testing

/// Operands that do not fit are refused before anything is launched.
@Suite(.enabled(if: TestDevice.isUsed))
struct MismatchTests {
    let backend: OpenCLBackend
    let shape = ImageShape(images: 4, height: 3, width: 3, channels: 10)
    let other = ImageShape(images: 4, height: 3, width: 3, channels: 11)

    init() throws {
        backend = try TestDevice.backend()
    }

    private func real(_ shape: ImageShape) throws -> RealTensor {
        RealTensor(shape: shape, storage: try backend.zeros(words: shape.realWords))
    }

    private func spikes(_ shape: ImageShape) throws -> SpikeTensor {
        SpikeTensor(shape: shape, storage: try backend.zeros(words: shape.spikeWords))
    }

    private func norm(_ channels: Int) throws -> Normalization {
        var numbers = Numbers()
        return try numbers.norm(channels, gain: 1, on: backend)
    }

    private func expectMismatch(_ operation: String, _ body: () throws -> Void) {
        let error = #expect(throws: BackendError.self, performing: body)
        guard case .mismatch(operation, let detail) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!detail.isEmpty)
    }

    @Test func storage() throws {
        let storage = try backend.allocate(words: 100)
        expectMismatch("allocate") { _ = try backend.allocate(words: -1) }
        expectMismatch("write") { try backend.write([UInt32](repeating: 0, count: 101), to: storage) }
        expectMismatch("read") { _ = try backend.read(storage, count: 101) }
        expectMismatch("read") { _ = try backend.read(storage, count: -1) }
        expectMismatch("fill") { try backend.fill(storage, with: 0, count: 101) }
        expectMismatch("slice") { _ = try backend.slice(storage, offset: 0, count: 101) }
        expectMismatch("slice") { _ = try backend.slice(storage, offset: 1, count: 1) }
        expectMismatch("slice") { _ = try backend.slice(storage, offset: .max, count: 1) }
    }

    @Test("Storage that another kind of backend made is refused, on the host and on the device, and never read")
    func foreignStorage() throws {
        let reference = ReferenceBackend()
        let (own, foreign) = (try backend.zeros(words: 320), try reference.zeros(words: 320))
        let vector = ChannelVector(channels: 10, storage: own)
        for (made, used) in [(foreign, backend as Backend), (own, reference)] {
            let tensor = RealTensor(shape: shape.with(images: 1), storage: made)
            expectMismatch("fill") { try used.fill(made, with: 0, count: 1) }
            expectMismatch("slice") { _ = try used.slice(made, offset: 0, count: 1) }
            expectMismatch("write") { try used.write([1] as [UInt32], to: made) }
            expectMismatch("read") { _ = try used.read(made, count: 1) }
            expectMismatch("copy") { _ = try used.copy(tensor) }
            expectMismatch("addBias") { try used.addBias(vector, to: tensor) }
            expectMismatch("findNonFinite") { try used.findNonFinite(in: made, count: 1, record: made, word: 0) }
        }
    }

    @Test func shortStorage() throws {
        let short = RealTensor(shape: shape, storage: try backend.allocate(words: shape.realWords - 1))
        let full = try real(shape)
        expectMismatch("copy") { _ = try backend.copy(short) }
        expectMismatch("sum") { _ = try backend.sum(.real(full), .real(short)) }
        expectMismatch("normalize") { _ = try backend.normalize(short, with: try norm(10)) }
        expectMismatch("globalAveragePool") { _ = try backend.globalAveragePool(.real(short)) }
    }

    @Test("Shapes that overflow are refused, not computed with")
    func hugeShapes() throws {
        let storage = try backend.allocate(words: 100)
        for huge in [
            ImageShape(images: 1 << 20, height: 1 << 20, width: 1, channels: 1),
            ImageShape(images: 1 << 31, height: 1 << 31, width: 1 << 31, channels: 1),
            ImageShape(images: 0, height: 1, width: 1, channels: 1),
            ImageShape(images: 1, height: -1, width: 1, channels: 1),
        ] {
            expectMismatch("copy") { _ = try backend.copy(RealTensor(shape: huge, storage: storage)) }
        }
    }

    @Test func normalization() throws {
        let (input, fit, wrong) = (try real(shape), try norm(10), try norm(11))
        let gradients = try newGradients(10, on: backend)
        expectMismatch("batchStatistics") {
            _ = try backend.batchStatistics(of: input, updating: wrong.parameters, repeats: 1)
        }
        expectMismatch("batchStatistics") {
            _ = try backend.batchStatistics(of: input, updating: fit.parameters, repeats: 0)
        }
        expectMismatch("normalize") { _ = try backend.normalize(input, with: wrong) }
        expectMismatch("normalizeBackward") {
            _ = try backend.normalizeBackward(
                try real(other),
                input: input,
                normalization: fit,
                gradients: gradients
            )
        }
        expectMismatch("normalizeBackward") {
            _ = try backend.normalizeBackward(
                input,
                input: input,
                normalization: fit,
                gradients: try newGradients(11, on: backend)
            )
        }
    }

    @Test func neuron() throws {
        let (input, fit, wrong) = (try real(shape), try norm(10), try norm(11))
        let neuron = Neuron()
        let time = TimeAxis(steps: 2)
        expectMismatch("fire") {
            _ = try backend.fire(input, normalization: nil, neuron: neuron, time: TimeAxis(steps: 3))
        }
        expectMismatch("fire") {
            _ = try backend.fire(input, normalization: nil, neuron: neuron, time: TimeAxis(steps: 0))
        }
        expectMismatch("fire") { _ = try backend.fire(input, normalization: wrong, neuron: neuron, time: time) }
        expectMismatch("fireBackward") {
            _ = try backend.fireBackward(
                input,
                input: input,
                normalization: fit,
                neuron: neuron,
                time: time,
                gradients: nil
            )
        }
        expectMismatch("fireBackward") {
            _ = try backend.fireBackward(
                input,
                input: input,
                normalization: nil,
                neuron: neuron,
                time: TimeAxis(steps: 2, isStatic: true),
                gradients: nil
            )
        }
    }

    @Test func logicGate() throws {
        let (fit, wrong) = (try spikes(shape), try spikes(other))
        expectMismatch("logicGate") { _ = try backend.logicGate(input: fit, excitatory: wrong, inhibitory: fit) }
        expectMismatch("logicGate") { _ = try backend.logicGate(input: fit, excitatory: fit, inhibitory: wrong) }
        expectMismatch("logicGateBackward") {
            _ = try backend.logicGateBackward(try real(other), input: fit, excitatory: fit, inhibitory: fit)
        }
    }

    @Test func elementwise() throws {
        expectMismatch("sum") { _ = try backend.sum(.real(try real(shape)), .spikes(try spikes(other))) }
        expectMismatch("accumulate") { try backend.accumulate(try real(shape), into: try real(other)) }
    }

    @Test func pooling() throws {
        let input = try spikes(shape)
        expectMismatch("maxPool") { _ = try backend.maxPool(input, window: 4, geometry: WindowGeometry()) }
        expectMismatch("maxPool") { _ = try backend.maxPool(input, window: 0, geometry: WindowGeometry()) }
        expectMismatch("maxPool") { _ = try backend.maxPool(input, window: 2, geometry: WindowGeometry(stride: 0)) }
        expectMismatch("maxPool") { _ = try backend.maxPool(input, window: 2, geometry: WindowGeometry(padding: 2)) }
        expectMismatch("maxPoolBackward") {
            _ = try backend.maxPoolBackward(
                try real(shape),
                input: input,
                window: 2,
                geometry: WindowGeometry(stride: 2)
            )
        }
        expectMismatch("averagePool") { _ = try backend.averagePool(.spikes(input), window: 4) }
        expectMismatch("averagePoolBackward") {
            _ = try backend.averagePoolBackward(try real(other), inputShape: shape, window: 3)
        }
        expectMismatch("globalAveragePoolBackward") {
            _ = try backend.globalAveragePoolBackward(try real(shape), inputShape: shape)
        }
    }

    @Test func head() throws {
        let logits = try real(ImageShape(images: 6, height: 1, width: 1, channels: 10))
        let labels = try backend.zeros(words: 3)
        let record = try backend.zeros(words: StepRecord.words)
        expectMismatch("addBias") { try backend.addBias(try backend.vector([1, 2]), to: logits) }
        expectMismatch("biasGradient") { try backend.biasGradient(of: logits, result: try backend.vector([1, 2])) }
        func loss(_ logits: RealTensor, _ labels: any Storage, _ steps: Int, _ record: any Storage)
            throws
        {
            _ = try backend.classificationLoss(
                logits,
                labels: labels,
                timeSteps: steps,
                loss: .tet,
                record: record
            )
        }
        expectMismatch("classificationLoss") { try loss(logits, labels, 4, record) }
        expectMismatch("classificationLoss") { try loss(logits, labels, 0, record) }
        expectMismatch("classificationLoss") { try loss(logits, labels, 1, record) }
        expectMismatch("classificationLoss") { try loss(logits, labels, 2, labels) }
        expectMismatch("classificationLoss") { try loss(try real(shape), labels, 2, record) }
    }

    @Test func optimizers() throws {
        let (long, short) = (try backend.zeros(words: 20), try backend.zeros(words: 19))
        expectMismatch("adam") {
            try backend.adam(
                parameters: long,
                gradients: long,
                firstMoment: long,
                secondMoment: short,
                count: 20,
                step: AdamStep(learningRate: 1, step: 1)
            )
        }
        expectMismatch("adam") {
            try backend.adam(
                parameters: long,
                gradients: long,
                firstMoment: long,
                secondMoment: long,
                count: 20,
                step: AdamStep(learningRate: 1, step: 0)
            )
        }
        expectMismatch("momentum") {
            try backend.momentum(
                parameters: short,
                gradients: long,
                velocity: long,
                count: 20,
                step: MomentumStep(learningRate: 1, step: 1)
            )
        }
    }

    @Test func others() throws {
        let storage = try backend.zeros(words: 8)
        expectMismatch("prepareImages") {
            _ = try backend.prepareImages(
                pixels: storage,
                transforms: storage,
                shape: shape,
                mean: [0],
                deviation: [1]
            )
        }
        let pictures = ImageShape(images: 3, height: 4, width: 2, channels: 1)
        expectMismatch("prepareImages") {
            _ = try backend.prepareImages(
                pixels: storage,
                transforms: storage,
                shape: pictures,
                mean: [0],
                deviation: [1]
            )
        }
        expectMismatch("findNonFinite") {
            try backend.findNonFinite(in: storage, count: 9, record: storage, word: 0)
        }
        expectMismatch("findNonFinite") {
            try backend.findNonFinite(in: storage, count: 8, record: storage, word: 8)
        }
    }

    @Test func measurements() throws {
        let backend = try TestDevice.backend()
        let record = try backend.zeros(words: 8)
        let shape = ImageShape(images: 1, height: 1, width: 1, channels: 8)
        let spikes = SpikeTensor(shape: shape, storage: record)
        let values = RealTensor(shape: shape, storage: record)
        let larger = SpikeTensor(shape: shape.with(images: 2), storage: record)
        expectMismatch("countSpikes") {
            try backend.countSpikes(spikes, differingFrom: larger, record: record, word: 0)
        }
        expectMismatch("countSpikes") { try backend.countSpikes(spikes, differingFrom: nil, record: record, word: 7) }
        expectMismatch("countSpikes") { try backend.countSpikes(spikes, differingFrom: nil, record: record, word: -1) }
        expectMismatch("countValues") { try backend.countValues(values, record: record, word: 5) }
        expectMismatch("measureNorm") { try backend.measureNorm(of: values, record: record, word: 8) }
        let small = RealTensor(shape: shape.with(images: 9), storage: record)
        expectMismatch("measureNorm") { try backend.measureNorm(of: small, record: record, word: 0) }
    }
}
