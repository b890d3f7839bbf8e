import Dispatch
import LSNTensors
import Synchronization

/// A value that is made on a thread of its own, while whoever asked for it does something else.
///
/// Making a batch may wait for files, and a step waits for the device: were either on the threads that tasks share, the other
/// could be kept from running.
final class PrefetchedBatch<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Value, any Error>)
        case done(Result<Value, any Error>)
    }

    private let state = Mutex(State.running)

    /// Starts to make a value.
    ///
    /// - Parameters:
    ///   - queue: serial, for nothing else.
    ///   - make: what makes it.
    init(on queue: DispatchQueue, _ make: @escaping @Sendable () throws -> Value) {
        queue.async { self.finish(Result { try make() }) }
    }

    private func finish(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            if case .awaited(let continuation) = state {
                return continuation
            }
            state = .done(result)
            return nil
        }
        waiting?.resume(with: result)
    }

    /// The value, once it is made; asked for once.
    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Value, any Error>? in
                    if case .done(let result) = state { return result }
                    state = .awaited(continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }
}
