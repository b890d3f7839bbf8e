import Testing

@testable import OpenCLRuntime

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
