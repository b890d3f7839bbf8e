import ArgumentParser
import LSNDevices
import LSNOpenCLRuntime
import LSNTensors
import LSNTraining
import Synchronization

/// A device that a caller has opened. It computes with the precision of each network's training, unless it was told which.
final class LibraryDevice: Sendable {
    /// All that are open.
    static let all = HandleTable<LibraryDevice>()

    /// Where PoCL keeps what it compiles, chosen before anything of OpenCL is called.
    private static let driverCache = DriverCache.prepare()

    private let choice: DeviceChoice
    private let options: DeviceOptions
    private let opened = Mutex<[Precision: OpenDevice]>([:])

    /// Opens a device.
    ///
    /// - Throws: ``DeviceError``, `OpenCLError`, `BackendError`.
    init(_ name: String, options: DeviceOptions, warnings: CallWarnings) throws {
        choice = try DeviceChoice(name)
        self.options = options
        _ = try device(precision: .highest, warnings)
    }

    /// Where what is worth knowing of devices goes.
    static func warnings(_ say: @escaping @Sendable (String) -> Void) -> DeviceWarnings {
        DeviceWarnings(ofDriverCache: driverCache.warning, say: say)
    }

    /// What computes with a precision, unless the options say another.
    func device(precision: Precision, _ call: CallWarnings) throws -> OpenDevice {
        let precision = options.precision ?? precision
        return try opened.withLock { opened in
            if let found = opened[precision] { return found }
            let made = try options.open(choice, precision: precision, warnings: Self.warnings { call.say($0) })
            opened[precision] = made
            return made
        }
    }

    /// Every device, the reference last.
    static func listed(_ call: CallWarnings) throws -> [ListedDevice] {
        if let warning = driverCache.warning { call.say(warning) }
        let (devices, problem) = ListedDevice.all(try KernelOptions.parse([]).sources()) { call.say($0) }
        if let problem { call.say(problem) }
        return devices
    }
}
