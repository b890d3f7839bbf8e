import ArgumentParser
import LSNConfiguration
import LSNDevices
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTensors
import LSNTraining

/// `lsn tune`.
struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Measure which kernels are fastest on this device, and keep to them.",
        discussion: """
            Convolutions choose between kernels by firing rate and number of channels. This measures where the choice turns, \
            some seconds long, and keeps the numbers for this device and driver in the cache folder, for every command after. \
            No tuning is needed: what comes with the program was measured on CPUs. A run that was begun keeps to its \
            kernels, since other kernels round otherwise, unless its numerics are portable.
            """
    )

    @OptionGroup var device: DeviceOptions

    @Flag(help: "Go back to the numbers that come with the program.")
    var reset = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        guard device.numerics != .portable else {
            throw InputError(
                "--numerics portable: what is measured is for both numerics, and is measured with fast ones. Leave the option out"
            )
        }
        guard device.precision != .high else {
            throw InputError(
                "--precision high: what is measured is for both precisions, and is measured with the highest. Leave the option out"
            )
        }
        let choice = try DeviceChoice(device.device ?? "auto")
        guard let info = try Self.info(choice) else {
            throw InputError("the reference backend has one kernel for everything: choose an OpenCL --device")
        }
        guard
            (device.mapping ?? WorkMapping(for: info.kind, maxWorkGroupSize: info.maxWorkGroupSize)) == .simd
                || reset
        else {
            throw InputError(
                "with the SIMT mapping the convolutions of \(info.name) are implicit GEMMs, one kernel each: nothing to choose. "
                    + "--mapping simd measures the other kernels, for runs with that option"
            )
        }
        let file = TuningFile(info)
        if reset {
            let removed = try file.remove()
            Terminal.write(
                removed ? "forgotten what was measured on \(info.name)\n" : "nothing was tuned on \(info.name)\n"
            )
            return
        }
        let status = StatusLine()
        let tuner = try KernelTuner(queue: try device.queue(info, isProfiling: true, warnings: .standardError))
        let result = try tuner.run { status.show("measuring \($0.choice): \($0.operands)") }
        status.clear()
        try file.write(TuningFile.Content(device: info.name, driver: info.driverVersion, result: result))
        if json {
            try JSONOutput.print(result)
        } else {
            show(result, on: info, file: file)
        }
    }

    private static func info(_ choice: DeviceChoice) throws -> DeviceInfo? {
        switch choice {
        case .reference: nil
        case .automatic: try OpenCL.device(named: "auto")
        case .openCL(let name): try OpenCL.device(named: name)
        }
    }

    private func show(_ result: KernelTuner.Result, on info: DeviceInfo, file: TuningFile) {
        var table = TextTable([
            ("choice", .left), ("operands", .left), ("first", .right), ("second", .right), ("ratio", .right),
        ])
        for measurement in result.measurements {
            table.add([
                measurement.choice, measurement.operands,
                ProgressText.decimal(measurement.first * 1e3, 3) + " ms",
                ProgressText.decimal(measurement.second * 1e3, 3) + " ms",
                ProgressText.decimal(measurement.second / measurement.first, 2),
            ])
        }
        let standard = KernelChoices.standard
        func line(_ name: KernelChoices.CodingKeys, _ found: Int, _ own: Int) -> String {
            "\(name.rawValue)  \(found)  (the program's own: \(own))\n"
        }
        Terminal.write(
            table.text
                + "first: sparse, Winograd; second: look-up table, dense\n"
                + line(.largestSparseRate, result.choices.largestSparseRate, standard.largestSparseRate)
                + line(.winogradChannels, result.choices.winogradChannels, standard.winogradChannels)
                + line(.sparseFilterChannels, result.choices.sparseFilterChannels, standard.sparseFilterChannels)
                + "kept for \(info.name) in \(file.path ?? "")\n"
        )
    }
}
