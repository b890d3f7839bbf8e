import Foundation
import LSNOpenCLBackend
import LSNOpenCLRuntime

/// The OpenCL device of these tests: the first one. Without any the tests that need it are skipped, unless
/// LSN_REQUIRE_OPENCL is 1: then they run and fail.
enum TestDevice {
    static var isUsed: Bool {
        ProcessInfo.processInfo.environment["LSN_REQUIRE_OPENCL"] == "1" || (try? OpenCL.devices()) != nil
    }

    static func queue() throws -> ComputeQueue { try shared.get() }

    /// With a pool of its own, on a queue that all tests share.
    static func kernels() throws -> OpenCLBackend { try OpenCLBackend(queue: queue()) }

    private static let shared = Result {
        guard let device = try OpenCL.devices().first else { throw NoDevice() }
        return try ComputeQueue(device: device, sources: .embedded(), cache: .standard(), profiling: false)
    }

    struct NoDevice: Error {}
}
