import LSNReferenceBackend
import LSNTensors
import Synchronization
import Testing

@testable import LSNNetworks

@Suite("What a pass keeps")
struct MemoryModeTests {
    /// A network of the family whose neurons are as unusual as its blocks allow.
    private func description(_ family: BlockFamily, _ stem: Stem, _ head: Head, isBottleneck: Bool)
        -> NetworkDescription
    {
        var description = smallDescription(
            family: family,
            isBottleneck: isBottleneck,
            stem: stem,
            head: head,
            timeSteps: 2,
            imageSize: stem == .imagenet ? 17 : 7
        )
        if family == .dsResNet { description.neuron.higherThresholds = [1.6, 2.6] }
        if family == .sewAdd { description.neuron.isLeakLearned = true }
        return description
    }

    private func result(_ description: NetworkDescription, isStatic: Bool, _ memory: MemoryMode) throws -> StepResult {
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 11)
        let input = try pictures(description, images: isStatic ? 2 : 2 * description.timeSteps)
        return try step(network, input, isStatic: isStatic, memory: memory)
    }

    @Test("Every mode gives the same bits", arguments: BlockFamily.allCases, [Stem.cifar, .imagenet])
    func sameBits(family: BlockFamily, stem: Stem) throws {
        for head in Head.allCases {
            for (isBottleneck, isStatic) in [(false, true), (true, true), (false, false)] {
                let description = description(family, stem, head, isBottleneck: isBottleneck)
                let fast = try result(description, isStatic: isStatic, .fast)
                #expect(fast.gradientNorm > 0)
                for mode in [MemoryMode.balanced, .lean] {
                    let other = try result(description, isStatic: isStatic, mode)
                    #expect(other == fast, "\(mode) \(head) bottleneck \(isBottleneck) static \(isStatic)")
                }
            }
        }
    }

    @Test("A block alone gives the same bits", arguments: BlockFamily.allCases, MemoryMode.allCases)
    func singleBlocks(family: BlockFamily, mode: MemoryMode) throws {
        func gradients(_ memory: MemoryMode) throws -> ([Float], [NamedTensor], [NamedTensor]) {
            let block = try SingleBlock(
                BlockDescription(family: family, inChannels: 6, width: 9, stride: 2, timeSteps: 2),
                backend: backend
            )
            try block.parameters.initialize(seed: 3)
            let shape = ImageShape(images: 4, height: 5, width: 5, channels: 6)
            let values = (0..<shape.count).map { Float($0 * 7 % 3 == 0 ? 1 : 0) }
            let takesReal = family.leavesUnfiredSums
            let input: Activation =
                takesReal
                ? .real(try backend.realTensor(values, shape: shape))
                : .spikes(try backend.spikeTensor(values, shape: shape))
            let pass = try block.forward(input, training: true, memory: memory)
            let outShape = pass.output.shape
            let cotangent = (0..<outShape.count).map { Float($0 % 5) - 2 }
            let byInput = try block.backward(pass, outputGradient: try backend.realTensor(cotangent, shape: outShape))
            return (
                try backend.values(byInput), try block.parameters.exportGradients(),
                try block.parameters.exportState()
            )
        }
        let fast = try gradients(.fast)
        let other = try gradients(mode)
        #expect(other == fast)
        #expect(fast.0.contains { $0 != 0 })
    }

    @Test("The MPD loss is the same in every mode")
    func mpdLoss() throws {
        func run(_ memory: MemoryMode) throws -> ([UInt32], [NamedTensor]) {
            let network = try Network(smallDescription(head: .fc256), backend: backend)
            try network.initialize(seed: 2)
            let input = try pictures(network.description, images: 3)
            let pass = try network.forward(input, isStatic: true, training: true, memory: memory)
            let record = try backend.zeros(words: StepRecord.words)
            let gradient = try backend.copy(pass.logits)
            try network.backward(
                pass,
                logitsGradient: gradient,
                mpdLoss: MPDLoss(weight: 0.1),
                record: record
            )
            return (try backend.read(record, count: StepRecord.words), try network.parameters.exportGradients())
        }
        let fast = try run(.fast)
        #expect(try run(.balanced) == fast)
        #expect(try run(.lean) == fast)
        #expect(fast.0[StepRecord.loss] != 0)
    }

    @Test("Lean keeps a record of each block, and is given its input again")
    func recomputedInput() throws {
        let description = smallDescription()
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 4)
        let input = try pictures(description, images: 2)
        let kept = try step(network, input, memory: .lean)
        for memory in MemoryMode.allCases {
            try network.initialize(seed: 4)
            #expect(try step(network, input, memory: memory, recomputed: try backend.copy(input)) == kept)
        }
        let pass = try network.forward(input, isStatic: true, training: true, memory: .lean)
        // The stem, three blocks, and the head's pooling and fully connected layer.
        #expect(pass.tape.count == 1 + 3 + 2)
    }

    @Test("Only lean needs its input again, and says so", arguments: MemoryMode.allCases, [false, true])
    func neededInput(memory: MemoryMode, keepsInput: Bool) throws {
        let network = try Network(smallDescription(), backend: backend)
        try network.initialize(seed: 4)
        let input = try pictures(network.description, images: 2)
        let pass = try network.forward(
            input,
            isStatic: true,
            training: true,
            memory: memory,
            keepsInput: keepsInput
        )
        let gradient = try backend.copy(pass.logits)
        let stem = try network.backwardToStem(pass, logitsGradient: gradient)
        let isNeeded = memory == .lean && !keepsInput
        #expect(stem.needsInput == isNeeded)
        if isNeeded {
            do {
                try network.backward(stem)
                Issue.record("a pass without its input was differentiated")
            } catch {
                #expect("\(error)".contains("input was not kept"))
            }
        } else {
            try network.backward(stem)
        }
    }

    @Test("An observer hears the same, once", arguments: BlockFamily.allCases)
    func observers(family: BlockFamily) throws {
        func heard(_ memory: MemoryMode) throws -> [String] {
            let network = try Network(smallDescription(family: family), backend: backend)
            try network.initialize(seed: 6)
            let observer = Listener()
            _ = try step(network, try pictures(network.description, images: 2), memory: memory, observer: observer)
            return observer.calls.withLock { $0 }
        }
        let fast = try heard(.fast)
        #expect(fast.count == 4 + 5)
        #expect(try heard(.balanced) == fast)
        #expect(try heard(.lean) == fast)
    }

    /// Writes down what it hears, with a sum of the numbers that it is shown.
    private final class Listener: NetworkObserver {
        let calls = Mutex<[String]>([])

        func didRun(_ block: BlockObservation) throws(BackendError) {
            let values: [Float] =
                switch block.output {
                case .spikes(let tensor): try backend.values(tensor)
                case .real(let tensor): try backend.values(tensor)
                }
            calls.withLock { $0.append("\(block.name) \(values.reduce(0, +))") }
        }

        func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {
            let values = try backend.values(gradient)
            calls.withLock { $0.append("\(name) \(values.reduce(0, +))") }
        }
    }
}
