import Foundation
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTensors
import Testing

@Suite(.enabled(if: TestDevice.isUsed))
struct ArithmeticTests {
    private static let file = "probe/arithmetic.cl"

    /// A queue on the tests' device whose kernels are the embedded ones, but for some files.
    private static func queue(changing files: [String: String]) throws -> ComputeQueue {
        let sources = KernelSourceTree.embedded().files.merging(files) { $1 }
        return try ComputeQueue(
            device: TestDevice.queue().device,
            sources: KernelSourceTree(files: sources, origin: "Kernels"),
            cache: nil,
            profiling: false
        )
    }

    @Test("The device that these tests run on is exact")
    func exact() throws {
        let arithmetic = try TestDevice.kernels().arithmetic()
        #expect(arithmetic.isExact && arithmetic.text == "exact", "\(arithmetic.text)")
    }

    @Test("A dry run has nothing to probe")
    func dryRun() throws {
        #expect(try OpenCLBackend(dryRunFor: nil).arithmetic().isExact)
    }

    /// What is written in the probe, what a faulty device would compute instead, and what it is called.
    private static let faults: [(right: String, wrong: String, fault: DeviceArithmetic.Fault)] = [
        ("AS_INTS(a * b + c)", "AS_INTS(fma(a, b, c))", .contraction),
        ("AS_INTS(c - a * b)", "AS_INTS(fma(-a, b, c))", .contraction),
        ("AS_INTS(fma(a, b, c))", "AS_INTS(a * b + c)", .fma), ("AS_INTS(a / b)", "AS_INTS(a * (1.0f / b))", .division),
        ("AS_INTS(sqrt(a))", "AS_INTS(a * (1.0f / sqrt(a)))", .squareRoot),
        ("AS_INTS(TO_FLOATS(AS_INTS(a)))", "(AS_INTS(TO_FLOATS(AS_INTS(a))) + (AS_INTS(a) == 16777217))", .conversion),
        ("TO_INTS(rint(a))", "TO_INTS(round(a))", .conversion), ("TO_INTS(rint(a))", "TO_INTS(a)", .conversion),
    ]

    @Test("Operations that are not IEEE's are found and named", arguments: faults.indices)
    func wrongOperations(index: Int) throws {
        let (right, wrong, fault) = Self.faults[index]
        let text = try #require(KernelSourceTree.embedded().files[Self.file])
        let changed = text.replacing(right, with: wrong)
        try #require(changed != text)
        let found = try DeviceArithmetic.probe(Self.queue(changing: [Self.file: changed]))
        #expect(
            found.faults.contains(fault) && found.faults.allSatisfy { $0 == fault || $0 == .denormals },
            "\(found.text)"
        )
        #expect(found.text.contains(fault.text))
    }

    @Test("A unit in the last place is found in scalars and in vectors", arguments: ["scalar", "vector"])
    func lastPlace(kind: String) throws {
        let text = try #require(KernelSourceTree.embedded().files[Self.file])
        let names = ["SUM": "rounding", "PRODUCT": "rounding", "QUOTIENT": "division", "ROOT": "square_root"]
        let call =
            kind == "scalar"
            ? "compute_scalar(operations[at], a[at], b[at], c[at])"
            : "compute_vector(operations[at], LOADV(a + at), LOADV(b + at), LOADV(c + at))"
        for (operation, fault) in names {
            let changed = text.replacing(call, with: "\(call) + (operations[at] == \(operation))")
            try #require(changed != text)
            let found = try DeviceArithmetic.probe(Self.queue(changing: [Self.file: changed]))
            #expect(found.faults.map(\.rawValue).contains(fault), "\(operation): \(found.text)")
        }
    }

    @Test("Denormal numbers that come in as 0 or go out as 0 are found", arguments: ["operands", "results"])
    func flushedDenormals(side: String) throws {
        let text = try #require(KernelSourceTree.embedded().files[Self.file])
        let flush = """
            float flushed(float x) { return (as_uint(x) & 0x7f800000u) == 0u ? as_float(as_uint(x) & 0x80000000u) : x; }
            int flushed_result(uint operation, int x) { return operation < TO_FLOAT ? as_int(flushed(as_float(x))) : x; }

            __kernel void probe_scalars(
            """
        let call = "compute_scalar(operations[at], a[at], b[at], c[at])"
        let wrong =
            side == "operands"
            ? "compute_scalar(operations[at], operations[at] == TO_FLOAT ? a[at] : flushed(a[at]), flushed(b[at]), c[at])"
            : "flushed_result(operations[at], \(call))"
        let changed = text.replacing(call, with: wrong).replacing("__kernel void probe_scalars(", with: flush)
        let found = try DeviceArithmetic.probe(Self.queue(changing: [Self.file: changed]))
        #expect(found.faults == [.denormals] && found.text == "denormals flushed", "\(found.text)")
    }

    @Test("Kernels without a probe are an error that names it")
    func missing() throws {
        var files = KernelSourceTree.embedded().files
        files[Self.file] = nil
        let queue = try ComputeQueue(
            device: TestDevice.queue().device,
            sources: KernelSourceTree(files: files, origin: "elsewhere"),
            cache: nil,
            profiling: false
        )
        let error = #expect(throws: OpenCLError.self) { try DeviceArithmetic.probe(queue) }
        #expect(error?.description.contains(Self.file) == true)
    }

    @Test("exp and log have the same bits on the device and on the host")
    func portableMath() throws {
        let source = """
            #include "common/math.cl"

            __kernel void compute(__global const float *x, __global float *powers, __global float *logarithms)
            {
                powers[get_global_id(0)] = portable_exp(x[get_global_id(0)]);
                logarithms[get_global_id(0)] = portable_log(x[get_global_id(0)]);
            }
            """
        let queue = try Self.queue(changing: ["test.cl": source])
        // Every so many of all floats, the ends, and where exp is neither 0 nor 1.
        var inputs = stride(from: UInt32(0), through: .max - 4099, by: 4099).map(Float.init(bitPattern:))
        inputs += [0, -0.0, .infinity, -.infinity, .nan, 0x1.62e43p+6, 0x1.62e42ep+6, -0x1.5d589ep+6, -0x1.5d58ap+6]
        inputs += (0..<100_000).map { Float($0) * 0.002 - 100 }
        let buffers = try (0..<3).map { _ in try queue.allocate(bytes: 4 * inputs.count) }
        try queue.write(inputs, to: buffers[0])
        let kernel = try queue.kernel("compute", file: "test.cl", options: [])
        try queue.launch(kernel, buffers.map { .buffer($0) }, global: [inputs.count], local: nil)
        var (powers, logarithms) = (inputs, inputs)
        try queue.read(buffers[1], into: &powers)
        try queue.read(buffers[2], into: &logarithms)
        func isSame(_ a: Float, _ b: Float) -> Bool { a.bitPattern == b.bitPattern || a.isNaN && b.isNaN }
        #expect(zip(inputs, powers).allSatisfy { isSame(PortableMath.exp($0), $1) })
        #expect(zip(inputs, logarithms).allSatisfy { isSame(PortableMath.log($0), $1) })
    }
}
