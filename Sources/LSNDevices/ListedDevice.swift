package import LSNOpenCLBackend
package import LSNOpenCLRuntime
import LSNTraining

/// What was found by computing.
private struct ProbedDevice {
    let arithmetic: DeviceArithmetic
    let matrixUnits: MatrixUnits
}

/// A device as `--json` prints it.
package struct ListedDevice: Encodable {
    /// For `--device`.
    package let device: String
    /// For people.
    package let name: String
    /// cpu, gpu, accelerator or reference.
    package let kind: String
    /// As the driver gives it; of the reference nil.
    package let platform: String?
    /// As the driver gives it; of the reference nil.
    package let vendor: String?
    /// The driver's version.
    package let driver: String
    /// As the driver gives it; of the reference nil.
    package let openclVersion: String?
    /// Of OpenCL devices.
    package let computeUnits: Int?
    /// Of OpenCL devices.
    package let memoryBytes: Int?
    /// Of OpenCL devices.
    package let largestAllocationBytes: Int?
    /// Of OpenCL devices.
    package let localMemoryBytes: Int?
    /// "exact", or what is not as IEEE 754 says, in words; nil: unknown.
    package let arithmetic: String?
    /// What is not, by name.
    package let arithmeticFaults: [DeviceArithmetic.Fault]?
    /// "int8, bf16" where it has matrix units that multiply bytes and bfloats and are right, or "none"; nil: unknown.
    package let matrixUnits: String?
    /// Whether `--device auto` takes it.
    package let isDefault: Bool

    private init(_ info: DeviceInfo, probed: ProbedDevice?, isDefault: Bool) {
        device = info.selector
        name = info.name
        kind = info.kind.rawValue
        platform = info.platformName
        vendor = info.vendor
        driver = info.driverVersion
        openclVersion = info.openCLVersion
        computeUnits = info.computeUnits
        memoryBytes = info.globalMemoryBytes
        largestAllocationBytes = info.largestAllocationBytes
        localMemoryBytes = info.localMemoryBytes
        arithmetic = probed?.arithmetic.text
        arithmeticFaults = probed?.arithmetic.faults
        matrixUnits = probed.map { $0.matrixUnits == .native ? "int8, bf16" : "none" }
        self.isDefault = isDefault
    }

    private init(machine: MachineRecord, isDefault: Bool) {
        device = machine.device
        name = machine.name
        kind = DeviceChoice.referenceName
        platform = nil
        vendor = nil
        driver = machine.driver
        openclVersion = nil
        computeUnits = nil
        memoryBytes = nil
        largestAllocationBytes = nil
        localMemoryBytes = nil
        arithmetic = DeviceArithmetic(faults: []).text
        arithmeticFaults = []
        matrixUnits = "none"
        self.isDefault = isDefault
    }

    private static func reference(isDefault: Bool) -> ListedDevice {
        ListedDevice(machine: OpenDevice.reference().machine, isDefault: isDefault)
    }
}

extension ListedDevice {
    /// Every OpenCL device, the reference last.
    ///
    /// - Parameters:
    ///   - sources: of the kernels that probe them.
    ///   - warn: hears of a device that cannot be probed.
    /// - Returns: the devices, and why there is no OpenCL device where there is none.
    package static func all(
        _ sources: KernelSourceTree,
        warn: (String) -> Void
    ) -> (devices: [ListedDevice], problem: String?) {
        var devices: [ListedDevice] = []
        var problem: String?
        do {
            let found = try OpenCL.devices()
            let best = try? OpenCL.device(named: "auto")
            devices = found.map { info in
                ListedDevice(info, probed: probe(info, sources, warn), isDefault: info.selector == best?.selector)
            }
        } catch {
            problem = "\(error)"
        }
        devices.append(.reference(isDefault: !devices.contains { $0.isDefault }))
        return (devices, problem)
    }

    /// What a device can do; nil, and a warning, where it cannot be probed.
    private static func probe(
        _ info: DeviceInfo,
        _ sources: KernelSourceTree,
        _ warn: (String) -> Void
    ) -> ProbedDevice? {
        do {
            let queue = try ComputeQueue(
                device: info,
                sources: sources,
                cache: ProgramCache.standard(),
                profiling: false
            )
            return ProbedDevice(
                arithmetic: try DeviceArithmetic.probe(queue),
                matrixUnits: try MatrixUnits.available(on: queue)
            )
        } catch {
            warn("the arithmetic and matrix units of \(info.selector) cannot be probed: \(error)")
            return nil
        }
    }
}
