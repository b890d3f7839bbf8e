import LSNCOpenCL

// OpenCL objects are counted by the driver. Each of these owns one count: it cannot be copied, so the count is given
// back exactly once, when its owner goes.
//
// All of them are @unchecked Sendable for one reason: OpenCL 1.2, section A.2, makes every call thread-safe but
// clSetKernelArg, and the pointer inside never changes. Kernels are guarded by a mutex in Kernel. They are @safe because
// the pointer is valid as long as its owner is.

/// Owns a cl_context.
@safe struct ContextHandle: ~Copyable, @unchecked Sendable {
    let pointer: cl_context

    deinit {
        _ = unsafe clReleaseContext(pointer)
    }
}

/// Owns a cl_command_queue.
@safe struct QueueHandle: ~Copyable, @unchecked Sendable {
    let pointer: cl_command_queue

    deinit {
        _ = unsafe clReleaseCommandQueue(pointer)
    }
}

/// Owns a cl_mem. The driver keeps the memory until the commands enqueued with it are done.
@safe struct MemoryHandle: ~Copyable, @unchecked Sendable {
    let pointer: cl_mem

    deinit {
        _ = unsafe clReleaseMemObject(pointer)
    }
}

/// Owns a cl_program.
@safe struct ProgramHandle: ~Copyable, @unchecked Sendable {
    let pointer: cl_program

    deinit {
        _ = unsafe clReleaseProgram(pointer)
    }
}

/// Owns a cl_kernel. Its arguments are state of the kernel: set and enqueue under one lock.
@safe struct KernelHandle: ~Copyable, @unchecked Sendable {
    let pointer: cl_kernel

    deinit {
        _ = unsafe clReleaseKernel(pointer)
    }
}

/// Owns a cl_event.
@safe struct EventHandle: ~Copyable, @unchecked Sendable {
    let pointer: cl_event

    deinit {
        _ = unsafe clReleaseEvent(pointer)
    }
}

/// A platform and one of its devices. They live as long as the process and are not counted.
@safe struct DeviceHandle: Hashable, @unchecked Sendable {
    let platform: cl_platform_id
    let device: cl_device_id

    static func == (left: DeviceHandle, right: DeviceHandle) -> Bool {
        unsafe left.platform == right.platform && left.device == right.device
    }

    func hash(into hasher: inout Hasher) {
        unsafe hasher.combine(UInt(bitPattern: device))
    }
}

/// Asks an OpenCL object for a value of fixed size. `ask` is the clGet…Info call with the object and parameter filled in.
func queryValue<Value: BitwiseCopyable>(
    _ initial: Value,
    _ call: StaticString,
    _ ask: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> cl_int
) throws(OpenCLError) -> Value {
    var value = initial
    let code = unsafe ask(MemoryLayout<Value>.size, &value, nil)
    try OpenCLStatus.check(code, call, "for a value of \(MemoryLayout<Value>.size) bytes")
    return value
}

/// Asks an OpenCL object for bytes of a length it knows. `ask` as for `queryValue`.
func queryBytes(
    _ call: StaticString,
    _ ask: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> cl_int
) throws(OpenCLError) -> [UInt8] {
    var size = 0
    try OpenCLStatus.check(unsafe ask(0, nil, &size), call, "for the length of a value")
    guard size > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: size)
    let code = unsafe bytes.withUnsafeMutableBytes { unsafe ask(size, $0.baseAddress, nil) }
    try OpenCLStatus.check(code, call, "for a value of \(size) bytes")
    return bytes
}

/// Asks an OpenCL object for a string; drivers end it with zero and some pad it with spaces.
func queryString(
    _ call: StaticString,
    _ ask: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> cl_int
) throws(OpenCLError) -> String {
    let bytes = try unsafe queryBytes(call, ask)
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    let isBlank: (Character) -> Bool = { $0.isWhitespace }
    guard let last = text.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(text[...last].drop(while: isBlank))
}
