import Foundation
import Synchronization
import Testing

@testable import LSNOpenCLRuntime

@Suite(.needsDevice) struct TimedTests {
    private static let files = [
        "some/add.cl": "kernel void add(global int *x, int value) { x[get_global_id(0)] += value; }"
    ]

    @Test func onlyWhatIsAskedForIsTimed() throws {
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 256)
        try queue.fill(x, word: 0, count: 64)
        let add = try queue.kernel("add", file: "some/add.cl", options: [])
        func launch(_ count: Int) throws {
            for _ in 0..<count { try queue.launch(add, [.buffer(x), .int32(1)], global: [64], local: nil) }
        }
        try launch(2)
        let (value, timings) = try queue.timed {
            try launch(3)
            var read = [Int32](repeating: 0, count: 64)
            try queue.read(x, into: &read)
            return read[63]
        }
        #expect(value == 5)
        #expect(timings.map(\.kernel) == ["add", "add", "add"])
        #expect(timings.allSatisfy { $0.file == "some/add.cl" && $0.endedNanoseconds >= $0.startedNanoseconds })
        try launch(2)
        #expect(try queue.takeTimings().isEmpty)
        var read = [Int32](repeating: 0, count: 64)
        try queue.read(x, into: &read)
        #expect(read == [Int32](repeating: 7, count: 64))
    }

    @Test func anErrorEndsTheTiming() throws {
        struct Stop: Error {}
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 4)
        try queue.fill(x, word: 0, count: 1)
        let add = try queue.kernel("add", file: "some/add.cl", options: [])
        #expect(throws: Stop.self) {
            try queue.timed {
                try queue.launch(add, [.buffer(x), .int32(1)], global: [1], local: nil)
                throw Stop()
            }
        }
        try queue.launch(add, [.buffer(x), .int32(1)], global: [1], local: nil)
        #expect(try queue.takeTimings().isEmpty)
        var read: [Int32] = [0]
        try queue.read(x, into: &read)
        #expect(read == [2])
    }

    @Test("Launches of other threads wait until the timing is over, and are not among those that are timed")
    func othersWait() throws {
        let queue = try TestDevice.queue([
            "some/add.cl": """
            kernel void add(global int *x, int value) { x[get_global_id(0)] += value; }
            kernel void twice(global int *x, int value) { x[get_global_id(0)] = x[get_global_id(0)] * 2 + value; }
            """
        ])
        let (x, y) = (try queue.allocate(bytes: 4), try queue.allocate(bytes: 4))
        try queue.fill(x, word: 0, count: 1)
        try queue.fill(y, word: 0, count: 1)
        let add = try queue.kernel("add", file: "some/add.cl", options: [])
        let twice = try queue.kernel("twice", file: "some/add.cl", options: [])
        let isOver = Atomic(false)
        let launches = Atomic(0)
        let failure = Mutex<String?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread {
            defer { done.signal() }
            do {
                while !isOver.load(ordering: .relaxed) {
                    try queue.launch(add, [.buffer(y), .int32(1)], global: [1], local: nil)
                    launches.add(1, ordering: .relaxed)
                }
            } catch { failure.withLock { $0 = "\(error)" } }
        }.start()
        while launches.load(ordering: .relaxed) == 0 { sched_yield() }
        var timed: [String] = []
        for _ in 0..<20 {
            timed += try queue.timed {
                for _ in 0..<50 { try queue.launch(twice, [.buffer(x), .int32(0)], global: [1], local: nil) }
            }.timings.map(\.kernel)
        }
        isOver.store(true, ordering: .relaxed)
        done.wait()
        #expect(failure.withLock { $0 } == nil)
        #expect(timed == [String](repeating: "twice", count: 1000))
        var read: [Int32] = [0]
        try queue.read(y, into: &read)
        #expect(read == [Int32(launches.load(ordering: .relaxed))])
    }

    @Test func waitsAreCounted() throws {
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 4)
        var words: [Int32] = [1]
        try queue.write(words, to: x)
        #expect(queue.waits == WaitCount(reads: 0, writes: 1, stalledWrites: 0, finishes: 0))
        try queue.fill(x, word: 3, count: 1)
        try queue.write(words, to: x)
        #expect(queue.waits == WaitCount(reads: 0, writes: 2, stalledWrites: 1, finishes: 0))
        try queue.fill(x, word: 3, count: 1)
        try queue.read(x, into: &words)
        try queue.write(words, to: x)
        try queue.finish()
        #expect(queue.waits == WaitCount(reads: 1, writes: 3, stalledWrites: 1, finishes: 1))
        #expect(queue.waits.synchronizations == 3)
    }
}
