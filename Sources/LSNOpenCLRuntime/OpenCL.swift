import Foundation
import LSNCOpenCL
import Synchronization

/// What is installed on this machine.
public enum OpenCL {
    /// Every device of every platform, in the loader's order.
    ///
    /// A platform that fails is left out as long as another has a device.
    ///
    /// - Returns: at least one device.
    /// - Throws: `noPlatform` or `noDevice` where there is none; `unusableDevice` where PoCL lacks a folder for its cache.
    public static func devices() throws(OpenCLError) -> [DeviceInfo] {
        try found.withLock { (found) throws(OpenCLError) in
            if let found { return found }
            let devices = try search()
            found = devices
            return devices
        }
    }

    /// What was found. Drivers set themselves up at the first look, and PoCL 3.1 shows devices half made to a second
    /// thread that looks meanwhile: so one looks, and the others wait.
    private static let found = Mutex<[DeviceInfo]?>(nil)

    private static func search() throws(OpenCLError) -> [DeviceInfo] {
        var count: cl_uint = 0
        let code = unsafe clGetPlatformIDs(0, nil, &count)
        guard code == CL_SUCCESS, count > 0 else {
            let drivers = RegisteredDrivers.explanation(ProcessInfo.processInfo.environment)
            throw .noPlatform(codeName: OpenCLStatus.name(code), drivers: drivers)
        }
        var platforms = unsafe [cl_platform_id?](repeating: nil, count: Int(count))
        try OpenCLStatus.check(unsafe clGetPlatformIDs(count, &platforms, nil), "clGetPlatformIDs", "for \(count)")

        var devices: [DeviceInfo] = []
        var failures: [String] = []
        var problem: String?
        for unsafe(index, platform) in unsafe platforms.enumerated() {
            guard let platform = unsafe platform else { continue }
            do throws(OpenCLError) {
                devices += try unsafe Self.devices(of: platform, index: index)
            } catch {
                failures.append("platform \(index) (\(error))")
                if problem == nil { problem = unsafe cacheProblem(of: platform) }
            }
        }
        if !devices.isEmpty { return devices }
        if let problem { throw .unusableDevice(device: "PoCL", problem: problem) }
        throw .noDevice(platforms: failures)
    }

    /// What PoCL never says of itself: that it cannot write to its cache folder. `nil` for other drivers and reasons.
    private static func cacheProblem(of platform: cl_platform_id) -> String? {
        let name = try? unsafe queryString("clGetPlatformInfo") {
            unsafe clGetPlatformInfo(platform, cl_platform_info(CL_PLATFORM_NAME), $0, $1, $2)
        }
        guard name == "Portable Computing Language" else { return nil }
        return DriverCache.problem(ProcessInfo.processInfo.environment)
    }

    /// The device that a name of `--device` stands for.
    ///
    /// - Parameter selector: "opencl" or "auto" for the best one (GPU before accelerator before CPU, the first of each),
    ///   or "opencl:PLATFORM:DEVICE".
    /// - Throws: `noSuchDevice` with the names there are; `noPlatform`, `noDevice`.
    public static func device(named selector: String) throws(OpenCLError) -> DeviceInfo {
        try device(named: selector, among: devices())
    }

    static func device(named selector: String, among devices: [DeviceInfo]) throws(OpenCLError) -> DeviceInfo {
        let chosen: DeviceInfo?
        if selector == "opencl" || selector == "auto" {
            let usable = devices.filter { $0.isAvailable && $0.hasCompiler }
            chosen =
                [.gpu, .accelerator, .cpu].lazy.compactMap { (kind: DeviceKind) in
                    usable.first { $0.kind == kind }
                }.first
        } else {
            chosen = devices.first { $0.selector == selector }
        }
        guard let chosen else {
            throw .noSuchDevice(asked: selector, known: devices.map { "\($0.selector) (\($0.name))" })
        }
        return chosen
    }

    private static func devices(of platform: cl_platform_id, index: Int) throws(OpenCLError) -> [DeviceInfo] {
        var count: cl_uint = 0
        let all = cl_device_type(CL_DEVICE_TYPE_ALL)
        try OpenCLStatus.check(
            unsafe clGetDeviceIDs(platform, all, 0, nil, &count),
            "clGetDeviceIDs",
            "for all devices of platform \(index)"
        )
        var identifiers = unsafe [cl_device_id?](repeating: nil, count: Int(count))
        try OpenCLStatus.check(
            unsafe clGetDeviceIDs(platform, all, count, &identifiers, nil),
            "clGetDeviceIDs",
            "for \(count) devices of platform \(index)"
        )
        var devices: [DeviceInfo] = []
        for unsafe(deviceIndex, device) in unsafe identifiers.enumerated() {
            guard let device = unsafe device else { continue }
            let handle = unsafe DeviceHandle(platform: platform, device: device)
            devices.append(try DeviceInfo(handle, platformIndex: index, deviceIndex: deviceIndex))
        }
        return devices
    }
}

extension DeviceInfo {
    /// Asks a device about itself.
    init(_ handle: DeviceHandle, platformIndex: Int, deviceIndex: Int) throws(OpenCLError) {
        func platformText(_ parameter: Int32) throws(OpenCLError) -> String {
            try unsafe queryString("clGetPlatformInfo") {
                unsafe clGetPlatformInfo(handle.platform, cl_platform_info(parameter), $0, $1, $2)
            }
        }
        func text(_ parameter: Int32) throws(OpenCLError) -> String {
            try unsafe queryString("clGetDeviceInfo") {
                unsafe clGetDeviceInfo(handle.device, cl_device_info(parameter), $0, $1, $2)
            }
        }
        func value<Value: BitwiseCopyable>(_ parameter: Int32, _ initial: Value) throws(OpenCLError) -> Value {
            try unsafe queryValue(initial, "clGetDeviceInfo") {
                unsafe clGetDeviceInfo(handle.device, cl_device_info(parameter), $0, $1, $2)
            }
        }
        func bytes(_ parameter: Int32) throws(OpenCLError) -> Int {
            Int(clamping: try value(parameter, cl_ulong(0)))
        }
        self.handle = handle
        self.platformIndex = platformIndex
        self.deviceIndex = deviceIndex
        platformName = try platformText(CL_PLATFORM_NAME)
        platformVersion = try platformText(CL_PLATFORM_VERSION)
        name = try text(CL_DEVICE_NAME)
        vendor = try text(CL_DEVICE_VENDOR)
        driverVersion = try text(CL_DRIVER_VERSION)
        openCLVersion = try text(CL_DEVICE_VERSION)
        let type = try value(CL_DEVICE_TYPE, cl_device_type(0))
        if type & cl_device_type(CL_DEVICE_TYPE_GPU) != 0 {
            kind = .gpu
        } else if type & cl_device_type(CL_DEVICE_TYPE_CPU) != 0 {
            kind = .cpu
        } else {
            kind = .accelerator
        }
        computeUnits = Int(try value(CL_DEVICE_MAX_COMPUTE_UNITS, cl_uint(0)))
        globalMemoryBytes = try bytes(CL_DEVICE_GLOBAL_MEM_SIZE)
        largestAllocationBytes = try bytes(CL_DEVICE_MAX_MEM_ALLOC_SIZE)
        localMemoryBytes = try bytes(CL_DEVICE_LOCAL_MEM_SIZE)
        hasDedicatedLocalMemory = try value(CL_DEVICE_LOCAL_MEM_TYPE, cl_uint(0)) == cl_uint(CL_LOCAL)
        maxWorkGroupSize = try value(CL_DEVICE_MAX_WORK_GROUP_SIZE, 0)
        nativeFloatVectorWidth = max(1, Int(try value(CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, cl_uint(0))))
        // The device answers in bits; a slice needs at least the alignment of a word.
        baseAddressAlignmentBytes = max(4, Int(try value(CL_DEVICE_MEM_BASE_ADDR_ALIGN, cl_uint(0))) / 8)
        isAvailable = try value(CL_DEVICE_AVAILABLE, cl_bool(0)) != 0
        hasCompiler = try value(CL_DEVICE_COMPILER_AVAILABLE, cl_bool(0)) != 0
        let floats = try value(CL_DEVICE_SINGLE_FP_CONFIG, cl_device_fp_config(0))
        roundsDivisionCorrectly = floats & cl_device_fp_config(CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0
        extensions = try text(CL_DEVICE_EXTENSIONS).split(separator: " ").map(String.init)
    }
}
