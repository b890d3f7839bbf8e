import Foundation
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTestSupport

/// The OpenCL device of these tests: the first one. Without any the tests that need it are skipped, unless
/// LSN_REQUIRE_OPENCL is 1: then they run and fail.
enum TestDevice {
    static var isUsed: Bool {
        ProcessInfo.processInfo.environment["LSN_REQUIRE_OPENCL"] == "1" || (try? OpenCL.devices()) != nil
    }

    /// The queue of the thread that asks.
    static func queue() throws -> ComputeQueue { try queues.get() }

    /// With a pool of its own, on a queue that tests share.
    static func kernels() throws -> OpenCLBackend { try OpenCLBackend(queue: queue()) }

    /// Programs are not asked for their binaries, for which PoCL compiles every kernel once more.
    private static let queues = PerThread {
        guard let device = try OpenCL.devices().first else { throw NoDevice() }
        return try ComputeQueue(device: device, sources: .embedded(), cache: nil, profiling: false)
    }

    struct NoDevice: Error {}
}
