import ArgumentParser
import LSNConfiguration
import LSNDevices
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
        let (devices, problem) = ListedDevice.all(try kernels.sources()) { Failure.warn($0) }
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
}
