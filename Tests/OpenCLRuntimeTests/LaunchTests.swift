import OpenCLRuntime
import Testing

@Suite struct LaunchTests {
    @Test func kernelComputes() throws {
        let tree = KernelSourceTree(
            files: [
                "scale.cl": """
                kernel void scale(global const float *x, global float *y, float factor, int count) {
                    int i = get_global_id(0);
                    if (i < count) y[i] = factor * x[i];
                }
                """
            ],
            origin: "Tests"
        )
        let queue = try ComputeQueue(device: OpenCL.device(named: "opencl"), sources: tree, cache: nil, profiling: true)
        let x = try queue.allocate(bytes: 4000)
        let y = try queue.allocate(bytes: 4000)
        let input = (0..<1000).map(Float.init)
        try queue.write(input, to: x)
        let kernel = try queue.kernel("scale", file: "scale.cl", options: [])
        try queue.launch(kernel, [.buffer(x), .buffer(y), .float(3), .int32(1000)], global: [1024], local: [256])
        var output = [Float](repeating: 0, count: 1000)
        try queue.read(y, into: &output)
        #expect(output == input.map { 3 * $0 })
        #expect(try queue.takeTimings().map(\.kernel) == ["scale"])
    }
}
