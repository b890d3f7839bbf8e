import Foundation
import LSNKernels
import LSNOpenCLBackend
import LSNOpenCLRuntime
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

    @Test("Only kernels of the SIMT mapping, and the matrix units' probe, use barriers and local memory")
    func folders() {
        let files = KernelSourceTree.embedded().files.filter { !$0.value.matches(of: Self.kernel).isEmpty }
        for (name, text) in files {
            let isSIMT =
                name.hasPrefix("convolution/simt/") || ["neuron/fire_lanes.cl", "probe/matrix_units.cl"].contains(name)
            #expect(text.contains("barrier(") == isSIMT && text.contains("__local ") == isSIMT, "\(name)")
        }
        #expect(files.keys.contains { $0.hasPrefix("convolution/simt/") })
        #expect(files.keys.contains { $0.hasPrefix("convolution/simd/") })
    }

    /// Drivers may let work-groups share the arrays of a function that is not.
    @Test("Functions that are given local arrays are inlined")
    func localArrays() {
        var functions = 0
        for (name, text) in KernelSourceTree.embedded().files {
            for match in text.matches(of: /(?m)^(.*?) \w+\(([^()]*\b__local\b[^()]*)\)\s*\{/) {
                functions += 1
                #expect(match.1.hasPrefix("INLINED "), "\(name): \(match.0)")
            }
        }
        #expect(functions > 8)
    }

    @Test("A file of convolution kernels is called as one of them")
    func names() {
        for (name, text) in KernelSourceTree.embedded().files where name.hasPrefix("convolution/") {
            let kernels = text.matches(of: Self.kernel).map { String($0.1) }
            let isNamed = kernels.contains { name.hasSuffix("/\($0).cl") }
            #expect(kernels.isEmpty || isNamed, "\(name) has \(kernels)")
        }
    }

    /// A loop of `sum += term` on scalars is vectorised by some drivers' compilers, and then has another order.
    @Test("Scalar floats are added up in loops by add_in_order or fma")
    func scalarSums() throws {
        var scalars = 0
        for (name, text) in KernelSourceTree.embedded().files {
            let code = text.split(separator: "\n").map { $0.replacing(/\/\/.*/, with: "") }.joined(separator: "\n")
            let declared = code.matches(of: /\bfloat (\w+(?: = [^,;()]+)?(?:, \w+(?: = [^,;()]+)?)*);/)
                .flatMap { $0.1.split(separator: ", ").map { String($0.prefix { $0 != " " }) } }
            scalars += declared.count
            for scalar in Set(declared) {
                let added = try Regex("\\b\(scalar) ([+-]= |= \(scalar) [+-] )")
                #expect(!code.contains(added), "\(name) adds to \(scalar) where compilers may change the order")
            }
        }
        #expect(scalars > 20)
    }

    private static var kernel: Regex<(Substring, Substring)> { /__kernel .*?(\w+)\(\s*__global/ }
}
