import ArgumentParser
import LSNConfiguration
import LSNOpenCLRuntime
import LSNTraining

/// `lsn devices`.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List what can compute: every OpenCL device, and the reference."
    )

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func run() throws {
        var devices: [ListedDevice] = []
        var problem: String?
        do {
            let found = try OpenCL.devices()
            let best = try? OpenCL.device(named: "auto")
            devices = found.map { ListedDevice($0, isDefault: $0.selector == best?.selector) }
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
            ("platform", .left), ("driver", .left),
        ])
        for device in devices {
            table.add([
                device.device + (device.isDefault ? " *" : ""), device.name, device.kind,
                device.computeUnits.map(String.init) ?? "",
                device.memoryBytes.map { ProgressText.decimal(Double($0) / 0x1p30, 1) + " GiB" } ?? "",
                device.platform ?? "", device.driver,
            ])
        }
        Terminal.write(table.text + "* what --device auto takes\n")
        if let problem = problem ?? LSN.driverCache.warning {
            Failure.warn(problem)
        }
    }
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
    /// Whether `--device auto` takes it.
    let isDefault: Bool

    init(_ info: DeviceInfo, isDefault: Bool) {
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
        self.isDefault = isDefault
    }

    static func reference(isDefault: Bool) -> ListedDevice {
        ListedDevice(machine: OpenDevice.reference.machine, isDefault: isDefault)
    }
}
