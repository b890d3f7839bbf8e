/// Where what is worth knowing goes while a device is opened.
package struct DeviceWarnings: Sendable {
    /// What is wrong with the folder for compiled kernels, said where an OpenCL device is opened; nil: nothing.
    let ofDriverCache: String?
    /// Says it.
    let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - ofDriverCache: of `DriverCache.prepare(process:)`.
    ///   - say: called with each message.
    package init(ofDriverCache: String?, say: @escaping @Sendable (String) -> Void) {
        self.ofDriverCache = ofDriverCache
        self.say = say
    }
}

/// A device that there is not, or options that do not fit it, in words.
package struct DeviceError: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
