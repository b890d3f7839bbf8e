import Foundation
import LSNConfiguration
import LSNDatasets
import LSNNetworks
import LSNOpenCLBackend
import LSNTensors
import Testing

@testable import LSNTraining

@Suite struct MemoryPlanTests {
    private func configuration(_ change: (inout OptionList) -> Void = { _ in }) throws -> TrainingConfiguration {
        var options = tinyOptions()
        change(&options)
        return try TrainingConfiguration(options)
    }

    private func planner(
        _ configuration: TrainingConfiguration,
        total: Int = 1 << 40,
        largest: Int = 1 << 40,
        host: Int? = 1 << 40,
        mostSamples: Int? = nil
    ) throws -> MemoryPlanner {
        try MemoryPlanner(
            configuration,
            data: tinyData(),
            limits: MemoryLimits(totalBytes: total, largestStorageBytes: largest, hostBytes: host),
            device: "a small device",
            mostSamples: mostSamples
        ) {
            OpenCLBackend(dryRunFor: nil)
        }
    }

    @Test(arguments: MemoryMode.allCases)
    func thePartsAddUp(mode: MemoryMode) throws {
        let configuration = try configuration()
        let plan = try planner(configuration).plan(MemoryChoice(mode))
        let words = try configuration.networkDescription(for: tinyData()).parameterCount
        #expect(plan.mode == mode)
        #expect(plan.fits)
        #expect(plan.gradients >= 4 * words)
        #expect(plan.parameters > plan.gradients)
        #expect(plan.optimizer >= 2 * plan.gradients)
        #expect(plan.data > 8 * 64)
        #expect(plan.workspace > 0)
        #expect(
            plan.total == plan.parameters + plan.gradients + plan.optimizer + plan.savedActivations + plan.workspace
                + plan.data
        )
        #expect(plan.largestBatch == tinyData().trainCount)
    }

    @Test func modesKeepLessAndLess() throws {
        let planner = try planner(try configuration { $0["width"] = "0.25" })
        let saved = try [MemoryChoice.fast, .balanced, .lean].map { try planner.plan($0).savedActivations }
        #expect(saved[0] > 4 * saved[1])
        #expect(saved[1] > 2 * saved[2])
    }

    /// Counted by hand: an LSN's tensors, without looking at the code that runs it.
    @Test(arguments: MemoryMode.allCases)
    func savedBytesAreThoseOfTheDefinition(mode: MemoryMode) throws {
        // 8×8 pixels, one picture channel; widths 16, 32, 64 at 8×8, 4×4, 2×2; blocks 3, 3, 2; T = 4, N = 8.
        let plan = try planner(
            try configuration { options in
                options["width"] = "0.125"
                options["timesteps"] = "4"
                options["batch-size"] = "8"
            }
        ).plan(MemoryChoice(mode))
        let batch = 8
        let stages: [(width: Int, area: Int, blocks: Int)] = [(16, 64, 3), (32, 16, 3), (64, 4, 2)]
        func spikes(_ width: Int, _ area: Int) -> Int { 4 * 4 * batch * area * ((width + 31) / 32) }
        func real(_ width: Int, _ area: Int) -> Int { 4 * 4 * batch * area * width }
        func bucket(_ bytes: Int) -> Int { 4 * Self.bucket(bytes / 4) }
        let picture = bucket(4 * batch * 64 * 8)
        // The stem's convolution runs once for all T.
        let stem = bucket(4 * batch * 64 * 16)
        var outputs = 0
        var packed = 0
        var inputs = 0
        var statistics = bucket(4 * 2 * 16)
        for (index, stage) in stages.enumerated() {
            let isProjected = index > 0
            let units = 4 * stage.blocks + (isProjected ? 1 : 0)
            outputs += units * bucket(real(stage.width, stage.area))
            // Of each block: X, the two spikes inside, E and I; and what the shortcut makes of X.
            packed += units * bucket(spikes(stage.width, stage.area))
            inputs += stage.blocks * bucket(spikes(stage.width, stage.area))
            statistics += units * bucket(4 * 2 * stage.width)
        }
        // A block's output is the next one's input; the last one's goes to the head, which keeps its average.
        let blockInputs = inputs - bucket(spikes(64, 4)) + bucket(spikes(16, 64))
        // Pooled features, fully connected to 256, its neurons' spikes, and the logits.
        let head =
            bucket(4 * 4 * batch * 64) + bucket(4 * 4 * batch * 256) + bucket(4 * 4 * batch * 8)
            + bucket(4 * 4 * batch * 16)
        let expected =
            switch mode {
            case .fast: picture + stem + outputs + packed + blockInputs + statistics + head
            case .balanced: picture + packed + blockInputs + statistics + head
            case .lean: blockInputs + statistics + head
            }
        #expect(plan.savedActivations == expected)
    }

    /// One of eight sizes an octave.
    private static func bucket(_ words: Int) -> Int {
        guard words > 64 else { return 64 }
        let step = max(64, 1 << (Int.bitWidth - 1 - words.leadingZeroBitCount - 3))
        return (words + step - 1) / step * step
    }

    @Test func autoTakesTheFirstModeThatFits() throws {
        let configuration = try configuration { $0["width"] = "0.25" }
        let free = try planner(configuration)
        let totals = try [MemoryChoice.fast, .balanced, .lean].map { try free.plan($0).total }
        #expect(try planner(configuration, total: totals[0]).plan(.auto).mode == .fast)
        #expect(try planner(configuration, total: totals[0] - 1).plan(.auto).mode == .balanced)
        let least = try planner(configuration, total: min(totals[1], totals[2]) - 1)
        let plan = try least.plan(.auto)
        #expect(plan.mode == .lean)
        #expect(!plan.fits)
        let error = #expect(throws: ConfigurationError.self) { try least.check(plan) }
        #expect(error?.description.contains("--batch-size that fits is") == true)
    }

    @Test(arguments: MemoryMode.allCases)
    func theLargestBatchFitsAndTheNextDoesNot(mode: MemoryMode) throws {
        let configuration = try configuration()
        let limit = 3 << 20
        let largest = try planner(configuration, total: limit, mostSamples: 100_000).plan(MemoryChoice(mode))
            .largestBatch
        #expect(largest > 8 && largest < 100_000)
        func total(_ samples: Int) throws -> Int {
            let dryRun = try MemoryDryRun(
                configuration,
                data: tinyData(),
                mode: mode,
                memory: OpenCLBackend(dryRunFor: nil)
            )
            return try dryRun.needs(samples: samples).total
        }
        #expect(try total(largest) <= limit)
        #expect(try total(largest + 2 + largest / 256) > limit)
    }

    @Test func aStorageThatIsTooLargeIsRefused() throws {
        let configuration = try configuration()
        let plan = try planner(configuration, largest: 4096).plan(.auto)
        #expect(!plan.fits)
        #expect(plan.largestBatch == 0)
        let error = #expect(throws: ConfigurationError.self) {
            try planner(configuration, largest: 4096).check(plan)
        }
        #expect(error?.description.contains("Not even one sample fits") == true)
        #expect(error?.description.contains("in one piece") == true)
    }

    @Test func leanIsNamedWhereItFits() throws {
        let configuration = try configuration { $0["width"] = "0.25" }
        let free = try planner(configuration)
        let limit = try free.plan(.lean).total
        #expect(limit < (try free.plan(.fast).total))
        let small = try planner(configuration, total: limit)
        let error = #expect(throws: ConfigurationError.self) { try small.check(small.plan(.fast)) }
        #expect(error?.description.contains("--memory lean fits") == true, "\(String(describing: error))")
    }

    /// A run whose step fits must not be killed when it saves.
    @Test func checkpointsAreCounted() throws {
        let configuration = try configuration()
        let free = try planner(configuration).plan(.fast)
        #expect(free.checkpoint > 4 << 20)
        // A device that computes in the host's memory has both to hold.
        let both = free.total + free.checkpoint
        #expect(try planner(configuration, total: both, host: nil).plan(.fast).fits)
        let shared = try planner(configuration, total: both - 1, host: nil)
        let plan = try shared.plan(.fast)
        #expect(!plan.fits && plan.total <= plan.deviceBytes && plan.largestBatch < 8)
        let error = #expect(throws: ConfigurationError.self) { try shared.check(plan) }
        #expect(error?.description.contains("more for its checkpoints, but a small device has") == true)
        // Another has memory of its own.
        #expect(try planner(configuration, total: free.total, host: free.checkpoint).plan(.fast).fits)
        let small = try planner(configuration, host: free.checkpoint - 1)
        let refused = try small.plan(.fast)
        #expect(!refused.fits && refused.largestBatch == 0)
        let reason = #expect(throws: ConfigurationError.self) { try small.check(refused) }
        #expect(reason?.description.contains("of the host's memory for its checkpoints") == true)
    }

    /// Four micro-batches keep a quarter of the activations, and the sums of gradients that wait for others: at most two.
    @Test(arguments: MemoryMode.allCases)
    func microBatchesKeepLess(mode: MemoryMode) throws {
        func plan(_ count: Int) throws -> MemoryPlan {
            try planner(
                try configuration { options in
                    options["batch-size"] = "16"
                    options["micro-batches"] = "\(count)"
                }
            ).plan(MemoryChoice(mode))
        }
        let (whole, parts) = (try plan(1), try plan(4))
        #expect(parts.microBatches == 4 && parts.batchSize == 16)
        #expect(Double(parts.savedActivations) <= 0.35 * Double(whole.savedActivations))
        #expect(parts.gradients >= 3 * whole.gradients && parts.gradients < 4 * whole.gradients)
        if mode == .fast { #expect(parts.total < whole.total) }
        #expect(
            parts.total == parts.parameters + parts.gradients + parts.optimizer + parts.savedActivations
                + parts.workspace + parts.data
        )
    }

    @Test func theRefusalNamesTheFewestMicroBatchesThatFit() throws {
        func configuration(_ count: Int) throws -> TrainingConfiguration {
            try self.configuration { options in
                options["batch-size"] = "16"
                options["micro-batches"] = "\(count)"
            }
        }
        func total(_ mode: MemoryMode, _ count: Int) throws -> Int {
            try planner(try configuration(count)).plan(MemoryChoice(mode)).total
        }
        for mode in [MemoryMode.fast, .lean] {
            let small = try planner(try configuration(1), total: total(mode, 3))
            let error = #expect(throws: ConfigurationError.self) { try small.check(small.plan(MemoryChoice(mode))) }
            guard case .doesNotFit(let shortage) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            let cut = try #require(shortage.cut)
            #expect(cut.mode == mode && cut.microBatches <= 3)
            #expect(shortage.description.contains("All 16 fit with --micro-batches \(cut.microBatches), each"))
            #expect(try total(mode, cut.microBatches) <= total(mode, 3))
            #expect(try total(mode, cut.microBatches - 1) > total(mode, 3))
            // Where the mode asked for has no room, however small its parts are.
            var other = shortage
            other.cut = MemoryShortage.Cut(microBatches: 5, mode: .balanced)
            #expect(
                other.description.hasSuffix(
                    "All 16 fit with --micro-batches 5 and --memory balanced, each normalised by itself"
                )
            )
        }
        // Where a norm would see one value, if every sample went alone.
        func pairs(_ count: Int) throws -> TrainingConfiguration {
            try self.configuration { options in
                (options["model"], options["timesteps"]) = ("lsn18", "1")
                (options["batch-size"], options["micro-batches"]) = ("20", "\(count)")
            }
        }
        let deep = try planner(try pairs(1), total: planner(try pairs(10)).plan(.fast).total)
        let alone = #expect(throws: ConfigurationError.self) { try deep.check(deep.plan(.fast)) }
        guard case .doesNotFit(let shortage) = alone else {
            Issue.record("\(String(describing: alone))")
            return
        }
        #expect((2...10).contains(shortage.cut?.microBatches ?? 0))
        // And where nothing has room.
        let none = try planner(try configuration(1), total: 1 << 16)
        let refused = #expect(throws: ConfigurationError.self) { try none.check(none.plan(.fast)) }
        #expect(refused?.description.contains("micro-batches") == false)
    }

    @Test func memoryFileNames() throws {
        let plan = try planner(try configuration()).plan(.lean)
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(plan)) as? [String: Any]
        #expect(
            Set(try #require(object).keys) == [
                "mode", "batch_size", "micro_batches", "parameters", "gradients", "optimizer", "saved_activations",
                "workspace", "data",
                "total", "checkpoint", "device_bytes", "host_bytes", "largest_batch", "largest_storage",
                "device_largest_storage",
            ]
        )
    }
}
