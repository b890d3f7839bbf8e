import Foundation
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNReferenceBackend
import LSNTensors
import LSNTraining
import Synchronization
import Testing

/// 20 pictures to train on (3 batches of 8) and 10 to test with, 8×8, bright where their class says.
func tinyData(seed: UInt64 = 1) -> ImageDataset {
    func split(_ count: Int, index: Int) -> ImageSplit {
        var random = Philox(seed: seed, purpose: .conformance, index: index)
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        for _ in 0..<count {
            let label = random.integer(below: 10)
            labels.append(UInt8(label))
            for pixel in 0..<64 {
                let isBright = pixel / 6 == label
                pixels.append(UInt8(random.integer(below: isBright ? 256 : 64)))
            }
        }
        return ImageSplit(pixels: pixels, labels: labels, bytesPerImage: 64)
    }
    return ImageDataset(
        name: .digits,
        height: 8,
        width: 8,
        train: split(20, index: 0),
        test: split(10, index: 1),
        source: "tests"
    )
}

/// The smallest run that has all of it: two epochs of three steps.
func tinyOptions() -> OptionList {
    var options = OptionList()
    options["model"] = "lsn19"
    options["width"] = "\(1.0 / 32)"
    options["timesteps"] = "2"
    options["epochs"] = "2"
    options["batch-size"] = "8"
    options["shift"] = "1"
    options["seed"] = "3"
    return options
}

let reference = MachineRecord(device: "reference", name: "reference", driver: "none")

/// Runs a session on the reference backend; it is asked to stop after `stopAfter` steps of this process.
@discardableResult
func train(
    _ session: TrainingSession,
    data: ImageDataset = tinyData(),
    stopAfter: Int? = nil
) async throws -> TrainingSummary {
    let steps = Mutex(0)
    return try await session.run(
        on: Backend(ReferenceBackend()),
        machine: reference,
        data: data,
        observer: { notification in
            if case .step = notification { steps.withLock { $0 += 1 } }
        },
        shouldStop: { stopAfter.map { limit in steps.withLock { $0 } >= limit } ?? false }
    )
}

/// A file of a run, times aside.
struct ComparableCheckpoint: Equatable {
    var tensors: [String: [UInt8]] = [:]
    var metadata: [String: String]
    var record: EpochRecord?

    init(_ path: String) throws {
        let file = try Safetensors.read(path)
        for name in file.names {
            tensors[name] = file[name]?.bytes
        }
        metadata = file.metadata
        metadata["progress.seconds"] = nil
        record = metadata.removeValue(forKey: "progress.record").flatMap { EpochRecord.parse(line: $0)?.timeless }
    }
}

extension EpochRecord {
    /// The record with its times set to 0.
    var timeless: EpochRecord {
        var result = self
        result.seconds = 0
        result.evaluationSeconds = 0
        result.imagesPerSecond = 0
        return result
    }
}

/// Both checkpoints, all metrics and all statistics of two runs are the same, times aside.
func expectSameRun(_ a: String, _ b: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    for name in ["checkpoint-last.safetensors", "checkpoint-best.safetensors"] {
        let first = try ComparableCheckpoint("\(a)/\(name)")
        let second = try ComparableCheckpoint("\(b)/\(name)")
        #expect(first == second, "\(name)", sourceLocation: sourceLocation)
    }
    let first = try MetricsFile(path: "\(a)/metrics.jsonl").records().map(\.timeless)
    let second = try MetricsFile(path: "\(b)/metrics.jsonl").records().map(\.timeless)
    #expect(first == second, sourceLocation: sourceLocation)
    #expect(!first.isEmpty, sourceLocation: sourceLocation)
    let blocks = try BlocksFile(path: "\(a)/blocks.jsonl").statistics()
    #expect(try BlocksFile(path: "\(b)/blocks.jsonl").statistics() == blocks, sourceLocation: sourceLocation)
    #expect(blocks.map(\.step) == first.map(\.step), sourceLocation: sourceLocation)
}
