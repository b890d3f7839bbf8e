import LSNCOpenCL
import Synchronization

extension ComputeQueue {
    /// Gives memory whose content is anything. No bytes is allowed: such a buffer can be passed to a kernel, which must
    /// not touch it.
    ///
    /// - Throws: `outOfMemory` with what was asked and the limit that was met; `range` for a negative length.
    public func allocate(bytes: Int) throws(OpenCLError) -> Buffer {
        guard bytes >= 0 else {
            throw .range(operation: "allocate", problem: "a buffer of \(bytes) bytes was asked for")
        }
        guard bytes <= device.largestAllocationBytes else {
            throw .outOfMemory(
                requestedBytes: bytes,
                limitBytes: device.largestAllocationBytes,
                device: device.name
            )
        }
        // OpenCL has no empty buffers.
        let owned = max(bytes, MemoryLayout<UInt32>.size)
        var code: cl_int = 0
        let flags = cl_mem_flags(CL_MEM_READ_WRITE)
        let created = unsafe clCreateBuffer(context.handle.pointer, flags, owned, nil, &code)
        try checkAllocation(code, bytes: bytes)
        guard let pointer = unsafe created else {
            throw .call(name: "clCreateBuffer", codeName: "no buffer", detail: "for \(bytes) bytes")
        }
        let memory = unsafe MemoryHandle(pointer: pointer)
        // Most drivers put the allocation off until a command uses the buffer, and would fail a launch for it. Moving the
        // buffer to the device, content undefined, makes them allocate now, where the size is known.
        var moved: cl_mem? = unsafe memory.pointer
        let migration = cl_mem_migration_flags(CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED)
        let answer = inTurn { queue in
            unsafe clEnqueueMigrateMemObjects(queue.handle.pointer, 1, &moved, migration, 0, nil, nil)
        }
        if OpenCLStatus.isShortage(answer) { try checkAllocation(answer, bytes: bytes) }
        return Buffer(memory, bytes: bytes, ownedBytes: owned, context: context)
    }

    /// Throws what the code of an allocation means.
    func checkAllocation(_ code: cl_int, bytes: Int) throws(OpenCLError) {
        if OpenCLStatus.isShortage(code) || code == CL_INVALID_BUFFER_SIZE {
            throw .outOfMemory(requestedBytes: bytes, limitBytes: device.globalMemoryBytes, device: device.name)
        }
        try OpenCLStatus.check(code, "clCreateBuffer", "for \(bytes) bytes")
    }

    /// A part of a buffer, sharing its memory.
    ///
    /// - Parameters:
    ///   - buffer: of this queue; it may be a slice itself.
    ///   - byteOffset: a multiple of `device.baseAddressAlignmentBytes`.
    ///   - bytes: the length.
    /// - Throws: `range` where it does not fit or is misaligned.
    public func slice(_ buffer: Buffer, byteOffset: Int, bytes: Int) throws(OpenCLError) -> Buffer {
        try checkRange("slice", buffer, byteOffset: byteOffset, bytes: bytes)
        guard byteOffset % device.baseAddressAlignmentBytes == 0 else {
            throw .range(
                operation: "slice",
                problem: "offset \(byteOffset) is no multiple of \(device.baseAddressAlignmentBytes) bytes, "
                    + "the alignment of \(device.name)"
            )
        }
        if bytes == 0 { return try allocate(bytes: 0) }
        // OpenCL cuts only from whole buffers, so a slice of a slice is cut from the one at the bottom.
        let root = buffer.root
        var region = cl_buffer_region(origin: buffer.rootOffset + byteOffset, size: bytes)
        var code: cl_int = 0
        let kind = cl_buffer_create_type(CL_BUFFER_CREATE_TYPE_REGION)
        let created = unsafe clCreateSubBuffer(root.handle.pointer, 0, kind, &region, &code)
        try check(code, "clCreateSubBuffer", "for \(bytes) bytes at \(region.origin) of \(root.bytes)")
        guard let pointer = unsafe created else {
            throw .call(name: "clCreateSubBuffer", codeName: "no buffer", detail: "for \(bytes) bytes")
        }
        return unsafe Buffer(MemoryHandle(pointer: pointer), bytes: bytes, root: root, rootOffset: region.origin)
    }

    /// Copies from the host into a buffer, starting at its beginning, and waits until that is done.
    ///
    /// - Throws: `range` where the buffer is shorter.
    public func write(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer) throws(OpenCLError) {
        try checkRange("write", buffer, byteOffset: 0, bytes: bytes.count)
        guard bytes.count > 0, let source = bytes.baseAddress else { return }
        willWait { $0.writes += 1 }
        let code = inTurn { queue in
            unsafe clEnqueueWriteBuffer(
                queue.handle.pointer,
                buffer.handle.pointer,
                cl_bool(CL_TRUE),
                0,
                bytes.count,
                source,
                0,
                nil,
                nil
            )
        }
        try check(code, "clEnqueueWriteBuffer", "for \(bytes.count) bytes")
    }

    /// Copies from the beginning of a buffer to the host, as much as `destination` holds, and waits until that is done.
    ///
    /// - Throws: `range` where the buffer is shorter.
    public func read(_ buffer: Buffer, into destination: UnsafeMutableRawBufferPointer) throws(OpenCLError) {
        try checkRange("read", buffer, byteOffset: 0, bytes: destination.count)
        guard destination.count > 0, let target = destination.baseAddress else { return }
        willWait { $0.reads += 1 }
        let code = inTurn { queue in
            unsafe clEnqueueReadBuffer(
                queue.handle.pointer,
                buffer.handle.pointer,
                cl_bool(CL_TRUE),
                0,
                destination.count,
                target,
                0,
                nil,
                nil
            )
        }
        try check(code, "clEnqueueReadBuffer", "for \(destination.count) bytes")
    }

    /// Copies an array into a buffer, starting at its beginning, and waits until that is done.
    ///
    /// - Throws: `range` where the buffer is shorter.
    public func write<Element: BitwiseCopyable>(_ values: [Element], to buffer: Buffer) throws(OpenCLError) {
        try unsafe values.withUnsafeBufferPointer { (elements) throws(OpenCLError) in
            try unsafe write(UnsafeRawBufferPointer(elements), to: buffer)
        }
    }

    /// Fills an array from the beginning of a buffer, and waits until that is done.
    ///
    /// - Throws: `range` where the buffer is shorter.
    public func read<Element: BitwiseCopyable>(_ buffer: Buffer, into values: inout [Element]) throws(OpenCLError) {
        try unsafe values.withUnsafeMutableBufferPointer { (elements) throws(OpenCLError) in
            try unsafe read(buffer, into: UnsafeMutableRawBufferPointer(elements))
        }
    }

    /// Sets the first `count` words of a buffer to one value. Enqueued: it does not wait.
    ///
    /// - Throws: `range` where the buffer is shorter.
    public func fill(_ buffer: Buffer, word: UInt32, count: Int) throws(OpenCLError) {
        let size = MemoryLayout<UInt32>.size
        guard count >= 0, count <= Int.max / size else {
            throw .range(operation: "fill", problem: "\(count) words were asked for")
        }
        try checkRange("fill", buffer, byteOffset: 0, bytes: count * size)
        guard count > 0 else { return }
        var word = word
        let code = inTurn { queue in
            unsafe clEnqueueFillBuffer(
                queue.handle.pointer,
                buffer.handle.pointer,
                &word,
                size,
                0,
                count * size,
                0,
                nil,
                nil
            )
        }
        try check(code, "clEnqueueFillBuffer", "for \(count) words")
        enqueued()
    }

    /// Copies from the beginning of one buffer to the beginning of another. Enqueued: it does not wait.
    ///
    /// - Throws: `range` where either is shorter, or they are parts of one buffer that overlap.
    public func copy(_ source: Buffer, to destination: Buffer, bytes: Int) throws(OpenCLError) {
        try checkRange("copy", source, byteOffset: 0, bytes: bytes)
        try checkRange("copy", destination, byteOffset: 0, bytes: bytes)
        guard bytes > 0 else { return }
        guard source.root !== destination.root || abs(source.rootOffset - destination.rootOffset) >= bytes else {
            throw .range(operation: "copy", problem: "source and destination overlap")
        }
        let code = inTurn { queue in
            unsafe clEnqueueCopyBuffer(
                queue.handle.pointer,
                source.handle.pointer,
                destination.handle.pointer,
                0,
                0,
                bytes,
                0,
                nil,
                nil
            )
        }
        try check(code, "clEnqueueCopyBuffer", "for \(bytes) bytes")
        enqueued()
    }

    private func checkRange(
        _ operation: String,
        _ buffer: Buffer,
        byteOffset: Int,
        bytes: Int
    ) throws(OpenCLError) {
        guard buffer.context === context else {
            throw .range(operation: operation, problem: "the buffer belongs to another queue")
        }
        guard byteOffset >= 0, bytes >= 0, byteOffset <= buffer.bytes, bytes <= buffer.bytes - byteOffset else {
            throw .range(
                operation: operation,
                problem: "\(bytes) bytes at offset \(byteOffset) do not lie in a buffer of \(buffer.bytes) bytes"
            )
        }
    }
}
