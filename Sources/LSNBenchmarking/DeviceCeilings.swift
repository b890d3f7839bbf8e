package import LSNOpenCLRuntime

/// The most that a device does, measured by two small kernels: what benchmarks are a share of.
package struct DeviceCeilings: Encodable {
    /// Copying: bytes read and bytes written, a second, in 10⁹.
    package let copyGigabytesPerSecond: Double
    /// Fused multiply-adds on registers, two operations each, a second, in 10⁹.
    package let multiplyAddGigaflops: Double

    /// Runs of each kernel, of which the fastest counts.
    private static let runs = 9
    /// Independent chains of the multiply-add kernel: enough to hide the latency of an fma, few enough for 16 registers.
    private static let chains = 12

    /// Lanes of the kernels' vectors: a core's, as the chains of others would not fit its registers, or what an item of a GPU
    /// loads at once.
    private static func lanes(_ device: DeviceInfo) -> Int {
        device.kind == .cpu ? min(max(device.nativeFloatVectorWidth, 4), 16) : 4
    }

    /// A core of a CPU takes whole work-groups, so that each item is one; a GPU chooses.
    private static func workGroup(_ device: DeviceInfo) -> [Int]? { device.kind == .cpu ? [1] : nil }

    /// Measures on a queue that times its launches.
    package init(on queue: ComputeQueue) throws {
        copyGigabytesPerSecond = try Self.measureCopy(on: queue)
        multiplyAddGigaflops = try Self.measureMultiplyAdd(on: queue)
    }

    /// 64 MiB to another 64 MiB: more than any cache holds.
    private static func measureCopy(on queue: ComputeQueue) throws -> Double {
        let lanes = lanes(queue.device)
        let words = min(1 << 24, queue.device.largestAllocationBytes / 8) / lanes * lanes
        let kernel = try queue.kernel("copy_words", file: "elementwise/copy.cl", options: ["-DWIDTH=\(lanes)"])
        let source = try queue.allocate(bytes: 4 * words)
        let target = try queue.allocate(bytes: 4 * words)
        try queue.fill(source, word: 1, count: words)
        try queue.fill(target, word: 0, count: words)
        // An item of a CPU takes a long run, one of a GPU a vector.
        let wanted = queue.device.kind == .cpu ? 8 * queue.device.computeUnits : words / lanes
        let (run, items) = runs(of: words, lanes: lanes, wanted: wanted)
        let nanoseconds = try fastest(on: queue) {
            try queue.launch(
                kernel,
                [.buffer(source), .buffer(target), .uint32(UInt32(words)), .uint32(UInt32(run))],
                global: [items],
                local: workGroup(queue.device)
            )
        }
        return Double(8 * words) / nanoseconds
    }

    /// Cuts words into about as many runs as wanted, each of whole vectors, so that all of them lie aligned.
    static func runs(of words: Int, lanes: Int, wanted: Int) -> (length: Int, count: Int) {
        let vectors = (words + lanes - 1) / lanes
        let length = (vectors + wanted - 1) / wanted
        return (length * lanes, (vectors + length - 1) / length)
    }

    private static func measureMultiplyAdd(on queue: ComputeQueue) throws -> Double {
        let lanes = lanes(queue.device)
        let options = ["-DWIDTH=\(lanes)", "-DCHAINS=\(chains)"]
        let kernel = try queue.kernel("multiply_add", file: "ceilings/multiply_add.cl", options: options)
        let items = queue.device.computeUnits * (queue.device.kind == .cpu ? 8 : 4096)
        let result = try queue.allocate(bytes: 4 * items * lanes)
        func measure(_ iterations: Int) throws -> Double {
            try fastest(on: queue) {
                try queue.launch(
                    kernel,
                    [.buffer(result), .int32(Int32(iterations)), .float(0.5), .float(1)],
                    global: [items],
                    local: workGroup(queue.device)
                )
            }
        }
        // Long enough, some 20 ms, that starting and ending do not count.
        let trial = 256
        let iterations = min(max(trial, Int(Double(trial) * 20e6 / (try measure(trial)))), 1 << 24)
        let operations = 2 * chains * lanes * iterations * items
        return Double(operations) / (try measure(iterations))
    }

    /// Nanoseconds of the fastest run, after one that is not counted.
    private static func fastest(on queue: ComputeQueue, _ launch: () throws -> Void) throws -> Double {
        try launch()
        _ = try queue.takeTimings()
        var best = Double.infinity
        for _ in 0..<runs {
            try launch()
            let time = try queue.takeTimings().reduce(0) { $0 + Double($1.durationNanoseconds) }
            best = min(best, max(time, 1))
        }
        return best
    }
}
