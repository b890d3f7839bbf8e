import ArgumentParser
import Foundation
import LSNOpenCLBackend
import LSNOpenCLRuntime

/// Where kernels come from.
struct KernelOptions: ParsableArguments {
    @Option(
        name: .customLong("kernels"),
        help: "Folder to load the OpenCL sources from instead of the built-in ones; also LSN_KERNELS."
    )
    var folder: String?

    /// Those of the folder that was asked for, or the built-in ones.
    func sources() throws(OpenCLError) -> KernelSourceTree {
        let asked = folder ?? ProcessInfo.processInfo.environment["LSN_KERNELS"].flatMap { $0.isEmpty ? nil : $0 }
        guard let asked else { return .embedded() }
        return try .directory(asked)
    }
}
