import LSNDevices
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTensors

extension DeviceWarnings {
    /// On standard error.
    static var standardError: DeviceWarnings {
        DeviceWarnings(ofDriverCache: LSN.driverCache.warning, say: { Failure.warn($0) })
    }
}

extension DeviceOptions {
    /// Opens a device, with warnings on standard error.
    func open(
        _ choice: DeviceChoice,
        isProfiling: Bool = false,
        guardsMemory: Bool = false,
        allowsAnyArithmetic: Bool = false,
        precision: Precision = .highest
    ) throws -> OpenDevice {
        try open(
            choice,
            isProfiling: isProfiling,
            guardsMemory: guardsMemory,
            allowsAnyArithmetic: allowsAnyArithmetic,
            precision: precision,
            warnings: .standardError
        )
    }
}
