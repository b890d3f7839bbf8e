import LSNConfiguration
import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNTraining

/// All that docs/Recipes.md has, in one run.
private func recipe(_ optimizer: String, _ change: (inout OptionList) -> Void = { _ in }) -> OptionList {
    var options = tinyOptions()
    options["optimizer"] = optimizer
    options["weight-decay"] = "0.05"
    options["no-decay-norms"] = "true"
    options["learning-rate-scale"] = "stem=0.5,stages.1=2"
    options["min-learning-rate"] = "1e-4"
    options["clip-grad-norm"] = "0.05"
    options["ema"] = "0.9"
    options["mixup"] = "0.8"
    options["cutmix"] = "1"
    options["cutout"] = "3"
    options["random-erasing"] = "0.5"
    options["label-smoothing"] = "0.1"
    options["flip"] = "true"
    change(&options)
    return options
}

/// Runs a session; it is asked to stop after `stopAfter` steps.
private func train(_ session: TrainingSession, on backend: Backend, stopAfter: Int? = nil) async throws {
    let steps = Mutex(0)
    _ = try await session.run(
        on: backend,
        machine: reference,
        data: tinyData(),
        observer: { notification in
            if case .step = notification { steps.withLock { $0 += 1 } }
        },
        shouldStop: { stopAfter.map { limit in steps.withLock { $0 } >= limit } ?? false }
    )
}

/// Stopped inside an epoch, between epochs, and twice.
private func expectResumes(
    in folder: TemporaryFolder,
    _ options: OptionList,
    on backend: () throws -> Backend
) async throws {
    let (whole, parts) = (folder.file("whole"), folder.file("parts"))
    try await train(TrainingSession(options, output: whole), on: backend())
    try await train(TrainingSession(options, output: parts), on: backend(), stopAfter: 2)
    try await train(TrainingSession(resuming: parts, options: OptionList()), on: backend(), stopAfter: 1)
    try await train(TrainingSession(resuming: parts, options: OptionList()), on: backend())
    try expectSameRun(whole, parts)
    #expect(try RunRecord.read(parts + "/config.json").continued.map(\.step) == [2, 3])
}

@Suite struct RecipeRunTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: ["adamw", "sgd"], ["1", "3"])
    func aRunOfAllContinuesToTheSameBits(optimizer: String, parts: String) async throws {
        let options = recipe(optimizer) { $0["micro-batches"] = parts }
        try await expectResumes(in: folder, options) { Backend(ReferenceBackend()) }
    }

    /// None of them is without effect beside the others.
    @Test(arguments: [
        "no-decay-norms", "learning-rate-scale", "min-learning-rate", "clip-grad-norm", "mixup", "cutmix", "cutout",
        "random-erasing", "ema",
    ])
    func eachChangesTheRun(option: String) async throws {
        let paths = (folder.file("all"), folder.file("but"))
        try await train(TrainingSession(recipe("adamw"), output: paths.0), on: Backend(ReferenceBackend()))
        let others = recipe("adamw") { $0[option] = nil }
        try await train(TrainingSession(others, output: paths.1), on: Backend(ReferenceBackend()))
        let name = "checkpoint-last.safetensors"
        let (all, but) = (
            try ComparableCheckpoint("\(paths.0)/\(name)"), try ComparableCheckpoint("\(paths.1)/\(name)")
        )
        #expect(all.tensors != but.tensors)
    }
}

@Suite(.enabled(if: TestDevice.isUsed), .serialized) struct RecipeDeviceTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func aRunOfAllContinuesToTheSameBits() async throws {
        let options = recipe("adamw") { $0["micro-batches"] = "2" }
        try await expectResumes(in: folder, options) { Backend(try TestDevice.kernels()) }
    }

    /// With portable numerics a device has the reference's bits, averages with them.
    @Test func portableRunsHaveTheReferencesBits() async throws {
        let options = recipe("sgd") { $0["micro-batches"] = "3" }
        let paths = (folder.file("reference"), folder.file("device"))
        var choices = KernelChoices.standard
        choices.numerics = .portable
        let device = Backend(try OpenCLBackend(queue: TestDevice.queue(), choices: choices))
        try await train(
            TrainingSession(options, output: paths.0),
            on: Backend(ReferenceBackend(numerics: .portable))
        )
        try await train(TrainingSession(options, output: paths.1), on: device)
        try expectSameRun(paths.0, paths.1)
    }
}
