package import ArgumentParser
import Foundation
import LSNConfiguration
package import LSNOpenCLBackend
package import LSNOpenCLRuntime
package import LSNTensors
import LSNTraining

/// Options of every command that computes.
package struct DeviceOptions: ParsableArguments {
    /// What `--device` gives; nil: nothing.
    @Option(
        name: .customLong("device"),
        help: ArgumentHelp(
            "Where to compute.",
            discussion: "auto (a GPU before a CPU, OpenCL before the reference), reference, opencl, or one of `lsn "
                + "devices`, e.g. opencl:0:0."
        )
    )
    package var device: String?

    /// Where kernels come from.
    @OptionGroup package var kernels: KernelOptions

    /// Whether Winograd's kernels are left out.
    @Flag(
        name: .customLong("no-winograd"),
        help: "Take the dense kernel for gradients of 3×3 convolutions' inputs, not Winograd's: slower, rounded less."
    )
    package var isDirect = false

    /// How kernels share work out; nil: as suits the device.
    @Option(
        name: .customLong("mapping"),
        help: .choice(
            WorkMapping.self,
            "How kernels share work out: simd suits CPUs, simt GPUs (default: what suits the device)."
        ),
        transform: WorkMapping.option
    )
    package var mapping: WorkMapping?

    /// How gradients are summed; nil: as fast as can be.
    @Option(
        help: .choice(
            Numerics.self,
            "How gradients of convolutions are summed: as fast as can be, or portably, to the same bits on every device and slower (default: fast). All else is the same in both."
        ),
        transform: named
    )
    package var numerics: Numerics?

    /// How finely weights are rounded; nil: as in training, or as finely as can be.
    @Option(
        help: .choice(
            Precision.self,
            "How finely weights that spikes select are rounded: to about 20 bits, float32's grade, or 12, TF32's and faster on CPUs (default: highest; of a saved network, that of its training). Results of each are the same bits on every device."
        ),
        transform: named
    )
    package var precision: Precision?

    /// Whether matrix units are used; nil: where there are any.
    @Option(
        name: .customLong("matrix-units"),
        help: .choice(
            MatrixUnitsChoice.self,
            "Whether convolutions of spikes and their gradients use the device's matrix units (tensor cores): where it has such that a probe finds right, or not at all; or kernels for them with the instructions emulated, slow, which is for checks (default: auto). They are for --mapping simt. Convolutions are the same bits; gradients too with --numerics portable, else they are rounded by the device."
        ),
        transform: named
    )
    package var matrixUnits: MatrixUnitsChoice?

    /// Nothing given.
    package init() {}

    /// Opens a device.
    ///
    /// - Parameters:
    ///   - choice: what `--device` says.
    ///   - isProfiling: whether OpenCL launches are timed.
    ///   - guardsMemory: whether words beside every storage are watched, where it is OpenCL's.
    ///   - allowsAnyArithmetic: whether portable numerics may be computed by a device whose arithmetic is not IEEE's: a check is
    ///     to show what comes of it.
    ///   - kernelChoices: how kernels are chosen; nil: as `lsn tune` found for the device, if it ran.
    ///   - numerics: how gradients are summed; nil: as `--numerics` says.
    ///   - precision: how finely weights are rounded unless `--precision` says.
    ///   - warnings: where what is worth knowing goes.
    /// - Throws: ``DeviceError`` where options do not fit the device; `OpenCLError`, `BackendError`.
    package func open(
        _ choice: DeviceChoice,
        isProfiling: Bool = false,
        guardsMemory: Bool = false,
        allowsAnyArithmetic: Bool = false,
        kernelChoices: KernelChoices? = nil,
        numerics: Numerics? = nil,
        precision: Precision = .highest,
        warnings: DeviceWarnings
    ) throws -> OpenDevice {
        let numerics = numerics ?? self.numerics ?? .fast
        let precision = self.precision ?? precision
        func open(_ info: DeviceInfo) throws -> OpenDevice {
            try self.open(
                info,
                isProfiling,
                guardsMemory,
                allowsAnyArithmetic,
                kernelChoices,
                numerics,
                precision,
                warnings
            )
        }
        switch choice {
        case .reference:
            return OpenDevice.reference(numerics, precision)
        case .openCL(let name):
            return try open(OpenCL.device(named: name))
        case .automatic:
            let info: DeviceInfo
            do {
                info = try OpenCL.device(named: "auto")
            } catch {
                warnings.say("\(error). Computing on the reference backend meanwhile, which is slow")
                return OpenDevice.reference(numerics, precision)
            }
            return try open(info)
        }
    }

    private func open(
        _ info: DeviceInfo,
        _ isProfiling: Bool,
        _ guardsMemory: Bool,
        _ allowsAnyArithmetic: Bool,
        _ kernelChoices: KernelChoices?,
        _ numerics: Numerics,
        _ precision: Precision,
        _ warnings: DeviceWarnings
    ) throws -> OpenDevice {
        let queue = try queue(info, isProfiling: isProfiling, warnings: warnings)
        var choices = kernelChoices ?? measuredChoices(info, warnings)
        choices.numerics = numerics
        choices.precision = precision
        if let mapping {
            guard kernelChoices == nil || choices.mapping == mapping else {
                throw DeviceError(
                    "--mapping \(mapping.rawValue): the run began with \(choices.mapping.rawValue) and keeps to it, so that "
                        + "it continues to the same bits (one of --numerics portable may change). Leave the option out, or begin "
                        + "another run"
                )
            }
            choices.mapping = mapping
        }
        if isDirect {
            guard kernelChoices == nil || choices.winogradChannels == KernelChoices.never else {
                throw DeviceError(
                    "--no-winograd: the run began with Winograd's gradients and keeps to them, so that it continues to the "
                        + "same bits. Leave the option out, or begin another run"
                )
            }
            choices.winogradChannels = KernelChoices.never
        }
        choices.matrixUnits = try units(
            of: queue,
            mapping: choices.mapping,
            kept: kernelChoices?.matrixUnits,
            warnings
        )
        let backend = try OpenCLBackend(
            queue: queue,
            choices: choices,
            memoryLimit: info.memoryLimit,
            guardsMemory: guardsMemory
        )
        if numerics == .portable, !allowsAnyArithmetic { try requirePortableArithmetic(of: backend) }
        return OpenDevice(
            backend: Backend(backend),
            machine: MachineRecord(
                device: info.selector,
                name: info.name,
                driver: "\(info.platformName), \(info.openCLVersion), driver \(info.driverVersion)",
                kernelChoices: choices.numbers,
                numerics: numerics,
                precision: precision
            ),
            queue: queue
        )
    }

    /// What `--matrix-units` comes to on a device; of one that cannot be probed, nothing, and a warning.
    ///
    /// - Parameter kept: what a run of `fast` numerics began with, which rounds its gradients; nil where none is continued.
    private func units(
        of queue: ComputeQueue,
        mapping: WorkMapping,
        kept: MatrixUnits?,
        _ warnings: DeviceWarnings
    ) throws(DeviceError) -> MatrixUnits {
        guard mapping == .simt else {
            guard matrixUnits != .emulated else {
                throw DeviceError(
                    "--matrix-units emulated: matrix units are for --mapping simt, and \(queue.device.selector) computes with "
                        + "\(mapping.rawValue). Add --mapping simt"
                )
            }
            return .off
        }
        if let kept, let asked = matrixUnits, asked != .auto, asked.rawValue != kept.rawValue {
            throw DeviceError(
                "--matrix-units \(asked.rawValue): the run began with \(kept.text) and keeps to it, so that it continues to the same "
                    + "bits (one of --numerics portable may change). Leave the option out, or begin another run"
            )
        }
        switch (matrixUnits ?? .auto, kept) {
        case (.auto, nil): return native(of: queue, warnings)
        case (.auto, .native?):
            let found = native(of: queue, warnings)
            if found == .off {
                warnings.say(
                    "the run began with matrix units, which \(queue.device.selector) does not have: its gradients are rounded "
                        + "otherwise from here on"
                )
            }
            return found
        case (.auto, let kept?): return kept
        case (.off, _): return .off
        case (.emulated, _): return .emulated
        }
    }

    /// The matrix units that a device has.
    private func native(of queue: ComputeQueue, _ warnings: DeviceWarnings) -> MatrixUnits {
        do {
            return try MatrixUnits.available(on: queue)
        } catch {
            warnings.say("the matrix units of \(queue.device.selector) cannot be probed, and are not used: \(error)")
            return .off
        }
    }

    private func requirePortableArithmetic(of backend: OpenCLBackend) throws {
        let arithmetic = try backend.arithmetic()
        guard arithmetic.isExact else {
            throw DeviceError(
                "--numerics portable: the arithmetic of \(backend.deviceName) (\(arithmetic.text)) would not give the bits of other "
                    + "devices. Choose another --device, or --numerics fast"
            )
        }
    }

    /// What `lsn tune` found for a device, or what suits its kind.
    private func measuredChoices(_ info: DeviceInfo, _ warnings: DeviceWarnings) -> KernelChoices {
        var choices = TuningFile(info).choices(warnings) ?? .standard
        choices.mapping = WorkMapping(for: info.kind, maxWorkGroupSize: info.maxWorkGroupSize)
        return choices
    }

    /// By which a GPU that is not there would choose its kernels: one with matrix units, unless the options say otherwise.
    package func choicesOfGPU() -> KernelChoices {
        var choices = KernelChoices.standard
        choices.mapping = mapping ?? .simt
        choices.numerics = numerics ?? .fast
        choices.precision = precision ?? .highest
        choices.matrixUnits =
            switch matrixUnits ?? .auto {
            case _ where choices.mapping == .simd: .off
            case .auto: .native
            case .off: .off
            case .emulated: .emulated
            }
        return choices
    }

    /// A queue on a device.
    package func queue(
        _ info: DeviceInfo,
        isProfiling: Bool,
        warnings: DeviceWarnings
    ) throws -> ComputeQueue {
        if let problem = warnings.ofDriverCache { warnings.say(problem) }
        // What is loaded from a cache was compiled without a word.
        let warns = ProcessInfo.processInfo.environment["LSN_KERNEL_WARNINGS"] == "1"
        let warned: (@Sendable (String) -> Void)? = warns ? warnings.say : nil
        return try ComputeQueue(
            device: info,
            sources: try kernels.sources(),
            cache: warns || info.keepsPrograms ? nil : ProgramCache.standard(),
            profiling: isProfiling,
            warned: warned
        )
    }
}

extension MatrixUnits {
    /// For a message.
    fileprivate var text: String {
        switch self {
        case .off: "none"
        case .emulated: "emulated ones"
        case .native: "the device's"
        }
    }
}

/// What `--matrix-units` says.
package enum MatrixUnitsChoice: String, CaseIterable, Sendable {
    /// The device's, where they are right.
    case auto
    /// None.
    case off
    /// Such as a device without any computes.
    case emulated
}

extension WorkMapping {
    /// What `--mapping` says. The names of earlier versions are told what they are called now.
    ///
    /// - Throws: `ValidationError` where no mapping is called so.
    @Sendable
    package static func option(_ name: String) throws -> WorkMapping {
        if let now = ["vectors": simd, "groups": simt][name] {
            throw ValidationError("'\(name)' is called '\(now.rawValue)' now.")
        }
        return try named(name)
    }
}
