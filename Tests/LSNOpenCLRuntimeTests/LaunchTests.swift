import Testing

@testable import LSNOpenCLRuntime

@Suite(.needsDevice) struct LaunchTests {
    private static let files = [
        "test.cl": """
        kernel void scale(global const float *x, global float *y, float factor, int count) {
            int i = get_global_id(0);
            if (i < count) y[i] = factor * x[i];
        }
        kernel void place(global uint *y, uint stride0, uint stride1) {
            y[get_global_id(0) + stride0 * get_global_id(1) + stride1 * get_global_id(2)] =
                get_global_id(0) + 10 * get_global_id(1) + 100 * get_global_id(2);
        }
        kernel void reverse(global int *x, local int *swap) {
            int i = get_local_id(0);
            int n = get_local_size(0);
            swap[i] = x[get_global_id(0)];
            barrier(CLK_LOCAL_MEM_FENCE);
            x[get_global_id(0)] = swap[n - 1 - i];
        }
        kernel void add(global int *x, int value) { x[get_global_id(0)] += value; }
        kernel void wide(global ulong *x, ulong value) { x[get_global_id(0)] = value; }
        """
    ]

    private func failure(
        of kernel: String,
        on queue: ComputeQueue,
        _ arguments: [KernelArgument],
        global: [Int] = [8],
        local: [Int]? = nil
    ) throws -> String {
        let kernel = try queue.kernel(kernel, file: "test.cl", options: [])
        let error = #expect(throws: OpenCLError.self) {
            try queue.launch(kernel, arguments, global: global, local: local)
        }
        return try #require(error).description
    }

    @Test(arguments: [[256], nil] as [[Int]?])
    func kernelComputes(local: [Int]?) throws {
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 4000)
        let y = try queue.allocate(bytes: 4096)
        let input = (0..<1000).map(Float.init)
        try queue.write(input, to: x)
        try queue.fill(y, word: 0, count: 1024)
        let kernel = try queue.kernel("scale", file: "test.cl", options: [])
        try queue.launch(kernel, [.buffer(x), .buffer(y), .float(3), .int32(1000)], global: [1024], local: local)
        var output = [Float](repeating: -1, count: 1024)
        try queue.read(y, into: &output)
        #expect(output == input.map { 3 * $0 } + [Float](repeating: 0, count: 24))
    }

    @Test func threeDimensions() throws {
        let queue = try TestDevice.queue(Self.files)
        let kernel = try queue.kernel("place", file: "test.cl", options: [])
        let y = try queue.allocate(bytes: 4 * 24)
        try queue.launch(kernel, [.buffer(y), .uint32(4), .uint32(12)], global: [4, 3, 2], local: [2, 3, 1])
        var output = [UInt32](repeating: 0, count: 24)
        try queue.read(y, into: &output)
        var expected: [UInt32] = []
        for z: UInt32 in 0..<2 {
            for y: UInt32 in 0..<3 {
                for x: UInt32 in 0..<4 { expected.append(x + 10 * y + 100 * z) }
            }
        }
        #expect(output == expected)
    }

    @Test func localMemory() throws {
        let queue = try TestDevice.queue(Self.files)
        let kernel = try queue.kernel("reverse", file: "test.cl", options: [])
        let x = try queue.allocate(bytes: 64)
        try queue.write((0..<16).map(Int32.init), to: x)
        try queue.launch(kernel, [.buffer(x), .local(bytes: 32)], global: [16], local: [8])
        var output = [Int32](repeating: 0, count: 16)
        try queue.read(x, into: &output)
        #expect(output == [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8])
    }

    /// More launches than are handed over at once, in order, without a wait between them.
    @Test func launchesKeepTheirOrder() throws {
        let queue = try TestDevice.queue(Self.files)
        let add = try queue.kernel("add", file: "test.cl", options: [])
        let x = try queue.allocate(bytes: 4)
        try queue.fill(x, word: 1, count: 1)
        for step in 0..<100 {
            try queue.launch(add, [.buffer(x), .int32(Int32(step))], global: [1], local: [1])
            if step == 49 { try queue.fill(x, word: 7, count: 1) }
        }
        try queue.finish()
        var output: [Int32] = [0]
        try queue.read(x, into: &output)
        #expect(output == [7 + (50..<100).reduce(0, +)])
    }

    /// Arguments are state of the kernel: one task must not launch with another's.
    @Test func tasksShareAKernel() async throws {
        let queue = try TestDevice.queue(Self.files)
        let add = try queue.kernel("add", file: "test.cl", options: [])
        let sums = try await withThrowingTaskGroup(of: (Int32, [Int32]).self) { group in
            for task in 1...8 {
                group.addTask {
                    let x = try queue.allocate(bytes: 256)
                    try queue.fill(x, word: 0, count: 64)
                    for _ in 0..<300 {
                        try queue.launch(add, [.buffer(x), .int32(Int32(task))], global: [64], local: nil)
                    }
                    var output = [Int32](repeating: 0, count: 64)
                    try queue.read(x, into: &output)
                    return (Int32(task), output)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums.count == 8)
        for (task, output) in sums {
            #expect(output == [Int32](repeating: 300 * task, count: 64))
        }
    }

    @Test(arguments: [[0], [8, 0], [0, 0, 0]])
    func nothingToDoIsNotLaunched(global: [Int]) throws {
        let queue = try TestDevice.queue(Self.files, profiling: true)
        let add = try queue.kernel("add", file: "test.cl", options: [])
        let x = try queue.allocate(bytes: 0)
        try queue.launch(add, [.buffer(x), .int32(1)], global: global, local: nil)
        #expect(try queue.takeTimings().isEmpty)
    }

    @Test func wrongNumberOfArguments() throws {
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 32)
        #expect(
            try failure(of: "scale", on: queue, [.buffer(x), .float(3), .int32(8)])
                == "kernel scale was not launched: 3 arguments were given; it takes 4: "
                + "float* x, float* y, float factor, int count"
        )
        #expect(try failure(of: "add", on: queue, []).contains("0 arguments were given; it takes 2"))
    }

    @Test func wrongKindOfArgument() throws {
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 32)
        let start = "kernel scale was not launched: argument "
        #expect(
            try failure(of: "scale", on: queue, [.buffer(x), .int32(3), .float(1), .int32(8)])
                == start + "1 (float* y) was given the int 3"
        )
        #expect(
            try failure(of: "scale", on: queue, [.buffer(x), .buffer(x), .uint32(1), .int32(8)])
                == start + "2 (float factor) was given the uint 1"
        )
        #expect(
            try failure(of: "scale", on: queue, [.buffer(x), .buffer(x), .float(1), .float(8)])
                == start + "3 (int count) was given the float 8.0"
        )
        #expect(
            try failure(of: "scale", on: queue, [.buffer(x), .buffer(x), .float(1), .buffer(x)])
                == start + "3 (int count) was given a buffer of 32 bytes"
        )
        #expect(
            try failure(of: "scale", on: queue, [.local(bytes: 16), .buffer(x), .float(1), .int32(8)])
                == start + "0 (float* x) was given 16 bytes of local memory"
        )
        #expect(try failure(of: "reverse", on: queue, [.buffer(x), .buffer(x)]).contains("argument 1 (int* swap)"))
    }

    @Test(arguments: [-1, Int.max]) func moreLocalMemoryThanThereIs(bytes: Int) throws {
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 32)
        #expect(
            try failure(of: "reverse", on: queue, [.buffer(x), .local(bytes: bytes)])
                == "kernel reverse was not launched: argument 1 (int* swap) was given \(bytes) bytes of local memory; "
                + "\(queue.device.name) has \(queue.device.localMemoryBytes)"
        )
    }

    @Test func argumentOfAnotherSize() throws {
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 64)
        #expect(
            try failure(of: "wide", on: queue, [.buffer(x), .int32(1)])
                == "kernel wide was not launched: argument 1 (ulong value) was refused, clSetKernelArg failed with CL_INVALID_ARG_SIZE"
        )
    }

    @Test func bufferOrKernelOfAnotherQueue() throws {
        let queue = try TestDevice.queue(Self.files)
        let other = try TestDevice.queue(Self.files)
        let x = try other.allocate(bytes: 32)
        #expect(
            try failure(of: "add", on: queue, [.buffer(x), .int32(1)])
                == "kernel add was not launched: argument 0 (int* x) is a buffer of another queue"
        )
        let kernel = try other.kernel("add", file: "test.cl", options: [])
        let error = #expect(throws: OpenCLError.self) {
            try queue.launch(kernel, [.buffer(x), .int32(1)], global: [8], local: nil)
        }
        #expect(error?.description == "kernel add was not launched: it was built for another queue")
    }

    @Test func sizesThatDoNotFit() throws {
        let queue = try TestDevice.queue(Self.files)
        let x = try queue.allocate(bytes: 64)
        let arguments: [KernelArgument] = [.buffer(x), .int32(1)]
        let start = "kernel add was not launched: "
        for global in [[], [1, 1, 1, 1], [-8], [8, -1]] {
            #expect(
                try failure(of: "add", on: queue, arguments, global: global)
                    == start + "\(global) is no range of one to three dimensions"
            )
        }
        for local in [[], [2, 2], [0], [-4]] {
            #expect(
                try failure(of: "add", on: queue, arguments, global: [8], local: local)
                    == start + "\(local) is no work-group for the range [8]"
            )
        }
        #expect(
            try failure(of: "add", on: queue, arguments, global: [8], local: [3])
                == start + "the work-group [3] does not divide the range [8]"
        )
        let most = try queue.kernel("add", file: "test.cl", options: []).maxWorkGroupSize
        #expect(most > 0 && most <= queue.device.maxWorkGroupSize)
        #expect(
            try failure(of: "add", on: queue, arguments, global: [2 * most], local: [2 * most])
                == start + "the work-group [\(2 * most)] is larger than the \(most) items that "
                + "\(queue.device.name) can run of it; use --mapping simd, whose work-groups are single items, or another --device"
        )
        #expect(
            try failure(of: "add", on: queue, arguments, global: [most, 2], local: [most, 2])
                .contains("is larger than the \(most) items")
        )
    }

    @Test func kernelTellsItsLimits() throws {
        let queue = try TestDevice.queue(Self.files)
        let kernel = try queue.kernel("scale", file: "test.cl", options: [])
        #expect(kernel.argumentCount == 4)
    }
}

@Suite(.needsDevice) struct TimingTests {
    private static let files = [
        "spin.cl": """
        kernel void spin(global uint *x, uint rounds) {
            uint value = get_global_id(0);
            for (uint i = 0; i < rounds; i++) value = value * 1664525u + 1013904223u;
            x[get_global_id(0)] = value;
        }
        """
    ]

    @Test func launchesAreTimedInOrder() throws {
        let queue = try TestDevice.queue(Self.files, profiling: true)
        #expect(queue.isProfiling)
        let spin = try queue.kernel("spin", file: "spin.cl", options: [])
        let x = try queue.allocate(bytes: 4096)
        try queue.launch(spin, [.buffer(x), .uint32(1)], global: [1024], local: nil, label: "first")
        try queue.fill(x, word: 0, count: 1024)
        try queue.launch(spin, [.buffer(x), .uint32(10_000)], global: [1024], local: nil, label: "second")
        let timings = try queue.takeTimings()
        #expect(timings.map(\.kernel) == ["spin", "spin"])
        #expect(timings.map(\.label) == ["first", "second"])
        for timing in timings {
            #expect(timing.startedNanoseconds <= timing.endedNanoseconds)
            #expect(timing.durationNanoseconds == timing.endedNanoseconds - timing.startedNanoseconds)
        }
        #expect(timings[0].endedNanoseconds <= timings[1].startedNanoseconds)
        #expect(try queue.takeTimings().isEmpty)
    }

    @Test func withoutProfilingNothingIsKept() throws {
        let queue = try TestDevice.queue(Self.files)
        let spin = try queue.kernel("spin", file: "spin.cl", options: [])
        let x = try queue.allocate(bytes: 4096)
        try queue.launch(spin, [.buffer(x), .uint32(1)], global: [1024], local: nil)
        #expect(try queue.takeTimings().isEmpty)
        #expect(!queue.isProfiling)
    }
}
