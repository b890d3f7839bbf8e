import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Synchronization
import Testing

@Suite("Networks of ReLUs become networks of spikes")
struct RateConversionTests {
    /// Real statistics in every norm, so that folding has something to fold.
    private func reluNetwork(_ family: BlockFamily, head: Head, isBottleneck: Bool = false) throws -> Network {
        var description = smallDescription(family: family, isBottleneck: isBottleneck, head: head, timeSteps: 1)
        description.neuron = Neuron(isReLU: true)
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 4)
        for index in 0..<20 {
            _ = try network.forward(pictures(description, images: 8, index: index), isStatic: true, training: true)
        }
        return network
    }

    private func largest(_ network: Network, _ input: RealTensor) throws -> [String:
        Float]
    {
        let meter = Meter()
        _ = try network.forward(input, isStatic: true, training: false, observer: meter)
        return meter.largest.withLock { $0 }
    }

    @Test(
        "Firing rates approach the ReLUs' values",
        arguments: [
            (BlockFamily.residual(.original), Head.fc, false), (.residual(.original), .fc256, false),
            (.residual(.original), .fc, true), (.spikingResNet, .fc, false),
        ]
    )
    func approach(family: BlockFamily, head: Head, isBottleneck: Bool) throws {
        let network = try reluNetwork(family, head: head, isBottleneck: isBottleneck)
        let input = try pictures(network.description, images: 2, index: 99)
        let expected = try backend.values(network.forward(input, isStatic: true, training: false).logits)
        func error(_ steps: Int) throws -> Float {
            let conversion = try RateConversion(
                network.description,
                state: network.parameters.exportState(),
                activations: largest(network, input),
                timeSteps: steps
            )
            let spiking = try Network(conversion.description, backend: backend)
            try spiking.parameters.load(state: conversion.state, source: "the conversion")
            let logits = try backend.values(spiking.forward(input, isStatic: true, training: false).logits)
            let count = expected.count
            let means = (0..<count).map { index in
                (0..<steps).reduce(Float(0)) { $0 + logits[$1 * count + index] } / Float(steps)
            }
            return zip(means, expected).map { abs($0 - $1) }.max() ?? 0
        }
        let scale = try #require(expected.map(abs).max())
        let (short, long) = try (error(16), error(512))
        #expect(long < 0.1 * scale, "\(long) of \(scale)")
        #expect(long < short / 2, "\(short), then \(long)")
    }

    @Test("Outputs along a chain of identities share their threshold")
    func chains() throws {
        let network = try reluNetwork(.residual(.original), head: .fc)
        let activations = try largest(network, pictures(network.description, images: 4))
        let conversion = try RateConversion(
            network.description,
            state: network.parameters.exportState(),
            activations: activations,
            timeSteps: 8
        )
        let thresholds = Dictionary(uniqueKeysWithValues: conversion.thresholds.map { ($0.layer, $0.value) })
        #expect(thresholds["stem.neuron"] == thresholds["stages.0.0.neuron"])
        #expect(thresholds["stages.1.0.neuron"] == thresholds["stages.1.1.neuron"])
        #expect(thresholds["stages.0.0.branch.0.neuron"] == activations["stages.0.0.branch.0.neuron"])
        #expect(Set(thresholds.keys) == Set(activations.keys))
    }

    @Test("What cannot be converted is refused")
    func refusals() throws {
        let spiking = smallDescription(family: .residual(.original))
        #expect(throws: NetworkError.self) {
            try RateConversion(spiking, state: [], activations: [:], timeSteps: 8)
        }
        var sums = smallDescription(family: .sewAdd, timeSteps: 1)
        sums.neuron = Neuron(isReLU: true)
        #expect(throws: NetworkError.self) {
            try RateConversion(sums, state: [], activations: [:], timeSteps: 8)
        }
        var twin = smallDescription(family: .residual(.original), timeSteps: 1)
        twin.neuron = Neuron(isReLU: true)
        #expect(throws: NetworkError.self) {
            try RateConversion(twin, state: [], activations: [:], timeSteps: 8)
        }
    }

    @Test("ReLUs know no time and join no gates")
    func validation() {
        var timed = smallDescription(family: .residual(.original), timeSteps: 2)
        timed.neuron = Neuron(isReLU: true)
        #expect(throws: NetworkError.self) { try timed.validate() }
        var gated = smallDescription(timeSteps: 1)
        gated.neuron = Neuron(isReLU: true)
        #expect(throws: NetworkError.self) { try gated.validate() }
    }
}

@Suite("Counts of neurons")
struct NeuronCountTests {
    @Test func everyPlaceThatFiresIsCounted() throws {
        // Stem 6·9·9; a block of 6 channels with two units each; one to 10 channels at 5×5 with a shortcut; one more.
        let logic = smallDescription()
        #expect(logic.neuronCount == 486 + 4 * 486 + 5 * 250 + 4 * 250)
        // Spiking ResNet: one inside and one behind the sum.
        #expect(smallDescription(family: .spikingResNet).neuronCount == 486 + 2 * 486 + 2 * 250 + 2 * 250)
        #expect(smallDescription(head: .fc256).neuronCount == logic.neuronCount + 256)
    }
}

/// The largest value of every layer.
private final class Meter: NetworkObserver {
    let largest = Mutex<[String: Float]>([:])

    func didRun(_ block: BlockObservation) throws(BackendError) {}

    func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {}

    func didFire(_ layer: String, output: Activation) throws(BackendError) {
        guard case .real(let tensor) = output else { return }
        let value = try backend.values(tensor).max() ?? 0
        largest.withLock { $0[layer] = value }
    }
}
