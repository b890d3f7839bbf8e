package import LSNOpenCLRuntime
import LSNReferenceBackend
package import LSNTensors
package import LSNTraining

/// A device that is open.
package struct OpenDevice: Sendable {
    /// What computes.
    package let backend: Backend
    /// What run folders say of it.
    package let machine: MachineRecord
    /// Its queue, where it is OpenCL's.
    package let queue: ComputeQueue?

    /// The plain Swift backend.
    package static func reference(_ numerics: Numerics = .fast, _ precision: Precision = .highest) -> OpenDevice {
        let backend = Backend(ReferenceBackend(numerics: numerics, precision: precision))
        return OpenDevice(
            backend: backend,
            machine: MachineRecord(
                device: DeviceChoice.referenceName,
                name: backend.deviceName,
                driver: "lsn \(ProgramVersion.current)",
                numerics: numerics,
                precision: precision
            ),
            queue: nil
        )
    }
}
