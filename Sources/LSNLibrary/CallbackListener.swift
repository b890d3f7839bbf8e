import Dispatch
import Foundation
import LSNCLibrary
import LSNFileFormats
import LSNNetworks
import LSNTraining
import Synchronization

/// Tells a callback of C what happens, and remembers whether it wants the training to stop.
@safe final class CallbackListener: Sendable {
    // Who gave it said that it may be called on any thread.
    private let callback: lsn_callback?
    nonisolated(unsafe) private let context: UnsafeMutableRawPointer?
    private let stops = Atomic<Bool>(false)
    private let lastLoading = Mutex<ContinuousClock.Instant?>(nil)

    init(_ callback: lsn_callback?, context: UnsafeMutableRawPointer?) {
        unsafe self.callback = unsafe callback
        unsafe self.context = unsafe context
    }

    /// Whether a callback has asked for the end.
    var isStopping: Bool { stops.load(ordering: .relaxed) }

    /// Hears of a run.
    func hear(_ notification: TrainingNotification) {
        switch notification {
        case .started(let start):
            send([
                "event": .text("started"), "folder": .text(start.folder),
                "model": .text(start.record.configuration.network.name), "device": .text(start.record.machine.name),
                "step": .whole(start.step), "epoch": .whole(start.epoch),
            ])
        case .step(let report):
            send([
                "event": .text("step"), "epoch": .whole(report.epoch), "epochs": .whole(report.epochs),
                "batch": .whole(report.batch), "batches": .whole(report.batches), "step": .whole(report.step),
                "loss": .number(report.loss), "accuracy": .number(report.accuracy),
                "images_per_second": .number(report.imagesPerSecond), "seconds_left": .number(report.secondsLeft),
            ])
        case .evaluating(let done, let total):
            send(["event": .text("evaluating"), "done": .whole(done), "total": .whole(total)])
        case .blocks: break
        case .epoch(let record, let epochs, let isBest):
            send(["event": .text("epoch"), "epochs": .whole(epochs), "is_best": .truth(isBest)], and: record)
        case .tested(let score):
            send(["event": .text("tested")], and: score)
        case .saved(let path, let step):
            send(["event": .text("saved"), "path": .text(path), "step": .whole(step)])
        }
    }

    /// Hears how many recordings of how many have been counted, ten times a second.
    func hear(loaded done: Int, of total: Int) {
        let isDue = lastLoading.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < .milliseconds(100), done < total { return false }
            last = now
            return true
        }
        if isDue { send(["event": .text("loading"), "done": .whole(done), "total": .whole(total)]) }
    }

    /// Hears of what is worth knowing.
    func hear(warning: String) { send(["event": .text("warning"), "message": .text(warning)]) }

    private func send(_ members: [String: EventValue], and record: (any Encodable)? = nil) {
        guard let callback = unsafe callback else { return }
        let encoder = JSONEncoder.sorted(isIndented: false)
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        do {
            let event = try encoder.encode(Event(members: members, record: record))
            let code = unsafe String(decoding: event, as: UTF8.self).withCString { unsafe callback($0, context) }
            if code != 0 { stops.store(true, ordering: .relaxed) }
        } catch {
            // A callback that is told nothing cannot stop: better that it ends.
            stops.store(true, ordering: .relaxed)
        }
    }
}

/// A value of an event.
private enum EventValue: Encodable {
    case text(String)
    case whole(Int)
    case number(Double)
    case truth(Bool)

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .whole(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .truth(let value): try container.encode(value)
        }
    }
}

/// Members, with those of a record beside them.
private struct Event: Encodable {
    let members: [String: EventValue]
    let record: (any Encodable)?

    func encode(to encoder: any Encoder) throws {
        try record?.encode(to: encoder)
        try members.encode(to: encoder)
    }
}

/// How a training ended, as `lsn_network_fit` and `lsn_train` give it.
struct SummaryText: Encodable {
    let outcome: String
    let step: Int
    let folder: String?
    let last: EpochRecord?

    init(_ summary: TrainingSummary) {
        outcome =
            switch summary.outcome {
            case .finished: "finished"
            case .reachedMaxSteps: "reached_max_steps"
            case .interrupted: "interrupted"
            }
        step = summary.step
        folder = summary.folder.isEmpty ? nil : summary.folder
        last = summary.last
    }
}

/// A thread of its own for a task. Swift's pool has one for each core, and a callback of C that waits on one of those, for
/// another training or for a thread that begins one, may keep it from what it waits for.
private final class OwnThread: TaskExecutor {
    // A serial queue is given a thread whatever others do.
    private let queue = DispatchQueue(label: "lsn training")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Runs a task to its end, on a thread of its own, while this thread waits.
func waiting<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let done = DispatchSemaphore(value: 0)
    let outcome = Outcome<Value>()
    Task.detached(executorPreference: OwnThread()) {
        let found: Result<Value, any Error>
        do { found = .success(try await body()) } catch { found = .failure(error) }
        outcome.value.withLock { $0 = found }
        done.signal()
    }
    done.wait()
    guard let found = outcome.value.withLock({ $0 }) else { throw CancellationError() }
    return try found.get()
}

/// What a task leaves to the thread that waits for it.
private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
}
