import LSNCOpenCL
import Synchronization

/// Memory on a device. It is given back exactly once, when the last reference goes; a slice keeps the buffer that it is
/// a part of. Commands already enqueued with it still find it.
public final class Buffer: Sendable {
    /// Its length.
    public let bytes: Int

    let handle: MemoryHandle
    let context: DeviceContext
    /// The buffer that this is a slice of, and where it starts there.
    private let whole: (buffer: Buffer, offset: Int)?
    /// What it adds to the memory in use: nothing for a slice.
    private let ownedBytes: Int

    /// A buffer of its own, `ownedBytes` long in memory.
    init(_ handle: consuming MemoryHandle, bytes: Int, ownedBytes: Int, context: DeviceContext) {
        self.handle = handle
        self.bytes = bytes
        self.ownedBytes = ownedBytes
        self.context = context
        whole = nil
        context.liveBuffers.add(1, ordering: .relaxed)
        context.liveBytes.add(ownedBytes, ordering: .relaxed)
    }

    /// A slice of `root`, which is no slice itself.
    init(_ handle: consuming MemoryHandle, bytes: Int, root: Buffer, rootOffset: Int) {
        self.handle = handle
        self.bytes = bytes
        ownedBytes = 0
        context = root.context
        whole = (root, rootOffset)
        context.liveBuffers.add(1, ordering: .relaxed)
    }

    /// The buffer that owns the memory: this one, or the one it is a slice of.
    var root: Buffer { whole?.buffer ?? self }

    /// Where it starts in `root`.
    var rootOffset: Int { whole?.offset ?? 0 }

    deinit {
        context.liveBuffers.subtract(1, ordering: .relaxed)
        context.liveBytes.subtract(ownedBytes, ordering: .relaxed)
    }
}

/// A context of one device, and what is alive in it. Buffers and kernels of different queues have different contexts.
final class DeviceContext: Sendable {
    let device: DeviceInfo
    let handle: ContextHandle
    let liveBuffers = Atomic<Int>(0)
    let liveBytes = Atomic<Int>(0)

    init(device: DeviceInfo) throws(OpenCLError) {
        self.device = device
        var code: cl_int = 0
        var properties = unsafe [
            cl_context_properties(CL_CONTEXT_PLATFORM),
            cl_context_properties(bitPattern: device.handle.platform),
            0,
        ]
        var identifier: cl_device_id? = unsafe device.handle.device
        let context = unsafe clCreateContext(&properties, 1, &identifier, nil, nil, &code)
        try OpenCLStatus.check(code, "clCreateContext", "for \(device.name)")
        guard let context = unsafe context else {
            throw .call(name: "clCreateContext", codeName: "no context", detail: "for \(device.name)")
        }
        handle = unsafe ContextHandle(pointer: context)
    }
}
