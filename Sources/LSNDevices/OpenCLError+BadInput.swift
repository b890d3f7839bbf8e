package import LSNOpenCLRuntime

extension OpenCLError {
    /// Whether whoever calls named a device or a kernel source that is not there; the rest is the job's.
    package var isBadInput: Bool {
        switch self {
        case .noPlatform, .noDevice, .noSuchDevice, .unusableDevice, .source: true
        case .call, .build, .outOfMemory, .launch, .range: false
        }
    }
}
