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
            let found = [
                try copies(on: queue), try exchanges(on: queue), try rounds(on: queue),
                try multiplies(ByteProduct.probed, on: queue), try multiplies(BfloatProduct.probed, on: queue),
            ]
            isRight = found.allSatisfy { $0 }
        } catch {
            guard case .build = error else { throw error }
            isRight = false
        }
        Self.known.withLock { $0[key] = isRight }
        return isRight
    }

    private func multiplies(_ products: [some FragmentProduct], on queue: ComputeQueue) throws(OpenCLError) -> Bool {
        for product in products {
            let kernel = try queue.kernel(type(of: product).kernel, file: Self.file, options: [option.text])
            var buffers: [Buffer] = []
            for words in [product.rowFragments, product.columnFragments, product.startFragments] {
                let buffer = try queue.allocate(bytes: words.count * wordBytes)
                try queue.write(words, to: buffer)
                buffers.append(buffer)
            }
            try queue.launch(
                kernel,
                buffers.map(KernelArgument.buffer) + [.int(product.times)],
                global: [Self.lanes],
                local: [Self.lanes]
            )
            var found = product.startFragments
            try queue.read(buffers[2], into: &found)
            if found != product.expectedFragments { return false }
        }
        return true
    }

    /// Whether pairs of floats become bfloats: to nearest, ties to even.
    private func rounds(on queue: ComputeQueue) throws(OpenCLError) -> Bool {
        let kernel = try queue.kernel("probe_bfloat_pair", file: Self.file, options: [option.text])
        // A tie upwards, a tie downwards, just above one, and a sign.
        let floats: [UInt32] = [0x3F81_8000, 0x3F80_8000, 0x3F80_8001, 0xC049_0FDB]
        let expected: [UInt32] = [0x3F82, 0x3F80, 0x3F81, 0xC049]
        let words = (0..<2 * Self.lanes).map { floats[$0 % 4] }
        var found = [UInt32](repeating: 0, count: Self.lanes)
        let from = try queue.allocate(bytes: words.count * wordBytes)
        let to = try queue.allocate(bytes: found.count * wordBytes)
        try queue.write(words, to: from)
        try queue.write(found, to: to)
        try queue.launch(kernel, [.buffer(from), .buffer(to)], global: [Self.lanes], local: [Self.lanes])
        try queue.read(to, into: &found)
        return found.indices.allSatisfy { found[$0] == expected[2 * $0 % 4] | expected[(2 * $0 + 1) % 4] << 16 }
    }

    /// Whether what is copied past the registers arrives, in the order of where it was sent.
    private func copies(on queue: ComputeQueue) throws(OpenCLError) -> Bool {
        let (lanes, groups) = (Self.lanes, 3)
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
        let (lanes, bits) = (Self.lanes, 5)
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

extension OpenCLBackend {
    /// What multiplies spikes and weights.
    public var matrixUnits: MatrixUnits { choices.matrixUnits }
}
