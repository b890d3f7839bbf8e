import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNExperiments

@Suite struct SynapseCounterTests {
    @Test func placesAreReachedByAsManyWindowsAsLieOverThem() {
        typealias Counter = SynapseCounter
        #expect(Counter.reached(by: 3, window: 3, WindowGeometry(stride: 1, padding: 1)) == [2, 3, 2])
        #expect(Counter.reached(by: 4, window: 3, WindowGeometry(stride: 2, padding: 1)) == [1, 2, 1, 1])
        #expect(Counter.reached(by: 4, window: 1, WindowGeometry(stride: 2)) == [1, 0, 1, 0])
        #expect(Counter.reached(by: 1, window: 1, WindowGeometry()) == [1])
        #expect(Counter.reached(by: 2, window: 5, WindowGeometry()) == [0, 0])
    }

    private func observation(_ input: Activation, name: String = "stages.0.0.excitatory.0.conv")
        -> ConvolutionObservation
    {
        ConvolutionObservation(
            name: name,
            input: input,
            filter: FilterShape(outputs: 5, inputs: 2, height: 3, width: 3),
            geometry: WindowGeometry(stride: 1, padding: 1)
        )
    }

    /// A spike in a corner reaches 4 outputs, one in the middle 9; all places together 7 · 7.
    @Test func spikesAreCountedByHand() throws {
        let counter = SynapseCounter(backend: backend, timeSteps: 2)
        let shape = ImageShape(images: 2, height: 3, width: 3, channels: 2)
        var values = [Float](repeating: 0, count: shape.count)
        values[0] = 1
        values[18 + 9 + 4] = 1
        try counter.willConvolve(observation(.spikes(backend.spikeTensor(values, shape: shape))))
        let count = try #require(counter.counts.first)
        #expect(count.accumulates == (4 + 9) * 5)
        #expect(count.multiplyAccumulates == 0)
        #expect(count.dense == 49 * 2 * 5)
        #expect(count.inputs == 36)
        #expect(count.activeInputs == 2)
    }

    @Test func otherValuesMultiply() throws {
        let counter = SynapseCounter(backend: backend, timeSteps: 1)
        let shape = ImageShape(images: 1, height: 3, width: 3, channels: 2)
        var values = [Float](repeating: 0, count: shape.count)
        values[0] = 1
        values[1] = 2
        values[9] = -0.5
        let input = Activation.real(try backend.realTensor(values, shape: shape))
        try counter.willConvolve(observation(input))
        try counter.willConvolve(observation(input))
        #expect(counter.counts.count == 1)
        #expect(counter.counts[0].accumulates == 2 * 4 * 5)
        #expect(counter.counts[0].multiplyAccumulates == 2 * (6 + 4) * 5)

        let picture = SynapseCounter(backend: backend, timeSteps: 4)
        try picture.willConvolve(observation(input, name: "stem.conv"))
        #expect(picture.counts[0].accumulates == 0)
        #expect(picture.counts[0].multiplyAccumulates == 49 * 2 * 5)
        #expect(picture.counts[0].dense == 49 * 2 * 5)

        // Frames differ from step to step: every one is work, and four are a sample.
        let frames = SynapseCounter(backend: backend, timeSteps: 4, first: nil)
        let four = shape.with(images: 4)
        let steps = try backend.realTensor(values + values + values + values, shape: four)
        try frames.willConvolve(observation(.real(steps), name: "stem.conv"))
        #expect(frames.counts[0].multiplyAccumulates == 4 * counter.counts[0].multiplyAccumulates / 2)
        #expect(frames.counts[0].dense == 49 * 2 * 5)
    }

    /// Norms at weight 0, bias 1 make every neuron fire at every step, so that every input of every layer is 1.
    @Test func aTinyNetworkIsReckonedByHand() throws {
        let description = NetworkDescription(
            stages: [1],
            widths: [2],
            stemWidth: 2,
            classes: 3,
            timeSteps: 2,
            inChannels: 1,
            imageHeight: 4,
            imageWidth: 4
        )
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 1)
        var state = try network.parameters.exportState()
        for index in state.indices {
            let isWeight = state[index].name.hasSuffix(".bn.weight")
            if isWeight || state[index].name.hasSuffix(".bn.bias") {
                state[index].values = state[index].values.map { _ in isWeight ? 0 : 1 }
            }
        }
        try network.parameters.load(state: state, source: "the test")
        let counter = SynapseCounter(backend: backend, timeSteps: 2)
        let input = try backend.realTensor(
            (0..<48).map { Float($0) / 48 },
            shape: ImageShape(images: 3, height: 4, width: 4, channels: 1)
        )
        _ = try network.forward(input, isStatic: true, training: false, observer: counter).logits

        // 3×3 windows over 4×4 pixels reach (2 + 3 + 3 + 2)² = 100 places: 200 products in the stem, 400 in each of the
        // four convolutions of the block, 6 in the head.
        let energy = NetworkAnalysis.Energy(counter.counts, samples: 3)
        #expect(counter.counts.map(\.name).first == "stem.conv")
        #expect(counter.counts.count == 6)
        #expect(energy.multiplyAccumulates == 200)
        #expect(energy.accumulates == 2 * (4 * 400 + 6))
        #expect(energy.dense == 200 + 4 * 400 + 6)
        #expect(abs(energy.joules - (200 * 4.6e-12 + 3212 * 0.9e-12)) < 1e-18)
        #expect(abs(energy.denseJoules - 1806 * 4.6e-12) < 1e-18)
    }
}
