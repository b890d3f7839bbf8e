import Dispatch
import Testing

@testable import LSNTraining

@Suite struct PrefetchedBatchTests {
    private struct Failure: Error {}

    /// It is made while the thread that asked for it is blocked, and the value may be asked for before and after that.
    @Test func valuesAreMadeMeanwhile() async throws {
        let queue = DispatchQueue(label: "test")
        let made = DispatchSemaphore(value: 0)
        let ahead = PrefetchedBatch(on: queue) {
            made.signal()
            return 7
        }
        // Only the queue's own thread can signal.
        #expect(wait(made))
        #expect(try await ahead.value == 7)
        let open = DispatchSemaphore(value: 0)
        let later = PrefetchedBatch(on: queue) { () -> Int in
            _ = self.wait(open)
            return 8
        }
        DispatchQueue.global().async { open.signal() }
        #expect(try await later.value == 8)
    }

    private func wait(_ semaphore: DispatchSemaphore) -> Bool { semaphore.wait(timeout: .now() + 60) == .success }

    @Test func failuresReachWhoeverAsks() async {
        let ahead = PrefetchedBatch(on: DispatchQueue(label: "test")) { () -> Int in throw Failure() }
        await #expect(throws: Failure.self) { try await ahead.value }
    }
}
