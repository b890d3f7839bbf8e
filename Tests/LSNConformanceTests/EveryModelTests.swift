import LSNNetworks
import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Synchronization
import Testing

/// Every name of `lsn models`, four channels wide, on 8×8 pictures: two steps of training and an evaluation on both
/// backends.
///
/// What agrees, and how well: a block gives the same spikes on both until some potential lies within rounding of the
/// threshold. Of the hundreds of thousands of potentials of a deep network a few do; from there on two right programs
/// part, and their gradients with them. So nothing differs in networks of up to 20 blocks, and in deeper ones the first block that differs may do so in a few places only, and what comes
/// before it hardly at all; where no block differs, loss and gradients are compared as the catalogue compares networks.
/// The second step starts from parameters that the first one moved, so its rounding is larger: its loss is compared
/// where the first step agreed, and is finite everywhere.
@Suite(.enabled(if: TestDevice.isUsed))
struct EveryModelTests {
    @Test(arguments: Architecture.all.map(\.name))
    func trainsAndEvaluatesAsTheReferenceDoes(_ name: String) throws {
        let description = try Self.small(Architecture.named(name))
        let expected = try ModelTrace(description, on: Backend(ReferenceBackend()))
        let found = try ModelTrace(description, on: Backend(try TestDevice.kernels()))
        #expect(found.isFinite && expected.isFinite)
        #expect(found.blocks.map(\.name) == expected.blocks.map(\.name))

        if let index = expected.blocks.indices.first(where: {
            found.blocks[$0].share(differingFrom: expected.blocks[$0]) > 0
        }) {
            let share = found.blocks[index].share(differingFrom: expected.blocks[index])
            #expect(expected.blocks.count > 20, "\(expected.blocks[index].name): few blocks, and they differ")
            #expect(share < 0.01, "\(expected.blocks[index].name): \(share) of its values differ")
            #expect(abs(found.losses[0] - expected.losses[0]) < 0.3 * max(expected.losses[0], 1))
            return
        }
        #expect(abs(found.losses[0] - expected.losses[0]) <= 1e-4 * max(expected.losses[0], 1))
        #expect(abs(found.losses[1] - expected.losses[1]) <= 5e-2 * max(expected.losses[1], 1))
        let scale = expected.gradients.flatMap(\.values).map(abs).max() ?? 0
        #expect(scale > 0)
        for (a, b) in zip(found.gradients, expected.gradients) {
            let error = zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
            #expect(error <= 2e-3 * scale, "\(b.name): \(error) of \(scale)")
        }
    }

    /// Four channels in the first stage, two time steps.
    private static func small(_ architecture: Architecture) throws -> NetworkDescription {
        try architecture.describe(
            NetworkOverrides(width: architecture.width(ofFirstStage: 4), timeSteps: 2),
            classes: 10,
            inChannels: 1,
            imageHeight: 8,
            imageWidth: 8
        )
    }
}

/// What a block left.
private struct BlockTrace: Sendable {
    let name: String
    let values: [Float]

    /// The share of values that are not the same but for rounding.
    func share(differingFrom other: BlockTrace) -> Double {
        let scale = other.values.map(abs).max() ?? 0
        let differing = zip(values, other.values).count { abs($0 - $1) > 1e-3 * scale }
        return Double(differing) / Double(max(values.count, 1))
    }
}

/// What two steps of training and an evaluation gave.
private struct ModelTrace {
    private(set) var blocks: [BlockTrace] = []
    private(set) var losses: [Float] = []
    private(set) var gradients: [NamedTensor] = []
    private(set) var logits: [Float] = []

    var isFinite: Bool {
        losses.count == 2 && losses.allSatisfy(\.isFinite) && !logits.isEmpty && logits.allSatisfy(\.isFinite)
            && gradients.allSatisfy { $0.values.allSatisfy(\.isFinite) }
    }

    init(_ description: NetworkDescription, on backend: Backend) throws {
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 1)
        let shape = ImageShape(images: 3, height: 8, width: 8, channels: 1)
        var random = Philox(seed: 7, purpose: .conformance)
        let pictures = try backend.realTensor((0..<shape.count).map { _ in 4 * random.uniform() - 2 }, shape: shape)
        let labels = try backend.upload([1, 4, 9] as [UInt32])
        let velocity = try backend.zeros(words: network.parameters.wordCount)
        for step in 1...2 {
            let notes = Notes(backend)
            let pass = try network.forward(pictures, isStatic: true, training: true, observer: step == 1 ? notes : nil)
            let record = try backend.zeros(words: StepRecord.words)
            let gradient = try backend.classificationLoss(
                pass.logits,
                labels: labels,
                timeSteps: description.timeSteps,
                loss: .meanCrossEntropy,
                record: record
            )
            try network.backward(pass, logitsGradient: gradient)
            losses.append(try backend.readFloats(record, count: 1)[StepRecord.loss])
            if step == 1 {
                blocks = notes.blocks
                gradients = try network.parameters.exportGradients()
            }
            try backend.sgd(
                parameters: network.parameters.values,
                gradients: network.parameters.gradients,
                velocity: velocity,
                count: network.parameters.wordCount,
                step: SGDStep(learningRate: 1e-3, step: step)
            )
        }
        logits = try backend.values(try network.forward(pictures, isStatic: true, training: false).logits)
    }

    /// Notes what every block leaves.
    private final class Notes: NetworkObserver {
        private let backend: Backend
        private let noted = Mutex<[BlockTrace]>([])

        init(_ backend: Backend) {
            self.backend = backend
        }

        var blocks: [BlockTrace] { noted.withLock { $0 } }

        func didRun(_ block: BlockObservation) throws(BackendError) {
            let values =
                switch block.output {
                case .spikes(let tensor): try backend.values(tensor)
                case .real(let tensor): try backend.values(tensor)
                }
            noted.withLock { $0.append(BlockTrace(name: block.name, values: values)) }
        }

        func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {}
    }
}
