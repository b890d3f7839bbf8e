import ArgumentParser
import LSNOpenCLRuntime

/// `lsn build-programs`: what a command that compiles kernels starts on other cores. Not for users: it is not listed.
struct BuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build-programs",
        abstract: "Build the OpenCL programs that standard input asks for, so that the driver has them.",
        discussion: """
            Each line of standard input is a JSON object with the program's "source" and "options"; each is answered with an \
            empty line. `lsn train` starts this where a driver builds one program at a time.
            """,
        shouldDisplay: false
    )

    @Option(help: "The device, one of `lsn devices`.")
    var device: String

    func run() throws {
        do {
            try ComputeQueue.serveBuilds(for: OpenCL.device(named: device))
        } catch let error as BuilderError {
            throw InputError("\(error)")
        }
    }

    /// How this program is started to build for a device.
    static func command(for device: DeviceInfo) -> BuilderCommand {
        BuilderCommand(
            executable: "/proc/self/exe",
            arguments: [configuration.commandName ?? "", "--device", device.selector]
        )
    }
}
