import Foundation
import LSNTestSupport
import Testing

@testable import LSNOpenCLRuntime

/// The device that the tests run on: the best that is installed.
enum TestDevice {
    /// Set where a missing device is a failure, as in continuous integration.
    static let isRequired = ProcessInfo.processInfo.environment["LSN_REQUIRE_OPENCL"] == "1"

    /// Throws where there is none.
    static func find() throws -> DeviceInfo {
        try OpenCL.device(named: "opencl")
    }

    /// A queue on it.
    static func queue(
        _ files: [String: String] = [:],
        cache: ProgramCache? = nil,
        profiling: Bool = false
    ) throws -> ComputeQueue {
        let sources = KernelSourceTree(files: files, origin: "Kernels")
        return try ComputeQueue(device: find(), sources: sources, cache: cache, profiling: profiling)
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips where no OpenCL device is installed, unless one is required: then the test runs, and fails.
    static var needsDevice: Self {
        .enabled("needs an OpenCL device, e.g. of the package pocl-opencl-icd") {
            TestDevice.isRequired || (try? TestDevice.find()) != nil
        }
    }
}

extension DeviceInfo {
    /// The same device, telling something else about itself.
    func pretending(
        index: Int? = nil,
        kind: DeviceKind? = nil,
        driverVersion: String? = nil,
        isAvailable: Bool? = nil,
        hasCompiler: Bool? = nil
    ) -> DeviceInfo {
        DeviceInfo(
            platformIndex: platformIndex,
            deviceIndex: index ?? deviceIndex,
            platformName: platformName,
            platformVersion: platformVersion,
            name: name,
            vendor: vendor,
            driverVersion: driverVersion ?? self.driverVersion,
            openCLVersion: openCLVersion,
            kind: kind ?? self.kind,
            computeUnits: computeUnits,
            globalMemoryBytes: globalMemoryBytes,
            largestAllocationBytes: largestAllocationBytes,
            localMemoryBytes: localMemoryBytes,
            hasDedicatedLocalMemory: hasDedicatedLocalMemory,
            maxWorkGroupSize: maxWorkGroupSize,
            nativeFloatVectorWidth: nativeFloatVectorWidth,
            baseAddressAlignmentBytes: baseAddressAlignmentBytes,
            isAvailable: isAvailable ?? self.isAvailable,
            hasCompiler: hasCompiler ?? self.hasCompiler,
            roundsDivisionCorrectly: roundsDivisionCorrectly,
            extensions: extensions,
            handle: handle
        )
    }
}

extension TemporaryFolder {
    /// The mode of a file or folder, e.g. 0o700.
    func mode(_ name: String = "") throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
