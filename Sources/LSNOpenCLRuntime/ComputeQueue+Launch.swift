import LSNCOpenCL
import Synchronization

extension ComputeQueue {
    /// Enqueues a kernel. It does not wait; commands of a queue run one after the other.
    ///
    /// - Parameters:
    ///   - kernel: of this queue.
    ///   - arguments: one for each parameter, in order.
    ///   - global: work-items in one to three dimensions; a zero in it means there is nothing to do.
    ///   - local: the work-group, which divides `global`; `nil` leaves it to the driver.
    ///   - label: what this launch is for; it comes back in its timing.
    /// - Throws: `launch` where arguments or sizes do not fit; `outOfMemory`; `call`.
    public func launch(
        _ kernel: Kernel,
        _ arguments: [KernelArgument],
        global: [Int],
        local: [Int]?,
        label: String = ""
    ) throws(OpenCLError) {
        try checkArguments(arguments, of: kernel)
        try checkSizes(global: global, local: local, of: kernel)
        if global.contains(0) { return }
        var event: cl_event? = nil
        let code = try inTurn { (queue) throws(OpenCLError) -> cl_int in
            try kernel.handle.withLock { (handle) throws(OpenCLError) -> cl_int in
                for (index, argument) in arguments.enumerated() {
                    let code = argument.set(at: cl_uint(index), of: handle)
                    if code != CL_SUCCESS { throw argumentError(code, at: index, of: kernel) }
                }
                let dimensions = cl_uint(global.count)
                return unsafe withUnsafeMutablePointer(to: &event) { event in
                    unsafe clEnqueueNDRangeKernel(
                        queue.handle.pointer,
                        handle.pointer,
                        dimensions,
                        nil,
                        global,
                        local,
                        0,
                        nil,
                        queue.isProfiling ? event : nil
                    )
                }
            }
        }
        try check(code, "clEnqueueNDRangeKernel", "to run \(kernel.name) over \(global) in groups of \(local ?? [])")
        if let event = unsafe event {
            keep(unsafe EventHandle(pointer: event), of: kernel, label: label)
        }
        enqueued()
    }

    /// Decides when the device is handed what is enqueued.
    ///
    /// A driver may leave commands lying until it is told. So the first after a wait is handed over at once, for the
    /// device to start on, and then every sixteenth: a kernel takes longer than enqueuing the next, so the device has
    /// always some in hand, and the hundreds of launches of a training step cost few calls. Reading, writing and
    /// waiting hand over the rest.
    ///
    /// A failure is left to the next call that waits: the command is enqueued, and whoever heard of an error would enqueue
    /// it once more.
    func enqueued() {
        outstanding.add(1, ordering: .relaxed)
        let before = unflushed.add(1, ordering: .relaxed).oldValue
        guard before % 16 == 0 else { return }
        _ = inTurn { unsafe clFlush($0.handle.pointer) }
    }

    private func checkArguments(_ arguments: [KernelArgument], of kernel: Kernel) throws(OpenCLError) {
        guard kernel.context === context else {
            throw .launch(kernel: kernel.name, problem: "it was built for another queue")
        }
        guard arguments.count == kernel.argumentCount else {
            throw .launch(
                kernel: kernel.name,
                problem: "\(arguments.count) arguments were given; it takes \(kernel.argumentCount): "
                    + kernel.parameterList
            )
        }
        for (index, argument) in arguments.enumerated() {
            if case .buffer(let buffer) = argument, buffer.context !== context {
                throw .launch(
                    kernel: kernel.name,
                    problem: "\(kernel.describeArgument(index)) is a buffer of another queue"
                )
            }
            if case .local(let bytes) = argument, bytes < 0 || bytes > device.localMemoryBytes {
                throw .launch(
                    kernel: kernel.name,
                    problem: "\(kernel.describeArgument(index)) was given \(bytes) bytes of local memory; "
                        + "\(device.name) has \(device.localMemoryBytes)"
                )
            }
            guard let kind = kernel.parameterKinds[index], !argument.fits(kind) else { continue }
            throw .launch(
                kernel: kernel.name,
                problem: "\(kernel.describeArgument(index)) was given \(argument.summary)"
            )
        }
    }

    private func checkSizes(global: [Int], local: [Int]?, of kernel: Kernel) throws(OpenCLError) {
        guard 1...3 ~= global.count, global.allSatisfy({ $0 >= 0 }) else {
            throw .launch(kernel: kernel.name, problem: "\(global) is no range of one to three dimensions")
        }
        guard let local else { return }
        guard local.count == global.count, local.allSatisfy({ $0 > 0 }) else {
            throw .launch(kernel: kernel.name, problem: "\(local) is no work-group for the range \(global)")
        }
        var items = 1
        for (dimension, size) in local.enumerated() {
            guard global[dimension] % size == 0 else {
                throw .launch(
                    kernel: kernel.name,
                    problem: "the work-group \(local) does not divide the range \(global)"
                )
            }
            items = items.multipliedReportingOverflow(by: size).partialValue
            guard size <= kernel.maxWorkGroupSize, items <= kernel.maxWorkGroupSize else {
                throw .launch(
                    kernel: kernel.name,
                    problem: "the work-group \(local) is larger than the \(kernel.maxWorkGroupSize) items that "
                        + "\(device.name) can run of it; use --mapping simd, whose work-groups are single items, or another "
                        + "--device"
                )
            }
        }
    }

    private func argumentError(_ code: cl_int, at index: Int, of kernel: Kernel) -> OpenCLError {
        .launch(
            kernel: kernel.name,
            problem:
                "\(kernel.describeArgument(index)) was refused, clSetKernelArg failed with \(OpenCLStatus.name(code))"
        )
    }
}

extension KernelArgument {
    /// Sets a parameter; the caller holds the kernel's lock.
    fileprivate func set(at index: cl_uint, of kernel: borrowing KernelHandle) -> cl_int {
        switch self {
        case .buffer(let buffer):
            var pointer: cl_mem? = unsafe buffer.handle.pointer
            return unsafe clSetKernelArg(kernel.pointer, index, MemoryLayout<cl_mem?>.size, &pointer)
        case .int32(var value):
            return unsafe clSetKernelArg(kernel.pointer, index, MemoryLayout<Int32>.size, &value)
        case .uint32(var value):
            return unsafe clSetKernelArg(kernel.pointer, index, MemoryLayout<UInt32>.size, &value)
        case .float(var value):
            return unsafe clSetKernelArg(kernel.pointer, index, MemoryLayout<Float>.size, &value)
        case .local(let bytes):
            // OpenCL has no empty local memory.
            return unsafe clSetKernelArg(kernel.pointer, index, max(bytes, 1), nil)
        }
    }

    fileprivate func fits(_ kind: KernelParameter.Kind) -> Bool {
        switch (self, kind) {
        case (.buffer, .buffer), (.local, .local), (.int32, .integer), (.uint32, .integer), (.float, .float): true
        // A type of another name may be any of the plain ones; the driver checks its size.
        case (.int32, .other), (.uint32, .other), (.float, .other): true
        default: false
        }
    }

    fileprivate var summary: String {
        switch self {
        case .buffer(let buffer): "a buffer of \(buffer.bytes) bytes"
        case .int32(let value): "the int \(value)"
        case .uint32(let value): "the uint \(value)"
        case .float(let value): "the float \(value)"
        case .local(let bytes): "\(bytes) bytes of local memory"
        }
    }
}

extension Kernel {
    /// The parameters for an error's text.
    fileprivate var parameterList: String {
        parameters.enumerated().map { index, parameter in
            parameter.map { "\($0.type) \($0.name)" } ?? "argument \(index)"
        }.joined(separator: ", ")
    }

    /// One parameter for an error's text.
    fileprivate func describeArgument(_ index: Int) -> String {
        let parameter = parameters[index].map { " (\($0.type) \($0.name))" } ?? ""
        return "argument \(index)\(parameter)"
    }
}
