import LSNOpenCLRuntime
public import LSNTensors

extension OpenCLBackend {
    /// Runs `body` with every launch timed by the device, without a cost to what runs before and after.
    public func profiled<Result>(_ body: () throws -> Result) throws -> (result: Result, profile: LaunchProfile?) {
        guard let queue else { return (try body(), nil) }
        let clock = ContinuousClock()
        var wall = Duration.zero
        let (result, timings) = try queue.timed {
            let start = clock.now
            let result = try body()
            try queue.finish()
            wall = clock.now - start
            return result
        }
        return (result, LaunchProfile(timings, wallSeconds: wall / .seconds(1)))
    }
}

extension LaunchProfile {
    /// The launches of a queue that runs one after the other.
    fileprivate init(_ timings: [KernelTiming], wallSeconds: Double) {
        var uses: [String: KernelUse] = [:]
        for timing in timings {
            let family = timing.file.prefix { $0 != "/" }
            let new = KernelUse(kernel: timing.kernel, family: String(family), launches: 0, seconds: 0)
            uses[timing.kernel, default: new].launches += 1
            uses[timing.kernel, default: new].seconds += 1e-9 * Double(timing.durationNanoseconds)
        }
        self.init(
            wallSeconds: wallSeconds,
            busySeconds: uses.values.reduce(0) { $0 + $1.seconds },
            kernels: uses.values.sorted { ($1.seconds, $0.kernel) < ($0.seconds, $1.kernel) }
        )
    }
}
