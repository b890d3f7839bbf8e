package import ArgumentParser
import Foundation
import LSNOpenCLBackend
package import LSNOpenCLRuntime

/// Where kernels come from.
package struct KernelOptions: ParsableArguments {
    /// The folder; nil: the built-in ones.
    @Option(
        name: .customLong("kernels"),
        help: "Folder to load the OpenCL sources from instead of the built-in ones; also LSN_KERNELS."
    )
    package var folder: String?

    /// Nothing given.
    package init() {}

    /// Those of the folder that was asked for, or the built-in ones.
    package func sources() throws(OpenCLError) -> KernelSourceTree {
        let asked = folder ?? ProcessInfo.processInfo.environment["LSN_KERNELS"].flatMap { $0.isEmpty ? nil : $0 }
        guard let asked else { return .embedded() }
        return try .directory(asked)
    }
}
