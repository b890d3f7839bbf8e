import ArgumentParser
import LSNConfiguration
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTraining

/// `lsn devices`.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List what can compute: every OpenCL device, and the reference.",
        discussion: """
            The arithmetic of each OpenCL device is probed by a small kernel. Where it is exact, that is as IEEE 754 says, \
            results that docs/Exactness.md names have the same bits as on any other such device.
            """
    )

    @OptionGroup var kernels: KernelOptions

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func run() throws {
        let sources = try kernels.sources()
        var devices: [ListedDevice] = []
        var problem: String?
        do {
            let found = try OpenCL.devices()
            let best = try? OpenCL.device(named: "auto")
            devices = found.map { info in
                ListedDevice(info, probed: Self.probe(info, sources), isDefault: info.selector == best?.selector)
            }
        } catch {
            problem = "\(error)"
        }
        devices.append(.reference(isDefault: !devices.contains { $0.isDefault }))
        if json {
            try JSONOutput.print(devices)
            return
        }
        var table = TextTable([
            ("device", .left), ("name", .left), ("kind", .left), ("units", .right), ("memory", .right),
            ("arithmetic", .left), ("matrix units", .left), ("platform", .left), ("driver", .left),
        ])
        for device in devices {
            table.add([
                device.device + (device.isDefault ? " *" : ""), device.name, device.kind,
                device.computeUnits.map(String.init) ?? "",
                device.memoryBytes.map { ProgressText.decimal(Double($0) / 0x1p30, 1) + " GiB" } ?? "",
                device.arithmetic ?? "unknown", device.matrixUnits ?? "unknown", device.platform ?? "", device.driver,
            ])
        }
        Terminal.write(table.text + "* what --device auto takes\n")
        if let problem = problem ?? LSN.driverCache.warning {
            Failure.warn(problem)
        }
        if problem == nil { Self.warnOfMissingDrivers() }
    }

    /// Says which drivers are registered and yet not in the list.
    private static func warnOfMissingDrivers() {
        for missing in RegisteredDrivers.problems() {
            Failure.warn("a driver is left out: \(missing). Install what it needs, or remove what names it")
        }
    }

    /// What a device can do; nil, and a warning, where it cannot be probed.
    private static func probe(_ info: DeviceInfo, _ sources: KernelSourceTree) -> ProbedDevice? {
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
            Failure.warn("the arithmetic and matrix units of \(info.selector) cannot be probed: \(error)")
            return nil
        }
    }
}

/// What was found by computing.
struct ProbedDevice {
    let arithmetic: DeviceArithmetic
    let matrixUnits: MatrixUnits
}

/// A device as `--json` prints it.
struct ListedDevice: Encodable {
    /// For `--device`.
    let device: String
    let name: String
    /// cpu, gpu, accelerator or reference.
    let kind: String
    let platform: String?
    let vendor: String?
    let driver: String
    let openclVersion: String?
    let computeUnits: Int?
    let memoryBytes: Int?
    let largestAllocationBytes: Int?
    let localMemoryBytes: Int?
    /// "exact", or what is not as IEEE 754 says, in words; nil: unknown.
    let arithmetic: String?
    /// What is not, by name.
    let arithmeticFaults: [DeviceArithmetic.Fault]?
    /// "int8, bf16" where it has matrix units that multiply bytes and bfloats and are right, or "none"; nil: unknown.
    let matrixUnits: String?
    /// Whether `--device auto` takes it.
    let isDefault: Bool

    init(_ info: DeviceInfo, probed: ProbedDevice?, isDefault: Bool) {
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

    static func reference(isDefault: Bool) -> ListedDevice {
        ListedDevice(machine: OpenDevice.reference().machine, isDefault: isDefault)
    }
}
