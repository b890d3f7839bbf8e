import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNNetworks

@Suite("Forward and backward of whole networks")
struct NetworkPassTests {
    @Test("Every model runs two training passes and an inference pass", arguments: Architecture.all)
    func everyModel(architecture: Architecture) throws {
        let setting = architecture.settings[0]
        let size = setting.imageSize > 64 ? 65 : 12
        let description = try architecture.describe(
            NetworkOverrides(width: 1.0 / 32, timeSteps: 2),
            classes: 4,
            inChannels: setting.inChannels,
            imageHeight: size,
            imageWidth: size
        )
        #expect(description.stem == (setting.imageSize > 64 ? .imagenet : .cifar))
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 1)
        var results: [StepResult] = []
        for index in 0..<2 {
            let result = try step(network, try pictures(description, images: 2, index: index))
            #expect(result.logits.count == 2 * 2 * 4)
            #expect(result.logits.allSatisfy { $0.isFinite })
            #expect(result.gradientNorm.isFinite && result.gradientNorm > 0)
            results.append(result)
        }
        #expect(results[0].gradients != results[1].gradients)
        #expect(results[0].state != results[1].state)
        let state = try network.parameters.exportState()
        let pass = try network.forward(try pictures(description, images: 3), isStatic: true, training: false)
        #expect(pass.logits.shape == ImageShape(images: 6, height: 1, width: 1, channels: 4))
        #expect(try backend.values(pass.logits).allSatisfy { $0.isFinite })
        #expect(try network.parameters.exportState() == state)
    }

    @Test("The same passes give the same bits", arguments: BlockFamily.allCases)
    func determinism(family: BlockFamily) throws {
        func run() throws -> StepResult {
            let network = try Network(smallDescription(family: family, head: .fc256), backend: backend)
            try network.initialize(seed: 7)
            return try step(network, try pictures(network.description, images: 4))
        }
        let first = try run()
        #expect(try run() == first)
        #expect(first.gradientNorm > 0)
    }

    @Test("Every parameter gets a gradient", arguments: BlockFamily.allCases, [false, true])
    func everyGradient(family: BlockFamily, isBottleneck: Bool) throws {
        let description = smallDescription(
            family: family,
            isBottleneck: isBottleneck,
            stem: .imagenet,
            head: .fc256,
            imageSize: 33
        )
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 2)
        // Pooled spikes are weak at the start; a bias makes the head's neurons fire.
        var state = try network.parameters.exportState()
        let bias = try #require(state.firstIndex { $0.name == "head.fc1.bias" })
        state[bias].values = state[bias].values.map { $0 + 0.6 }
        try network.parameters.load(state: state, source: "the test")
        for gradient in try step(network, try pictures(description, images: 4)).gradients {
            #expect(gradient.values.allSatisfy { $0.isFinite }, "\(gradient.name)")
            #expect(gradient.values.contains { $0 != 0 }, "\(gradient.name)")
        }
    }

    @Test("A static picture is the same picture at every time step", arguments: [Stem.cifar, .imagenet])
    func staticPicture(stem: Stem) throws {
        let description = smallDescription(stem: stem, imageSize: 17)
        let picture = try pictures(description, images: 2)
        let values = try backend.values(picture)
        let sequence = try backend.realTensor(
            values + values + values,
            shape: picture.shape.with(images: 6)
        )
        let networks = try (0..<2).map { _ in try Network(description, backend: backend) }
        for network in networks { try network.initialize(seed: 3) }
        let once = try step(networks[0], picture, isStatic: true)
        let repeated = try step(networks[1], sequence, isStatic: false)
        #expect(distance(once.logits, repeated.logits) < 1e-5)
        for (a, b) in zip(once.gradients + once.state, repeated.gradients + repeated.state) {
            #expect(a.name == b.name && distance(a.values, b.values) < 1e-4, "\(a.name)")
        }
    }

    @Test("The last layer's gradient is the loss's slope")
    func finiteDifferences() throws {
        let network = try Network(smallDescription(head: .fc256), backend: backend)
        try network.initialize(seed: 4)
        let input = try pictures(network.description, images: 3)
        let gradients = try step(network, input).gradients
        func loss(_ state: [NamedTensor]) throws -> Float {
            try network.parameters.load(state: state, source: "the test")
            let record = try backend.zeros(words: StepRecord.words)
            let pass = try network.forward(input, isStatic: true, training: true)
            _ = try backend.classificationLoss(
                pass.logits,
                labels: try backend.upload([0, 1, 2] as [UInt32]),
                timeSteps: 3,
                loss: .meanCrossEntropy,
                record: record
            )
            return try backend.readFloats(record, count: 1)[0]
        }
        let state = try network.parameters.exportState()
        for name in ["head.fc2.weight", "head.fc2.bias"] {
            let place = try #require(state.firstIndex { $0.name == name })
            let gradient = try #require(gradients.first { $0.name == name }).values
            let direction = gradient.map { $0 < 0 ? -1 : 1 as Float }
            func moved(_ distance: Float) -> [NamedTensor] {
                var moved = state
                moved[place].values = zip(moved[place].values, direction).map { $0 + distance * $1 }
                return moved
            }
            let expected = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            let slope = (try loss(moved(1e-3)) - loss(moved(-1e-3))) / 2e-3
            #expect(expected > 0)
            #expect(abs(slope - expected) < 0.01 * expected, "\(name): \(slope), \(expected)")
        }
    }

    @Test("Inference keeps nothing, and cannot be differentiated")
    func inference() throws {
        let network = try Network(smallDescription(), backend: backend)
        try network.initialize(seed: 5)
        let input = try pictures(network.description, images: 2)
        let trained = try network.forward(input, isStatic: true, training: true)
        #expect(trained.tape.count > 0)
        let pass = try network.forward(input, isStatic: true, training: false)
        #expect(pass.tape.count == 0)
        let gradient = try backend.copy(pass.logits)
        let error = #expect(throws: BackendError.self) {
            try network.backward(
                try network.forward(input, isStatic: true, training: false),
                logitsGradient: gradient
            )
        }
        #expect(error?.description.contains("training: true") == true)
    }

    @Test("Operands that do not fit are refused")
    func refusals() throws {
        let network = try Network(smallDescription(), backend: backend)
        try network.initialize(seed: 5)
        let six = try pictures(network.description, images: 6)
        #expect(throws: BackendError.self) {
            try network.forward(try pictures(network.description, images: 4), isStatic: false, training: false).logits
        }
        #expect(throws: BackendError.self) {
            try network.forward(
                try pictures(smallDescription(imageSize: 10), images: 2),
                isStatic: true,
                training: false
            ).logits
        }
        #expect(throws: BackendError.self) {
            let gradient = try network.forward(six, isStatic: true, training: false).logits
            try network.backward(
                try network.forward(six, isStatic: false, training: true),
                logitsGradient: gradient
            )
        }
        var description = smallDescription()
        description.stages = []
        #expect(throws: NetworkError.self) { try Network(description, backend: backend) }
        let block = try SingleBlock(
            BlockDescription(family: .lsn, inChannels: 3, width: 3, timeSteps: 3),
            backend: backend
        )
        let error = #expect(throws: BackendError.self) { try block.forward(.real(six), training: false).output }
        #expect(error?.description.contains("must be spikes") == true)
        let preactivation = try SingleBlock(
            BlockDescription(family: .residual(.fullPreactivation), inChannels: 3, width: 3, timeSteps: 3),
            backend: backend
        )
        let silent = try backend.spikeTensor([Float](repeating: 0, count: six.shape.count), shape: six.shape)
        #expect(throws: BackendError.self) { try preactivation.forward(.spikes(silent), training: false).output }
    }

    /// The largest difference, as a share of the largest value.
    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        let scale = b.map(abs).max() ?? 0
        return zip(a, b).map { abs($0 - $1) }.reduce(0) { $1 <= $0 ? $0 : $1 } / max(scale, 1e-20)
    }
}
