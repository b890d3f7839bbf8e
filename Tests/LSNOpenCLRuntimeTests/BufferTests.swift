import LSNCOpenCL
import Synchronization
import Testing

@testable import LSNOpenCLRuntime

@Suite(.needsDevice) struct BufferTests {
    private static let files = ["add.cl": "kernel void add(global int *x, int value) { x[get_global_id(0)] += value; }"]

    private func words(_ queue: ComputeQueue, _ buffer: Buffer) throws -> [Int32] {
        var words = [Int32](repeating: -1, count: buffer.bytes / 4)
        try queue.read(buffer, into: &words)
        return words
    }

    private func failure(_ body: () throws -> Void) throws -> String {
        try #require(#expect(throws: OpenCLError.self, performing: body)).description
    }

    @Test func writeFillCopyRead() throws {
        let queue = try TestDevice.queue()
        let a = try queue.allocate(bytes: 32)
        let b = try queue.allocate(bytes: 32)
        try queue.write([1, 2, 3, 4, 5, 6, 7, 8] as [Int32], to: a)
        try queue.fill(b, word: 9, count: 8)
        try queue.copy(a, to: b, bytes: 12)
        #expect(try words(queue, b) == [1, 2, 3, 9, 9, 9, 9, 9])
        try queue.fill(b, word: 0xffff_fffe, count: 2)
        #expect(try words(queue, b) == [-2, -2, 3, 9, 9, 9, 9, 9])
        // Part of a buffer, from its beginning.
        try queue.write([5, 6] as [Int32], to: b)
        var start: [Int32] = [0, 0, 0]
        try queue.read(b, into: &start)
        #expect(start == [5, 6, 3])
    }

    @Test func nothingIsAllowed() throws {
        let queue = try TestDevice.queue(Self.files)
        let empty = try queue.allocate(bytes: 0)
        #expect(empty.bytes == 0)
        try queue.write([Int32](), to: empty)
        try queue.fill(empty, word: 1, count: 0)
        try queue.copy(empty, to: empty, bytes: 0)
        #expect(try words(queue, empty) == [])
        let some = try queue.allocate(bytes: 8)
        #expect(try queue.slice(some, byteOffset: 0, bytes: 0).bytes == 0)
    }

    @Test func lengthsThatDoNotFitAreRefused() throws {
        let queue = try TestDevice.queue()
        let buffer = try queue.allocate(bytes: 8)
        let small = try queue.allocate(bytes: 4)
        var three: [Int32] = [0, 0, 0]
        #expect(
            try failure { try queue.write(three, to: buffer) }
                == "write: 12 bytes at offset 0 do not lie in a buffer of 8 bytes"
        )
        #expect(
            try failure { try queue.read(buffer, into: &three) }
                == "read: 12 bytes at offset 0 do not lie in a buffer of 8 bytes"
        )
        #expect(
            try failure { try queue.fill(buffer, word: 0, count: 3) }
                == "fill: 12 bytes at offset 0 do not lie in a buffer of 8 bytes"
        )
        #expect(
            try failure { try queue.copy(buffer, to: small, bytes: 8) }
                == "copy: 8 bytes at offset 0 do not lie in a buffer of 4 bytes"
        )
        #expect(
            try failure { try queue.copy(small, to: buffer, bytes: 8) }
                == "copy: 8 bytes at offset 0 do not lie in a buffer of 4 bytes"
        )
        #expect(try failure { try queue.fill(buffer, word: 0, count: -1) } == "fill: -1 words were asked for")
        #expect(try failure { try queue.fill(buffer, word: 0, count: .max) }.hasPrefix("fill: 9223372036854775807"))
        #expect(try failure { _ = try queue.allocate(bytes: -4) } == "allocate: a buffer of -4 bytes was asked for")
        #expect(
            try failure { try queue.copy(buffer, to: buffer, bytes: 4) }
                == "copy: source and destination overlap"
        )
    }

    @Test func buffersOfAnotherQueueAreRefused() throws {
        let queue = try TestDevice.queue()
        let foreign = try TestDevice.queue().allocate(bytes: 8)
        #expect(
            try failure { try queue.write([1] as [Int32], to: foreign) }
                == "write: the buffer belongs to another queue"
        )
        #expect(
            try failure { _ = try queue.slice(foreign, byteOffset: 0, bytes: 8) }
                == "slice: the buffer belongs to another queue"
        )
    }

    @Test(arguments: [1, Int.max / 2]) func moreThanTheDeviceGivesIsRefused(excess: Int) throws {
        let queue = try TestDevice.queue()
        let limit = queue.device.largestAllocationBytes
        let error = #expect(throws: OpenCLError.self) { try queue.allocate(bytes: limit + excess) }
        #expect(error == .outOfMemory(requestedBytes: limit + excess, limitBytes: limit, device: queue.device.name))
        #expect(queue.memoryInUse == (0, 0))
    }

    /// Codes as drivers give them when memory runs out at an allocation, or only when a buffer is first used.
    @Test func lackOfMemoryIsRecognised() throws {
        let queue = try TestDevice.queue()
        let limit = queue.device.globalMemoryBytes
        for code in [
            CL_MEM_OBJECT_ALLOCATION_FAILURE, CL_OUT_OF_HOST_MEMORY, CL_OUT_OF_RESOURCES, CL_INVALID_BUFFER_SIZE,
        ] {
            let error = #expect(throws: OpenCLError.self) { try queue.checkAllocation(code, bytes: 100) }
            #expect(error == .outOfMemory(requestedBytes: 100, limitBytes: limit, device: queue.device.name))
        }
        let other = #expect(throws: OpenCLError.self) { try queue.checkAllocation(CL_INVALID_VALUE, bytes: 100) }
        #expect(other == .call(name: "clCreateBuffer", codeName: "CL_INVALID_VALUE", detail: "for 100 bytes"))

        let buffers = [try queue.allocate(bytes: 60), try queue.allocate(bytes: 40)]
        for code in [CL_MEM_OBJECT_ALLOCATION_FAILURE, CL_OUT_OF_HOST_MEMORY] {
            let error = #expect(throws: OpenCLError.self) { try queue.check(code, "clFinish", "to wait") }
            #expect(error == .outOfMemory(requestedBytes: 100, limitBytes: limit, device: queue.device.name))
        }
        // A launch may lack other resources than memory.
        let ambiguous = #expect(throws: OpenCLError.self) {
            try queue.check(CL_OUT_OF_RESOURCES, "clFinish", "to wait")
        }
        #expect(ambiguous == .call(name: "clFinish", codeName: "CL_OUT_OF_RESOURCES", detail: "to wait"))
        #expect(buffers.map(\.bytes) == [60, 40])
    }

    @Test func slicesShareMemory() throws {
        let queue = try TestDevice.queue(Self.files)
        let unit = queue.device.baseAddressAlignmentBytes
        let perUnit = unit / 4
        let whole = try queue.allocate(bytes: 4 * unit)
        try queue.fill(whole, word: 0, count: 4 * perUnit)
        let back = try queue.slice(whole, byteOffset: unit, bytes: 3 * unit)
        let middle = try queue.slice(back, byteOffset: unit, bytes: unit)
        let add = try queue.kernel("add", file: "add.cl", options: [])
        try queue.launch(add, [.buffer(back), .int32(1)], global: [3 * perUnit], local: nil)
        try queue.launch(add, [.buffer(middle), .int32(10)], global: [perUnit], local: nil)
        func expected(_ values: [Int32]) -> [Int32] { values.flatMap { [Int32](repeating: $0, count: perUnit) } }
        #expect(try words(queue, whole) == expected([0, 1, 11, 1]))
        #expect(try words(queue, middle) == expected([11]))
        // Host transfers, fills and copies respect the slice's place too.
        try queue.write(expected([5]), to: middle)
        try queue.fill(try queue.slice(whole, byteOffset: 3 * unit, bytes: unit), word: 6, count: perUnit)
        try queue.copy(middle, to: whole, bytes: unit)
        #expect(try words(queue, whole) == expected([5, 1, 5, 6]))
        #expect(
            try failure { try queue.copy(back, to: whole, bytes: 2 * unit) }
                == "copy: source and destination overlap"
        )
    }

    @Test func slicesThatDoNotFitAreRefused() throws {
        let queue = try TestDevice.queue()
        let unit = queue.device.baseAddressAlignmentBytes
        let whole = try queue.allocate(bytes: 2 * unit)
        for (offset, bytes) in [
            (0, 2 * unit + 4), (unit, unit + 4), (3 * unit, 0), (-unit, unit), (0, -4), (unit, .max),
        ] {
            #expect(
                try failure { _ = try queue.slice(whole, byteOffset: offset, bytes: bytes) }
                    == "slice: \(bytes) bytes at offset \(offset) do not lie in a buffer of \(2 * unit) bytes"
            )
        }
        #expect(
            try failure { _ = try queue.slice(whole, byteOffset: 1, bytes: 4) }
                == "slice: offset 1 is no multiple of \(unit) bytes, the alignment of \(queue.device.name)"
        )
    }

    @Test func slicesKeepTheirBuffer() throws {
        let queue = try TestDevice.queue()
        let unit = queue.device.baseAddressAlignmentBytes
        var whole: Buffer? = try queue.allocate(bytes: 2 * unit)
        try queue.fill(#require(whole), word: 3, count: unit / 2)
        let slice = try queue.slice(#require(whole), byteOffset: unit, bytes: unit)
        #expect(queue.memoryInUse == (2, 2 * unit))
        whole = nil
        #expect(queue.memoryInUse == (2, 2 * unit))
        #expect(try words(queue, slice) == [Int32](repeating: 3, count: unit / 4))
    }

    @Test func memoryInUseIsCounted() throws {
        let queue = try TestDevice.queue()
        #expect(queue.memoryInUse == (0, 0))
        var buffers = [try queue.allocate(bytes: 100), try queue.allocate(bytes: 28)]
        #expect(queue.memoryInUse == (2, 128))
        buffers.removeFirst()
        #expect(queue.memoryInUse == (1, 28))
        buffers = []
        #expect(queue.memoryInUse == (0, 0))
    }

    /// The driver calls back when it destroys a buffer: once for each, and only when nothing uses it any more.
    @Test func buffersAreReleasedExactlyOnce() throws {
        let queue = try TestDevice.queue(Self.files)
        let add = try queue.kernel("add", file: "add.cl", options: [])
        let unit = queue.device.baseAddressAlignmentBytes
        let before = destroyed.load(ordering: .sequentiallyConsistent)
        func makeAndDrop() throws {
            let whole = try queue.allocate(bytes: 2 * unit)
            let slice = try queue.slice(whole, byteOffset: unit, bytes: unit)
            for buffer in [whole, slice] {
                var references: cl_uint = 0
                let parameter = cl_mem_info(CL_MEM_REFERENCE_COUNT)
                let code = unsafe clGetMemObjectInfo(buffer.handle.pointer, parameter, 4, &references, nil)
                #expect(code == CL_SUCCESS)
                let callback: @convention(c) (cl_mem?, UnsafeMutableRawPointer?) -> Void = { _, _ in
                    destroyed.add(1, ordering: .sequentiallyConsistent)
                }
                #expect(unsafe clSetMemObjectDestructorCallback(buffer.handle.pointer, callback, nil) == CL_SUCCESS)
            }
            // Dropped while the launches are under way.
            try queue.launch(add, [.buffer(slice), .int32(1)], global: [unit / 4], local: nil)
        }
        for _ in 0..<100 { try makeAndDrop() }
        try queue.finish()
        #expect(queue.memoryInUse == (0, 0))
        #expect(destroyed.load(ordering: .sequentiallyConsistent) - before == 200)
    }
}

private let destroyed = Atomic<Int>(0)
