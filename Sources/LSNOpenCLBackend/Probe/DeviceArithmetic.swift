public import LSNOpenCLRuntime
public import LSNTensors
import Synchronization

/// Where a device's arithmetic is not that of IEEE 754, found by computing: what a device says of itself covers less, and
/// drivers err. Results that are the same bits on every device need all of it.
public struct DeviceArithmetic: Hashable, Sendable {
    /// What can be wrong.
    public enum Fault: String, CaseIterable, Codable, Hashable, Sendable {
        /// a + b and a·b are not rounded to the nearest, ties to even.
        case rounding
        /// a·b + c is rounded once where it should be twice.
        case contraction
        /// fma(a, b, c) is not rounded once.
        case fma
        /// a / b is not rounded correctly.
        case division
        /// √a is not rounded correctly.
        case squareRoot = "square_root"
        /// Numbers below the smallest normal one count as 0, or results below it become 0.
        case denormals
        /// Integers do not become floats, or floats integers, by rounding to the nearest, ties to even.
        case conversion

        /// For people.
        public var text: String {
            switch self {
            case .rounding: "sums and products not rounded to even"
            case .contraction: "products and sums contracted"
            case .fma: "fma rounded twice"
            case .division: "division not correctly rounded"
            case .squareRoot: "square root not correctly rounded"
            case .denormals: "denormals flushed"
            case .conversion: "conversions not rounded to even"
            }
        }
    }

    /// What is wrong, in the order of the cases.
    public let faults: [Fault]

    /// Whether nothing is.
    public var isExact: Bool { faults.isEmpty }

    /// For people: "exact", or what is wrong.
    public var text: String { isExact ? "exact" : faults.map(\.text).joined(separator: ", ") }

    /// An arithmetic with these faults.
    public init(faults: some Collection<Fault>) {
        self.faults = Fault.allCases.filter(faults.contains)
    }
}

extension DeviceArithmetic {
    /// What a device, its driver, the probe and what all kernels include decide.
    private struct Key: Hashable {
        let selector, driver, sources: String
    }

    private static let known = Mutex<[Key: DeviceArithmetic]>([:])
    private static let file = "probe/arithmetic.cl"

    /// Looks at the arithmetic of a queue's device: some hundred operations, in one kernel for scalars and one for vectors. What
    /// was found is kept as long as the process runs.
    ///
    /// - Throws: `source` where the kernels' sources lack the probe; `build`, `outOfMemory`, `call`.
    public static func probe(_ queue: ComputeQueue) throws(OpenCLError) -> DeviceArithmetic {
        let key = Key(
            selector: queue.device.selector,
            driver: queue.device.driverFingerprint,
            sources: [file, "common/layout.cl"].map { queue.sources.files[$0] ?? "" }.joined()
        )
        if let found = known.withLock({ $0[key] }) { return found }
        let cases = ArithmeticCase.all
        let operands = [
            cases.map { UInt32($0.operation.rawValue) }, cases.map(\.a), cases.map(\.b), cases.map(\.c),
        ]
        var arguments: [KernelArgument] = []
        for words in operands {
            let buffer = try queue.allocate(bytes: words.count * wordBytes)
            try queue.write(words, to: buffer)
            arguments.append(.buffer(buffer))
        }
        let results = try queue.allocate(bytes: cases.count * wordBytes)
        var faults: Set<Fault> = []
        for (name, items) in [("probe_scalars", cases.count), ("probe_vectors", cases.count / ArithmeticCase.width)] {
            let kernel = try queue.kernel(name, file: file, options: ["-DWIDTH=\(ArithmeticCase.width)"])
            try queue.launch(kernel, arguments + [.buffer(results)], global: [items], local: nil)
            var words = [UInt32](repeating: 0, count: cases.count)
            try queue.read(results, into: &words)
            for (item, word) in zip(cases, words) where !item.accepts(word) { faults.insert(item.fault) }
        }
        let arithmetic = DeviceArithmetic(faults: faults)
        known.withLock { $0[key] = arithmetic }
        return arithmetic
    }
}

extension OpenCLBackend {
    /// Where the arithmetic of this backend's device is not IEEE's; nowhere in a dry run.
    public func arithmetic() throws(BackendError) -> DeviceArithmetic {
        guard let queue else { return DeviceArithmetic(faults: []) }
        return try mapped { () throws(OpenCLError) in try DeviceArithmetic.probe(queue) }
    }
}
