import Foundation
import LSNConformance
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

/// The first OpenCL device. Without any its tests are skipped, unless LSN_REQUIRE_OPENCL is 1: then they run and fail.
enum TestDevice {
    static var isUsed: Bool {
        ProcessInfo.processInfo.environment["LSN_REQUIRE_OPENCL"] == "1" || (try? OpenCL.devices()) != nil
    }

    /// What watches the words beside every storage.
    static func kernels(
        mapping: WorkMapping = .simd,
        numerics: Numerics = .fast,
        matrixUnits: MatrixUnits = .off
    ) throws -> OpenCLBackend {
        var choices = KernelChoices.standard
        choices.mapping = mapping
        choices.numerics = numerics
        choices.matrixUnits = matrixUnits
        return try OpenCLBackend(queue: queue.get(), choices: choices, guardsMemory: true)
    }

    private static let queue = PerThread { try newQueue() }

    /// Programs are not asked for their binaries, for which PoCL compiles every kernel once more; its own cache has what other
    /// queues compiled.
    static func newQueue(_ sources: KernelSourceTree = .embedded()) throws -> ComputeQueue {
        guard let device = try OpenCL.devices().first else { throw NoDevice() }
        return try ComputeQueue(device: device, sources: sources, cache: nil, profiling: false)
    }

    struct NoDevice: Error {}
}

@Test(.enabled(if: TestDevice.isUsed))
func openCLPassesEveryGoldenCase() throws {
    let cases = try GoldenFolder.load(goldenFolder)
    expectPass(ConformanceCheck.golden(cases, on: Backend(try TestDevice.kernels()), source: goldenFolder))
}

/// In parts, which are computed side by side.
@Test(.enabled(if: TestDevice.isUsed), arguments: 0..<8)
func openCLAgreesWithTheReferenceOnTheWholeCatalogue(part: Int) throws {
    let cases = try ConformanceCatalogue.cases()
    let report = ConformanceCheck.catalogue(
        cases.indices.filter { $0 % 8 == part }.map { cases[$0] },
        backend: Backend(try TestDevice.kernels()),
        against: Backend(ReferenceBackend()),
        isExact: true
    )
    expectPass(report)
    #expect(report.exactResults.count > 20)
}

/// What GPUs run. A CPU is slow at it, so the cases are the small ones, which have several work-groups here and there; that
/// every kernel ran says that no operation fell back to the other mapping.
@Test(.enabled(if: TestDevice.isUsed))
func simtAgreesWithTheReference() throws {
    let kernels = try TestDevice.kernels(mapping: .simt)
    let report = try ConformanceCheck.catalogue(
        ConformanceCatalogue.cases(filter: "/small/"),
        backend: Backend(kernels),
        against: Backend(ReferenceBackend()),
        repeats: false,
        isExact: true
    )
    expectPass(report)
    #expect(kernels.kernelCoverage.notRun == [])
}

/// A whole logic spiking network with its convolutions on matrix units, emulated.
@Test(.enabled(if: TestDevice.isUsed))
func matrixUnitsPassTheGoldenNetwork() throws {
    let kernels = try TestDevice.kernels(mapping: .simt, matrixUnits: .emulated)
    let cases = try GoldenFolder.load(goldenFolder, filter: "network-0")
    expectPass(ConformanceCheck.golden(cases, on: Backend(kernels), source: goldenFolder))
    let run = Set(kernels.kernelCoverage.run)
    #expect(run.isSuperset(of: ["pack_limbs", "matrix_unit_forward"]) && !run.contains("implicit_gemm_spike_forward"))
}

/// With portable numerics everything has the reference's bits, in both mappings: gradients of convolutions too, and so those of
/// blocks and networks; and all kernels of the folder convolution that there are for them ran.
@Test(.enabled(if: TestDevice.isUsed), arguments: WorkMapping.allCases)
func portableGradientsAreTheReferences(mapping: WorkMapping) throws {
    let kernels = try TestDevice.kernels(mapping: mapping, numerics: .portable)
    let convolutions = try ConformanceCatalogue.cases(filter: "convolution/small/").filter {
        $0.operation == "convolution"
    }
    let report = try ConformanceCheck.catalogue(
        convolutions + ["block/small/", "network/small/", "linear/small/"].flatMap(ConformanceCatalogue.cases),
        backend: Backend(kernels),
        against: Backend(ReferenceBackend(numerics: .portable)),
        repeats: false,
        isExact: true,
        numerics: .portable
    )
    expectPass(report)
    #expect(report.exactResults.count > 3 * report.entries.count)
    let run = Set(kernels.kernelCoverage.run)
    #expect(run.isSuperset(of: ["quantize_gradient", "largest_magnitudes", "sum_integers", "merge_partitions"]))
    #expect(!run.contains("sum_partitions") && !run.contains { $0.hasPrefix("winograd") })
}

/// The reference's portable gradients are those of finite differences.
@Test func portableGradientsAreRight() throws {
    expectPass(try ConformanceCheck.reference(Backend(ReferenceBackend(numerics: .portable)), filter: "conv"))
}
