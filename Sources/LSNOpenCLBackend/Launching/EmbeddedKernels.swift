import LSNKernels
public import LSNOpenCLRuntime

extension KernelSourceTree {
    /// The kernels that travel inside the binary.
    public static func embedded() -> KernelSourceTree {
        var files: [String: String] = [:]
        for index in 0..<lsn_kernel_source_count {
            let source = unsafe lsn_kernel_source(index)
            let bytes = unsafe UnsafeBufferPointer(start: source.text, count: source.length)
            unsafe files[String(cString: source.name)] = String(decoding: bytes, as: UTF8.self)
        }
        return KernelSourceTree(files: files, origin: "Kernels")
    }
}
