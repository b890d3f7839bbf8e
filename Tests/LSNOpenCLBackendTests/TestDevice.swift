import Foundation
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTensors
import Testing

/// The device that these tests run on: the first one. Without any they are skipped, unless LSN_REQUIRE_OPENCL is 1:
/// then they run and fail.
enum TestDevice {
    /// Whether the tests run.
    static var isUsed: Bool {
        ProcessInfo.processInfo.environment["LSN_REQUIRE_OPENCL"] == "1" || (try? OpenCL.devices()) != nil
    }

    /// A backend with a pool of its own, on a queue that all tests share: kernels are compiled once.
    static func backend(choices: KernelChoices = .standard) throws -> Backend {
        Backend(try kernels(choices: choices))
    }

    /// The same without the checks of operands.
    static func kernels(choices: KernelChoices = .standard) throws -> OpenCLBackend {
        try OpenCLBackend(queue: queue.get(), choices: choices)
    }

    static let queue = Result {
        guard let device = try OpenCL.devices().first else { throw NoDevice() }
        // Kernels of a folder, to try changes of them without building.
        let folder = ProcessInfo.processInfo.environment["LSN_KERNELS"]
        let sources = try folder.map { try KernelSourceTree.directory($0) } ?? .embedded()
        return try ComputeQueue(device: device, sources: sources, cache: .standard(), profiling: false)
    }

    struct NoDevice: Error {}
}
