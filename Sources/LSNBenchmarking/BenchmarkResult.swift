/// A benchmark's times as `--json` prints them.
package struct BenchmarkResult: Encodable {
    package let name: String
    package let operation: String
    /// How often it was timed.
    package let runs: Int
    package let medianSeconds: Double
    /// Between the first and the third quartile.
    package let spreadSeconds: Double
    package let fastestSeconds: Double
    /// The operation's definition; a convolution of spikes counts as one of real numbers.
    package let floatingPointOperations: Double
    /// Every operand once.
    package let bytes: Double
    package let gigaflops: Double
    package let gigabytesPerSecond: Double
    /// Of the measured multiply-add rate; above 1 where spikes save the multiplications.
    package let shareOfMultiplyAdd: Double?
    /// Of the measured copy bandwidth; above 1 where a cache holds the operands.
    package let shareOfCopy: Double?

    /// - Parameter times: nanoseconds, in order of size, at least one.
    package init(_ benchmark: BenchmarkCase, times: [Double], ceilings: DeviceCeilings?) {
        name = benchmark.name
        operation = benchmark.operation
        runs = times.count
        // A clock that stands still between two readings means less than its resolution.
        let median = max(times.quantile(0.5), 1)
        medianSeconds = median * 1e-9
        spreadSeconds = (times.quantile(0.75) - times.quantile(0.25)) * 1e-9
        fastestSeconds = (times.first ?? 0) * 1e-9
        floatingPointOperations = benchmark.floatingPointOperations
        bytes = benchmark.bytes
        gigaflops = benchmark.floatingPointOperations / median
        gigabytesPerSecond = benchmark.bytes / median
        shareOfMultiplyAdd = ceilings.map { benchmark.floatingPointOperations / median / $0.multiplyAddGigaflops }
        shareOfCopy = ceilings.map { benchmark.bytes / median / $0.copyGigabytesPerSecond }
    }
}
