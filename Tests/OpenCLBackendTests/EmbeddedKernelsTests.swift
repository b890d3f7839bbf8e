import Foundation
import Kernels
import OpenCLBackend
import OpenCLRuntime
import Testing

/// The list in Kernels/Kernels.c against the folder. These need no device.
struct EmbeddedKernelsTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Kernels").path

    @Test("Every kernel file is embedded as it stands in the folder")
    func complete() throws {
        let onDisk = try KernelSourceTree.directory(Self.folder).files
        let embedded = KernelSourceTree.embedded().files
        #expect(embedded.keys.sorted() == onDisk.keys.sorted())
        for (name, text) in onDisk { #expect(embedded[name] == text, "\(name) differs") }
    }

    @Test("The list is in the order of the names, without repetition")
    func sorted() {
        let names = (0..<lsn_kernel_source_count).map { unsafe String(cString: lsn_kernel_source($0).name) }
        #expect(names == Set(names).sorted())
    }
}
