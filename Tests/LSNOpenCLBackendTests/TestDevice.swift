import Foundation
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTensors
import LSNTestSupport
import Testing

/// The device that these tests run on: the first one. Without any they are skipped, unless LSN_REQUIRE_OPENCL is 1:
/// then they run and fail.
enum TestDevice {
    /// Whether the tests run.
    static var isUsed: Bool {
        ProcessInfo.processInfo.environment["LSN_REQUIRE_OPENCL"] == "1" || (try? OpenCL.devices()) != nil
    }

    /// A backend with a pool of its own, on a queue that tests share: kernels are compiled once.
    static func backend(choices: KernelChoices = .standard) throws -> Backend {
        Backend(try kernels(choices: choices))
    }

    /// The same without the checks of operands.
    static func kernels(choices: KernelChoices = .standard) throws -> OpenCLBackend {
        try OpenCLBackend(queue: queue(), choices: choices)
    }

    /// The queue of the thread that asks.
    static func queue() throws -> ComputeQueue { try queues.get() }

    /// Programs are not asked for their binaries, for which PoCL compiles every kernel once more.
    private static let queues = PerThread {
        guard let device = try OpenCL.devices().first else { throw NoDevice() }
        // Kernels of a folder, to try changes of them without building.
        let folder = ProcessInfo.processInfo.environment["LSN_KERNELS"]
        let sources = try folder.map { try KernelSourceTree.directory($0) } ?? .embedded()
        return try ComputeQueue(device: device, sources: sources, cache: nil, profiling: false)
    }

    struct NoDevice: Error {}
}
