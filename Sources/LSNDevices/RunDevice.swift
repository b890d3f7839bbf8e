import LSNCommunication
import LSNFileFormats
import LSNOpenCLBackend
import LSNTensors
package import LSNTraining

extension DeviceOptions {
    /// The device asked for; for a run that is continued, the one it was on. Runs of portable numerics may go on on any.
    ///
    /// - Parameters:
    ///   - session: the run.
    ///   - asked: as `--device` gives it; nil: `auto`, or where it was.
    ///   - warnings: where what is worth knowing goes.
    /// - Throws: ``DeviceError`` where options do not fit the run; as ``open(_:isProfiling:guardsMemory:allowsAnyArithmetic:kernelChoices:numerics:precision:warnings:)``.
    package func open(
        for session: TrainingSession,
        asked: String?,
        warnings: DeviceWarnings
    ) throws -> OpenDevice {
        guard let resumed = session.resumed else {
            return try open(DeviceChoice(asked ?? "auto"), warnings: warnings)
        }
        let before = resumed.record.machine
        // Said once, when a run of an earlier version is continued for the first time.
        let last = resumed.record.continued.last?.machine ?? before
        if last.arithmetic ?? 1 < MachineRecord.currentArithmetic {
            warnings.say(
                "the run began with an earlier version of lsn. Sums of spikes are exact now, and all but gradients of "
                    + "convolutions have one order on every device: it continues as well as it would have, but not to the bits that the earlier version gives"
            )
        }
        try before.checkKept(numerics: numerics, precision: precision, run: resumed.folder.path)
        return switch before.numerics ?? .fast {
        // The same bits, wherever it goes on.
        case .portable:
            try reopen(last, asked: asked, warnings) {
                try open(
                    $0,
                    numerics: .portable,
                    precision: before.precision ?? .highest,
                    warnings: warnings
                )
            }
        case .fast: try keptDevice(for: session, resumed, asked: asked, warnings)
        }
    }

    /// The device asked for; else the one that a run was on, or, with a warning, another.
    private func reopen(
        _ machine: MachineRecord,
        asked: String?,
        _ warnings: DeviceWarnings,
        _ open: (DeviceChoice) throws -> OpenDevice
    ) throws -> OpenDevice {
        if let asked { return try open(DeviceChoice(asked)) }
        do {
            return try open(DeviceChoice(machine.device))
        } catch {
            warnings.say("the run was on \(machine.name) (\(machine.device)): \(error)")
            return try open(.automatic)
        }
    }

    /// The device of a run of `fast` numerics, with the kernels that it began with, whatever was tuned since.
    private func keptDevice(
        for session: TrainingSession,
        _ resumed: TrainingSession.Resumed,
        asked: String?,
        _ warnings: DeviceWarnings
    ) throws -> OpenDevice {
        let before = resumed.record.machine
        let choices =
            try before.kernelChoices.map { numbers in
                guard let choices = KernelChoices(numbers) else {
                    throw DeviceError(
                        "\(resumed.folder.path)/config.json: kernel_choices is \(numbers), which no run has, so that it cannot be "
                            + "continued to the same bits. Restore the file, or begin another run"
                    )
                }
                return choices
            } ?? .standard
        let opened = try reopen(before, asked: asked, warnings) {
            try open(
                $0,
                kernelChoices: choices,
                numerics: .fast,
                precision: before.precision ?? .highest,
                warnings: warnings
            )
        }
        if device != nil, !session.ranks.isShared {
            guard opened.machine.device == before.device else {
                throw DeviceError(
                    "--device \(opened.machine.device): the run in \(PrintableText.name(resumed.folder.path)) was started with "
                        + "--device \(before.device) and keeps to it, so that it continues to the same bits (one of --numerics "
                        + "portable may change). Leave the option out, or start a new run with --output"
                )
            }
            return opened
        }
        // The kernels are those that it began with, also where an earlier version did not record them.
        var place = opened.machine
        place.kernelChoices = before.kernelChoices
        place.numerics = before.numerics
        place.precision = before.precision
        place.arithmetic = before.arithmetic
        // Of several GPUs of a machine each rank has one, which are as good as each other.
        if session.ranks.isShared { place.device = before.device }
        if place != before {
            warnings.say(
                "the run was on \(before.name) (\(before.driver)) and continues on \(opened.machine.name) "
                    + "(\(opened.machine.driver)): results may differ in their last bits"
            )
        }
        return opened
    }
}
