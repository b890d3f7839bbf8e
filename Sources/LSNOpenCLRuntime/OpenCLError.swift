/// Why the OpenCL runtime could not do what was asked. The text says what happened, with what, and what to do.
public enum OpenCLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No OpenCL platform is installed, or the loader found none: `codeName` is what it answered, `drivers` says which drivers
    /// are registered and why they may not have been found.
    case noPlatform(codeName: String, drivers: [String])
    /// Platforms are there, but none of them offers a device; `platforms` names each with what it answered.
    case noDevice(platforms: [String])
    /// No device goes by the name that was asked for.
    case noSuchDevice(asked: String, known: [String])
    /// The device cannot be used: it has no compiler, or it is switched off.
    case unusableDevice(device: String, problem: String)
    /// An OpenCL call failed: its name, the name of the code it answered, what it was asked to do.
    case call(name: String, codeName: String, detail: String)
    /// A program did not compile. `log` is the compiler's, its lines starting with FILE:LINE:COLUMN.
    case build(file: String, options: [String], device: String, log: String)
    /// A buffer was asked for that the device has no room for.
    case outOfMemory(requestedBytes: Int, limitBytes: Int, device: String)
    /// A kernel source that is missing, unreadable, or includes itself; `location` is a file, or FILE:LINE.
    case source(location: String, problem: String)
    /// A launch that does not fit its kernel or its device.
    case launch(kernel: String, problem: String)
    /// A buffer operation out of bounds or misaligned.
    case range(operation: String, problem: String)

    /// For people.
    public var description: String {
        switch self {
        case .noPlatform(let codeName, let drivers):
            "no OpenCL platform found (\((["clGetPlatformIDs: \(codeName)"] + drivers).joined(separator: "; "))): install one "
                + "(pocl-opencl-icd for the CPU, or the GPU vendor's driver with its .icd file in /etc/OpenCL/vendors) and "
                + "the libraries that it needs, or use --device reference"
        case .noDevice(let platforms):
            "no OpenCL device found on \(platforms.joined(separator: ", ")): check the driver (clinfo lists what it "
                + "sees), install pocl-opencl-icd for the CPU, or use --device reference"
        case .noSuchDevice(let asked, let known):
            "no OpenCL device is named '\(asked)'; there are \(known.joined(separator: ", "))"
        case .unusableDevice(let device, let problem):
            "\(device) cannot be used: \(problem); choose another of `lsn devices`, or use --device reference"
        case .call(let name, let codeName, let detail):
            "\(name) failed with \(codeName) when asked \(detail)\(OpenCLStatus.advice(for: codeName))"
        case .build(let file, let options, let device, let log):
            "\(log)\nbuilding \(file) for \(device) failed; options: \(options.joined(separator: " "))"
        case .outOfMemory(let requested, let limit, let device):
            "\(device) has no room for \(requested) bytes (its limit is \(limit)): use a smaller --batch-size, "
                + "--width or --timesteps, or a device with more memory"
        case .source(let location, let problem):
            "\(location): \(problem)"
        case .launch(let kernel, let problem):
            "kernel \(kernel) was not launched: \(problem)"
        case .range(let operation, let problem):
            "\(operation): \(problem)"
        }
    }
}
