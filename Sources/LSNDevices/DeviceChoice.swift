/// What `--device` says.
package enum DeviceChoice: Sendable {
    /// The best there is.
    case automatic
    /// The plain Swift backend.
    case reference
    /// An OpenCL device: `opencl` or `opencl:PLATFORM:DEVICE`.
    case openCL(String)

    /// What `--device` calls the plain Swift backend.
    package static let referenceName = "reference"

    /// Reads a device's name.
    ///
    /// - Throws: ``DeviceError`` where no device is called so.
    package init(_ name: String) throws(DeviceError) {
        switch name {
        case "auto": self = .automatic
        case Self.referenceName: self = .reference
        case "opencl": self = .openCL(name)
        default:
            guard name.wholeMatch(of: /opencl:[0-9]+:[0-9]+/) != nil else {
                throw DeviceError(
                    "there is no device '\(name)': use auto, reference, opencl or opencl:PLATFORM:DEVICE "
                        + "(lsn devices lists them)"
                )
            }
            self = .openCL(name)
        }
    }
}
