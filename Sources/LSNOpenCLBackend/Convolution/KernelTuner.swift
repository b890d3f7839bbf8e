public import LSNOpenCLRuntime
public import LSNTensors

/// Measures where one kernel of a convolution begins to be faster than another, on the device at hand.
public struct KernelTuner: Sendable {
    /// One thing that was measured: two kernels on the same operands.
    public struct Measurement: Codable, Hashable, Sendable {
        /// Which of the numbers it is for.
        public var choice: String
        /// On what: channels and size, and the firing rate where it matters.
        public var operands: String
        /// Seconds of the first kernel: sparse, or Winograd's.
        public var first: Double
        /// Seconds of the second: by look-up table, or dense.
        public var second: Double
    }

    /// What came out.
    public struct Result: Codable, Hashable, Sendable {
        /// The best numbers.
        public var choices: KernelChoices
        /// What they rest on.
        public var measurements: [Measurement]
    }

    private let queue: ComputeQueue
    /// Each is timed so often; the fastest counts, since whatever else a machine does only slows it down.
    private let repetitions: Int

    /// A tuner.
    ///
    /// - Parameters:
    ///   - queue: one that times its launches.
    ///   - repetitions: how often each kernel is timed.
    /// - Throws: `BackendError` where the queue was not opened for profiling: it would measure nothing.
    public init(queue: ComputeQueue, repetitions: Int = 15) throws(BackendError) {
        guard queue.isProfiling else {
            throw .mismatch(operation: "tune", detail: "the queue does not time its launches; open it with profiling")
        }
        self.queue = queue
        self.repetitions = repetitions
    }

    /// Measures all.
    ///
    /// - Parameter observe: hears of every measurement.
    public func run(observe: (Measurement) -> Void = { _ in }) throws(BackendError) -> Result {
        var result = Result(choices: .standard, measurements: [])
        func note(_ measurement: Measurement) {
            result.measurements.append(measurement)
            observe(measurement)
        }
        let crossings = try sparseRateCrossings(note)
        result.choices.largestSparseRate = crossings.sorted()[crossings.count / 2]
        result.choices.winogradChannels = try threshold(note, measure: winograd)
        result.choices.sparseFilterChannels = try threshold(note, measure: sparseFilter)
        return result
    }

    /// Channels at which kernels are compared.
    private static let widths = [8, 16, 24, 32, 48, 64, 96, 192]

    /// Firing rates, in thousandths, at which the sparse kernel costs as much as the one by look-up table. The cost of the
    /// first is a line.
    private func sparseRateCrossings(_ note: (Measurement) -> Void) throws(BackendError) -> [Int] {
        var crossings: [Int] = []
        for (channels, extent) in [(48, 32), (96, 32), (192, 16), (384, 8)] {
            func measure(_ rate: Float) throws(BackendError) -> Measurement {
                let operands = try Operands(
                    backend(.standard),
                    channels: channels,
                    extent: extent,
                    window: 3,
                    rate: rate
                )
                return try compare(
                    .largestSparseRate,
                    "\(operands.title), rate \(rate)",
                    { $0.largestSparseRate = 1000 },
                    { $0.largestSparseRate = 0 },
                    operands.convolve
                )
            }
            let (low, high) = (try measure(0.1), try measure(0.3))
            note(low)
            note(high)
            let slope = (high.first - low.first) / 0.2
            let table = min(low.second, high.second)
            let crossing = slope > 0 ? 0.1 + (table - low.first) / slope : 1
            crossings.append(Int((1000 * min(max(crossing, 0), 1)).rounded()))
        }
        return crossings
    }

    private func winograd(_ channels: Int) throws(BackendError) -> Measurement {
        let operands = try Operands(backend(.standard), channels: channels, extent: 16, window: 3, rate: 0.1)
        return try compare(
            .winogradChannels,
            operands.title,
            { $0.winogradChannels = 0 },
            { $0.winogradChannels = KernelChoices.never },
            operands.convolveBackwardData
        )
    }

    private func sparseFilter(_ channels: Int) throws(BackendError) -> Measurement {
        let operands = try Operands(backend(.standard), channels: channels, extent: 16, window: 1, rate: 0.1)
        return try compare(
            .sparseFilterChannels,
            "\(operands.title), rate 0.1",
            { $0.sparseFilterChannels = 0 },
            { $0.sparseFilterChannels = KernelChoices.never },
            operands.convolveBackwardFilter
        )
    }

    /// The fewest channels from which the first kernel is the faster at every width; where it never is, more than any
    /// network has.
    private func threshold(
        _ note: (Measurement) -> Void,
        measure: (Int) throws(BackendError) -> Measurement
    ) throws(BackendError) -> Int {
        var smallest = KernelChoices.never
        for channels in Self.widths.reversed() {
            let measurement = try measure(channels)
            note(measurement)
            guard measurement.first < measurement.second else { break }
            smallest = channels
        }
        return smallest
    }

    private func backend(_ choices: KernelChoices) throws(BackendError) -> Backend {
        Backend(try OpenCLBackend(queue: queue, choices: choices))
    }

    /// Seconds that the kernels of a call take under choices that force it one way and the other, in turns.
    private func compare(
        _ choice: KernelChoices.CodingKeys,
        _ title: String,
        _ chooseFirst: (inout KernelChoices) -> Void,
        _ chooseSecond: (inout KernelChoices) -> Void,
        _ call: (Backend) throws(BackendError) -> Void
    ) throws(BackendError) -> Measurement {
        var (first, second) = (KernelChoices.standard, KernelChoices.standard)
        chooseFirst(&first)
        chooseSecond(&second)
        let backends = [try backend(first), try backend(second)]
        var fastest = [Double.infinity, .infinity]
        // The first turn compiles the kernels.
        for turn in 0...repetitions {
            for (index, backend) in backends.enumerated() {
                _ = try timings()
                try call(backend)
                let seconds = try timings()
                if turn > 0 { fastest[index] = min(fastest[index], seconds) }
            }
        }
        return Measurement(choice: choice.rawValue, operands: title, first: fastest[0], second: fastest[1])
    }

    private func timings() throws(BackendError) -> Double {
        try mapped { () throws(OpenCLError) in
            try queue.takeTimings().reduce(0) { $0 + Double($1.durationNanoseconds) * 1e-9 }
        }
    }
}

extension KernelTuner {
    /// Tensors of one convolution of spikes, as many channels out as in.
    private struct Operands {
        let title: String
        let geometry: WindowGeometry
        let input: SpikeTensor
        let filter: Filter
        let gradient: RealTensor
        let weightGradient: Filter

        /// Random spikes of this rate; weights and gradients of one value, on which no time depends.
        init(_ backend: Backend, channels: Int, extent: Int, window: Int, rate: Float) throws(BackendError) {
            let shape = ImageShape(images: 16, height: extent, width: extent, channels: channels)
            let filterShape = FilterShape(outputs: channels, inputs: channels, height: window, width: window)
            title = "\(window)×\(window), \(channels) channels, \(extent)×\(extent)"
            geometry = WindowGeometry(stride: 1, padding: window / 2)
            var random = Philox(seed: 0, purpose: .conformance, index: channels)
            var words = [UInt32](repeating: 0, count: shape.pixels * shape.wordsPerPixel)
            for pixel in 0..<shape.pixels {
                for channel in 0..<channels where random.uniform() < rate {
                    words[pixel * shape.wordsPerPixel + channel / 32] |= 1 << UInt32(channel % 32)
                }
            }
            let spikes = try backend.allocate(words: words.count)
            try backend.write(words, to: spikes)
            input = SpikeTensor(shape: shape, storage: spikes)
            func filled(_ words: Int) throws(BackendError) -> any Storage {
                let storage = try backend.allocate(words: words)
                try backend.fill(storage, with: Float(0.01).bitPattern, count: words)
                return storage
            }
            filter = Filter(shape: filterShape, storage: try filled(filterShape.words))
            weightGradient = Filter(shape: filterShape, storage: try filled(filterShape.words))
            gradient = RealTensor(shape: shape, storage: try filled(shape.realWords))
        }

        func convolve(on backend: Backend) throws(BackendError) {
            _ = try backend.convolve(.spikes(input), filter: filter, geometry: geometry)
        }

        func convolveBackwardData(on backend: Backend) throws(BackendError) {
            _ = try backend.convolveBackwardData(
                gradient,
                filter: filter,
                geometry: geometry,
                inputShape: input.shape,
                accumulator: nil
            )
        }

        func convolveBackwardFilter(on backend: Backend) throws(BackendError) {
            try backend.convolveBackwardFilter(
                input: .spikes(input),
                gradient: gradient,
                geometry: geometry,
                result: weightGradient
            )
        }
    }
}
