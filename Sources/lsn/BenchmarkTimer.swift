import OpenCLRuntime
import Parity
import Tensors

/// Times one benchmark.
struct BenchmarkTimer {
    /// Runs that are timed, as many as fit the time.
    private static let runs = 7...50
    /// Seconds to stop after.
    private static let budget = 0.5
    /// Runs before, in which kernels are compiled and caches and clocks settle.
    private static let warmUps = 2

    /// The queue whose events are read; nil: the host's clock, for the reference backend.
    let queue: ComputeQueue?

    /// Times of one call, in nanoseconds and in order of size: the sum over its kernels, or of the host's clock.
    func times(_ benchmark: BenchmarkCase, on backend: Backend) throws -> [Double] {
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

/// A benchmark's times as `--json` prints them.
struct BenchmarkResult: Encodable {
    let name: String
    let operation: String
    /// How often it was timed.
    let runs: Int
    let medianSeconds: Double
    /// Between the first and the third quartile.
    let spreadSeconds: Double
    let fastestSeconds: Double
    /// The operation's definition; a convolution of spikes counts as one of real numbers.
    let floatingPointOperations: Double
    /// Every operand once.
    let bytes: Double
    let gigaflops: Double
    let gigabytesPerSecond: Double
    /// Of the measured multiply-add rate; above 1 where spikes save the multiplications.
    let shareOfMultiplyAdd: Double?
    /// Of the measured copy bandwidth; above 1 where a cache holds the operands.
    let shareOfCopy: Double?

    /// - Parameter times: nanoseconds, in order of size, at least one.
    init(_ benchmark: BenchmarkCase, times: [Double], ceilings: DeviceCeilings?) {
        name = benchmark.name
        operation = benchmark.operation
        runs = times.count
        // A clock that stands still between two readings means less than its resolution.
        let median = max(Self.quantile(times, 0.5), 1)
        medianSeconds = median * 1e-9
        spreadSeconds = (Self.quantile(times, 0.75) - Self.quantile(times, 0.25)) * 1e-9
        fastestSeconds = (times.first ?? 0) * 1e-9
        floatingPointOperations = benchmark.floatingPointOperations
        bytes = benchmark.bytes
        gigaflops = benchmark.floatingPointOperations / median
        gigabytesPerSecond = benchmark.bytes / median
        shareOfMultiplyAdd = ceilings.map { benchmark.floatingPointOperations / median / $0.multiplyAddGigaflops }
        shareOfCopy = ceilings.map { benchmark.bytes / median / $0.copyGigabytesPerSecond }
    }

    /// Linear between neighbours.
    static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        guard let last = sorted.last else { return 0 }
        let place = share * Double(sorted.count - 1)
        let index = Int(place)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
    }
}
