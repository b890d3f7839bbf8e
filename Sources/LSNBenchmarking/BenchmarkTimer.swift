package import LSNOpenCLRuntime
package import LSNTensors

/// Times one benchmark.
package struct BenchmarkTimer {
    /// Runs that are timed, as many as fit the time.
    private static let runs = 7...50
    /// Seconds to stop after.
    private static let budget = 0.5
    /// Runs before, in which kernels are compiled and caches and clocks settle.
    private static let warmUps = 2

    /// The queue whose events are read; nil: the host's clock, for the reference backend.
    private let queue: ComputeQueue?

    /// Times on `queue`, whose launches are timed, or on the host's clock where it is nil.
    package init(queue: ComputeQueue?) {
        self.queue = queue
    }

    /// Times of one call, in nanoseconds and in order of size: the sum over its kernels, or of the host's clock.
    package func times(_ benchmark: BenchmarkCase, on backend: Backend) throws -> [Double] {
        let call = try benchmark.prepare(on: backend)
        // The reference takes long, and compiles nothing.
        for _ in 0..<(queue == nil ? 0 : Self.warmUps) {
            try call.reset()
            try call.run()
        }
        var times: [Double] = []
        let clock = ContinuousClock()
        let start = clock.now
        while times.count < Self.runs.lowerBound
            || times.count < Self.runs.upperBound && clock.now - start < .seconds(Self.budget)
        {
            try call.reset()
            try backend.synchronize()
            _ = try queue?.takeTimings()
            let before = clock.now
            try call.run()
            if let queue {
                times.append(try queue.takeTimings().reduce(0) { $0 + Double($1.durationNanoseconds) })
            } else {
                times.append((clock.now - before) / .nanoseconds(1))
            }
        }
        return times.sorted()
    }
}
