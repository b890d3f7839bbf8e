import Foundation
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

@testable import LSNTraining

@Suite struct MemoryModeRunTests {
    @Test func runsOfEveryModeEndInTheSameBits() async throws {
        let place = try TemporaryFolder()
        for mode in MemoryMode.allCases {
            var options = tinyOptions()
            options["memory"] = mode.rawValue
            try await train(try TrainingSession(options, output: place.file(mode.rawValue)))
            let record = try RunRecord.read(place.file("\(mode.rawValue)/config.json"))
            #expect(record.configuration.run.memory == MemoryChoice(mode))
        }
        for mode in ["balanced", "lean"] {
            try expectSameRun(place.file("fast"), place.file(mode))
            let best = "checkpoint-best.safetensors"
            #expect(
                FileManager.default.contents(atPath: place.file("fast/\(best)"))
                    == FileManager.default.contents(atPath: place.file("\(mode)/\(best)"))
            )
        }
    }

    @Test func aRunKeepsItsModeOrTakesAnother() async throws {
        let place = try TemporaryFolder()
        try await train(try TrainingSession(tinyOptions(), output: place.file("whole")))
        var lean = tinyOptions()
        lean["memory"] = "lean"
        try await train(try TrainingSession(lean, output: place.file("part")), stopAfter: 2)
        // A session holds the lock of the run that it continues as long as it lives.
        func resume(_ options: OptionList, output: String) async throws -> MemoryChoice? {
            let path = place.file("part")
            let session = try TrainingSession(resuming: path, options: options, output: place.file(output))
            try await train(session)
            return session.configuration.run.memory
        }
        #expect(try await resume(OptionList(), output: "a") == .lean)
        try expectSameRun(place.file("whole"), place.file("a"))
        var changed = OptionList()
        changed["memory"] = "balanced"
        #expect(try await resume(changed, output: "b") == .balanced)
        #expect(try RunRecord.read(place.file("b/config.json")).configuration.run.memory == .balanced)
        try expectSameRun(place.file("whole"), place.file("b"))
    }
}

/// The same on a device.
@Suite(.enabled(if: TestDevice.isUsed), .serialized) struct MemoryModeDeviceTests {
    /// Steps on a device, with what is kept between the passes of the last.
    private func run(
        _ device: OpenCLBackend,
        _ options: OptionList,
        _ mode: MemoryMode,
        steps: Int = 2
    ) throws -> (state: [NamedTensor], saved: Int, peak: Int) {
        let configuration = try TrainingConfiguration(options)
        let backend = Backend(device)
        let network = try Network(configuration.networkDescription(for: tinyData()), backend: backend)
        let step = try TrainingStep(configuration: configuration, network: network, data: tinyData(), memory: mode)
        try step.begin(seed: 1)
        let before = device.memoryUsage.bytesInUse
        let batch = try configuration.firstBatch(of: tinyData())
        var kept = 0
        for number in 1...steps {
            device.resetPeakMemoryUsage()
            kept = 0
            _ = try step.run(batch, rate: 0.01, number: number, epoch: 1) {
                kept = max(kept, device.memoryUsage.bytesInUse - before)
            }
        }
        return (try network.parameters.exportState(), kept, device.memoryUsage.peakBytesInUse)
    }

    @Test func aStepTakesWhatWasPlanned() throws {
        var first: [NamedTensor]?
        for mode in MemoryMode.allCases {
            let found = try run(try TestDevice.kernels(), tinyOptions(), mode)
            if let first { #expect(found.state == first, "\(mode)") } else { first = found.state }
            let dryRun = try MemoryDryRun(
                TrainingConfiguration(tinyOptions()),
                data: tinyData(),
                mode: mode,
                memory: OpenCLBackend(dryRunFor: TestDevice.queue().device)
            )
            let needs = try dryRun.needs(samples: 8)
            #expect(found.saved == needs.saved + needs.data, "\(mode)")
            #expect(found.peak == needs.total, "\(mode)")
        }
    }

    /// In micro-batches of several sizes, and of which several wait.
    @Test(arguments: [2, 3, 4, 5])
    func aStepInMicroBatchesTakesWhatWasPlanned(count: Int) throws {
        var options = tinyOptions()
        options["micro-batches"] = "\(count)"
        for mode in [MemoryMode.fast, .lean] {
            let found = try run(try TestDevice.kernels(), options, mode)
            let dryRun = try MemoryDryRun(
                TrainingConfiguration(options),
                data: tinyData(),
                mode: mode,
                memory: OpenCLBackend(dryRunFor: TestDevice.queue().device)
            )
            let needs = try dryRun.needs(samples: 8)
            #expect(found.saved == needs.saved + needs.data + needs.gradients - dryRun.fixed.gradients, "\(mode)")
            #expect(found.peak == needs.total, "\(mode)")
        }
    }

    /// Small enough that all families share most of their kernels.
    private func small(_ family: BlockFamily) -> NetworkDescription {
        var description = NetworkDescription(
            family: family,
            stages: [1, 1],
            widths: [8, 16],
            stemWidth: 8,
            stem: .imagenet,
            head: .fc256,
            classes: 4,
            timeSteps: 2,
            inChannels: 1,
            imageHeight: 20,
            imageWidth: 20
        )
        if family == .dsResNet { description.neuron.higherThresholds = [2, 3] }
        return description
    }

    /// A training pass and its backward pass; what was kept between them, and the most that was in use.
    private func passes(
        _ description: NetworkDescription,
        _ memory: MemoryMode,
        on device: OpenCLBackend
    ) throws -> (results: [NamedTensor], kept: Int, peak: Int) {
        let backend = Backend(device)
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 5)
        let shape = ImageShape(images: 3, height: 20, width: 20, channels: 1)
        let values = (0..<shape.count).map { Float($0 * 31 % 17) / 4 - 2 }
        let before = device.memoryUsage.bytesInUse
        let pass = try network.forward(
            try backend.realTensor(values, shape: shape),
            isStatic: true,
            training: true,
            memory: memory
        )
        let kept = device.memoryUsage.bytesInUse - before
        let gradient = try backend.copy(pass.logits)
        try network.backward(pass, logitsGradient: gradient)
        let results = try network.parameters.exportGradients() + network.parameters.exportState()
        return (results, kept, device.memoryUsage.peakBytesInUse)
    }

    @Test("Every family gives the same bits and keeps what a dry run says", arguments: BlockFamily.allCases)
    func everyFamily(family: BlockFamily) throws {
        let device = try TestDevice.queue().device
        let fast = try passes(small(family), .fast, on: try TestDevice.kernels())
        #expect(fast.results.contains { $0.values.contains { $0 != 0 } })
        var kept = fast.kept
        for mode in MemoryMode.allCases {
            let found = try passes(small(family), mode, on: try TestDevice.kernels())
            let planned = try passes(small(family), mode, on: OpenCLBackend(dryRunFor: device))
            #expect(found.results == fast.results, "\(mode)")
            #expect(found.kept == planned.kept && found.peak == planned.peak, "\(mode)")
            #expect(found.kept <= kept)
            kept = found.kept
        }
        #expect(kept < fast.kept)
    }

    @Test(arguments: MemoryMode.allCases, [1, 3])
    func aStepWaitsOnce(mode: MemoryMode, microBatches: Int) throws {
        let device = try OpenCLBackend(queue: ownQueue())
        let backend = Backend(device)
        var options = tinyOptions()
        options["micro-batches"] = "\(microBatches)"
        _ = try run(device, options, mode)
        let queue = try #require(device.queue)
        let configuration = try TrainingConfiguration(options)
        let network = try Network(configuration.networkDescription(for: tinyData()), backend: backend)
        let step = try TrainingStep(configuration: configuration, network: network, data: tinyData(), memory: mode)
        try step.begin(seed: 1)
        let batch = try configuration.firstBatch(of: tinyData())
        for number in 1...3 {
            _ = try step.run(batch, rate: 0.01, number: number, epoch: 1)
            let before = queue.waits
            _ = try step.run(batch, rate: 0.01, number: number + 1, epoch: 1)
            #expect(queue.waits.reads - before.reads == 1)
            #expect(queue.waits.finishes == before.finishes)
            #expect(queue.waits.stalledWrites == before.stalledWrites)
            #expect(queue.waits.synchronizations - before.synchronizations == 1)
        }
    }

    @Test func aProfiledStepChangesNothing() throws {
        func state(profiled: Bool) throws -> [NamedTensor] {
            let backend = Backend(try TestDevice.kernels())
            let configuration = try TrainingConfiguration(tinyOptions())
            let network = try Network(configuration.networkDescription(for: tinyData()), backend: backend)
            let step = try TrainingStep(configuration: configuration, network: network, data: tinyData(), memory: .fast)
            try step.begin(seed: 1)
            let batch = try configuration.firstBatch(of: tinyData())
            for number in 1...3 {
                let run = { _ = try step.run(batch, rate: 0.01, number: number, epoch: 1) }
                guard profiled, number == 2 else {
                    try run()
                    continue
                }
                let profile = try #require(try backend.profiled(run).profile)
                #expect(profile.kernels.contains { $0.kernel == "fire" && $0.family == "neuron" && $0.launches > 10 })
                #expect(profile.busySeconds > 0 && profile.wallSeconds >= 0.5 * profile.busySeconds)
                #expect((0...1).contains(profile.idleShare))
            }
            return try network.parameters.exportState()
        }
        #expect(try state(profiled: true) == state(profiled: false))
    }

    private func ownQueue() throws -> ComputeQueue {
        try ComputeQueue(device: TestDevice.queue().device, sources: .embedded(), cache: nil, profiling: false)
    }
}
