public import LSNOpenCLRuntime
import LSNTensors
import Synchronization

extension MatrixUnits {
    /// What a device, its driver and the kernels' sources decide.
    private struct Key: Hashable {
        let units: MatrixUnits
        let selector, driver: String
        let sources: [String: String]
    }

    private static let known = Mutex<[Key: Bool]>([:])
    private static let file = "probe/matrix_units.cl"

    /// The matrix units that a queue's device has: ``native`` where every instruction that kernels use compiles and gives the
    /// products of known matrices. Only NVIDIA's compiler is asked, since others may not survive its assembly. What was found
    /// is kept as long as the process runs.
    ///
    /// - Throws: `source` where the kernels' sources lack the probe; `outOfMemory`, `call`.
    public static func available(on queue: ComputeQueue) throws(OpenCLError) -> MatrixUnits {
        guard queue.device.vendor.uppercased().contains("NVIDIA") else { return .off }
        return try native.isRight(on: queue) ? .native : .off
    }

    /// Whether the instructions give what they should.
    ///
    /// - Throws: as ``available(on:)``.
    public func isRight(on queue: ComputeQueue) throws(OpenCLError) -> Bool {
        let key = Key(
            units: self,
            selector: queue.device.selector,
            driver: queue.device.driverFingerprint,
            sources: queue.sources.files
        )
        if let found = Self.known.withLock({ $0[key] }) { return found }
        let isRight: Bool
        do throws(OpenCLError) {
            let (copies, exchanges) = (try copies(on: queue), try exchanges(on: queue))
            isRight = try copies && exchanges ? multiplies(ByteProduct.probed, on: queue) : false
        } catch {
            guard case .build = error else { throw error }
            isRight = false
        }
        Self.known.withLock { $0[key] = isRight }
        return isRight
    }

    private func multiplies(_ products: [ByteProduct], on queue: ComputeQueue) throws(OpenCLError) -> Bool {
        let kernel = try queue.kernel("probe_multiply_bytes", file: Self.file, options: [option.text])
        for product in products {
            var buffers: [Buffer] = []
            for words in [product.rowFragments, product.columnFragments, product.startFragments] {
                let buffer = try queue.allocate(bytes: words.count * wordBytes)
                try queue.write(words, to: buffer)
                buffers.append(buffer)
            }
            try queue.launch(
                kernel,
                buffers.map(KernelArgument.buffer) + [.int(product.times)],
                global: [ByteProduct.lanes],
                local: [ByteProduct.lanes]
            )
            var found = product.startFragments
            try queue.read(buffers[2], into: &found)
            if found != product.expectedFragments { return false }
        }
        return true
    }

    /// Whether what is copied past the registers arrives, in the order of where it was sent.
    private func copies(on queue: ComputeQueue) throws(OpenCLError) -> Bool {
        let (lanes, groups) = (ByteProduct.lanes, 3)
        let kernel = try queue.kernel("probe_copy_quad", file: Self.file, options: [option.text])
        let words = (0..<UInt32(4 * lanes * groups)).map { $0 &* 0x9E37_79B9 &+ 1 }
        var found = [UInt32](repeating: 0, count: words.count)
        let from = try queue.allocate(bytes: words.count * wordBytes)
        let to = try queue.allocate(bytes: words.count * wordBytes)
        try queue.write(words, to: from)
        try queue.write(found, to: to)
        try queue.launch(kernel, [.buffer(from), .buffer(to)], global: [lanes * groups], local: [lanes])
        try queue.read(to, into: &found)
        return found.indices.allSatisfy { index in
            let (group, lane, word) = (index / (4 * lanes), index / 4 % lanes, index % 4)
            return found[index] == words[(group * lanes + lanes - 1 - lane) * 4 + word]
        }
    }

    /// Whether lanes get what others give, of every bit in which their numbers may differ.
    private func exchanges(on queue: ComputeQueue) throws(OpenCLError) -> Bool {
        let (lanes, bits) = (ByteProduct.lanes, 5)
        let kernel = try queue.kernel("probe_of_lane", file: Self.file, options: [option.text])
        let words = (0..<UInt32(lanes)).map { (Float($0) + 1).bitPattern }
        var found = [UInt32](repeating: 0, count: bits * lanes)
        let from = try queue.allocate(bytes: words.count * wordBytes)
        let to = try queue.allocate(bytes: found.count * wordBytes)
        try queue.write(words, to: from)
        try queue.write(found, to: to)
        try queue.launch(kernel, [.buffer(from), .buffer(to)], global: [lanes], local: [lanes])
        try queue.read(to, into: &found)
        return found.indices.allSatisfy { found[$0] == words[$0 % lanes ^ 1 << ($0 / lanes)] }
    }

    /// MATRIX_UNITS of Kernels/matrix_units/instructions.cl.
    var option: KernelOption { .define("MATRIX_UNITS", self == .native) }
}

/// A product of matrices of bytes, D + times · A·B, and the fragments that lanes hold of them: as the PTX ISA describes those
/// of mma.m16n8k32.
private struct ByteProduct {
    static let lanes = 32
    private static let (rows, columns, terms) = (16, 8, 32)

    /// A, [rows][terms].
    let a: [UInt8]
    /// B, [terms][columns].
    let b: [Int8]
    /// D before, [rows][columns].
    let start: [Int32]
    /// How often the product is added.
    let times: Int

    /// D afterwards.
    private var expected: [Int32] {
        (0..<Self.rows * Self.columns).map { place in
            let (row, column) = (place / Self.columns, place % Self.columns)
            let sum = (0..<Self.terms).reduce(Int32(0)) { sum, term in
                sum &+ Int32(a[row * Self.terms + term]) &* Int32(b[term * Self.columns + column])
            }
            return start[place] &+ Int32(truncatingIfNeeded: times) &* sum
        }
    }

    /// Four bytes to a register, the first in the lowest bits.
    private static func register(_ byte: (Int) -> UInt8) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(byte($1)) << (8 * UInt32($1)) }
    }

    /// Of each lane the four registers of A.
    var rowFragments: [UInt32] {
        (0..<Self.lanes * 4).map { index in
            let (group, lane, register) = (index / 16, index / 4 % 4, index % 4)
            return Self.register { byte in
                a[(group + 8 * (register % 2)) * Self.terms + 4 * lane + 16 * (register / 2) + byte]
            }
        }
    }

    /// Of each lane the two registers of B.
    var columnFragments: [UInt32] {
        (0..<Self.lanes * 2).map { index in
            let (group, lane, register) = (index / 8, index / 2 % 4, index % 2)
            return Self.register { byte in
                UInt8(bitPattern: b[(4 * lane + 16 * register + byte) * Self.columns + group])
            }
        }
    }

    private static func sumFragments(_ values: [Int32]) -> [UInt32] {
        (0..<lanes * 4).map { index in
            let (group, lane, register) = (index / 16, index / 4 % 4, index % 4)
            return UInt32(bitPattern: values[(group + 8 * (register / 2)) * columns + 2 * lane + register % 2])
        }
    }

    /// Of each lane the four registers of D before.
    var startFragments: [UInt32] { Self.sumFragments(start) }
    /// And afterwards.
    var expectedFragments: [UInt32] { Self.sumFragments(expected) }

    /// Numbers of all sizes; the largest bytes, whose sums wrap around; and a long sum.
    static let probed: [ByteProduct] = {
        var random = Philox(seed: 4, purpose: .conformance)
        func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(255 * random.uniform()) } }
        let (a, b) = (bytes(rows * terms), bytes(terms * columns).map(Int8.init(bitPattern:)))
        let start = (0..<Int32(rows * columns)).map { $0 &* 19_088_743 &- 1_000_000_007 }
        return [
            ByteProduct(a: a, b: b, start: start, times: 1),
            ByteProduct(
                a: [UInt8](repeating: 255, count: rows * terms),
                b: (0..<terms * columns).map { $0 % 3 == 0 ? 127 : -128 },
                start: [Int32](repeating: .min + 5, count: rows * columns),
                times: 3
            ),
            ByteProduct(a: a, b: b.reversed(), start: start, times: 1000),
        ]
    }()
}

extension OpenCLBackend {
    /// What multiplies spikes and weights.
    public var matrixUnits: MatrixUnits { choices.matrixUnits }
}
