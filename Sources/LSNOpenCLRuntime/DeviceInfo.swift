/// The kinds of device that OpenCL tells apart.
public enum DeviceKind: String, Sendable, Hashable, Codable {
    /// The host's own cores.
    case cpu
    /// A graphics processor.
    case gpu
    /// Anything else that computes.
    case accelerator
}

/// What a device says about itself.
public struct DeviceInfo: Sendable, Hashable {
    /// The index of the platform, in the loader's order.
    public let platformIndex: Int
    /// The index of the device on its platform.
    public let deviceIndex: Int
    /// The platform's name, e.g. "Portable Computing Language".
    public let platformName: String
    /// The platform's version text.
    public let platformVersion: String
    /// The device's name.
    public let name: String
    /// Who made it.
    public let vendor: String
    /// The driver's version.
    public let driverVersion: String
    /// The version of OpenCL it offers, e.g. "OpenCL 3.0 CUDA".
    public let openCLVersion: String
    /// CPU, GPU or another.
    public let kind: DeviceKind
    /// Cores or multiprocessors.
    public let computeUnits: Int
    /// All the memory it has for buffers.
    public let globalMemoryBytes: Int
    /// The largest buffer it promises to give.
    public let largestAllocationBytes: Int
    /// Local memory of one work-group.
    public let localMemoryBytes: Int
    /// Whether local memory is memory of its own, not a part of global memory: true for GPUs, false for CPUs.
    public let hasDedicatedLocalMemory: Bool
    /// The largest number of work-items in a work-group; a kernel may allow fewer.
    public let maxWorkGroupSize: Int
    /// Floats of one of its vector registers. (What it prefers is 1 with some drivers, which make vectors of items
    /// themselves.)
    public let nativeFloatVectorWidth: Int
    /// What the byte offset of a slice must be a multiple of.
    public let baseAddressAlignmentBytes: Int
    /// Whether it can be used now.
    public let isAvailable: Bool
    /// Whether it compiles OpenCL C.
    public let hasCompiler: Bool
    /// Whether it can round single-precision division and square root correctly when asked to.
    public let roundsDivisionCorrectly: Bool
    /// The names of its extensions.
    public let extensions: [String]

    let handle: DeviceHandle

    /// Its name for `--device`, e.g. "opencl:0:0".
    public var selector: String {
        "opencl:\(platformIndex):\(deviceIndex)"
    }

    /// Everything that makes a compiled program unfit for another device or driver: part of the key of binary caches.
    public var driverFingerprint: String {
        [platformName, platformVersion, vendor, name, driverVersion, openCLVersion].joined(separator: "\n")
    }

    /// Whether its driver keeps what it compiles itself, in a folder that all of a user's processes share, and builds one
    /// program at a time in a process: PoCL. Whoever asks it for a compiled program has every kernel of it compiled once more,
    /// for work-groups of any size.
    public var keepsPrograms: Bool { platformName == "Portable Computing Language" }
}
