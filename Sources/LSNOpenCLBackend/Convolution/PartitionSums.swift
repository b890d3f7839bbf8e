import LSNOpenCLRuntime
import LSNTensors

// Kernels/convolution/sum_partitions.cl and Kernels/convolution/portable.
extension OpenCLBackend {
    /// Lets `body` write what each partition adds to a gradient of weights, one behind the other, and adds them up.
    func sumOverPartitions(
        _ partitions: Int,
        _ call: BackwardFilterCall,
        _ body: (any Storage) throws(BackendError) -> Void
    ) throws(BackendError) {
        let result = call.result
        if case .floats = call.sums, partitions == 1 { return try body(result.storage) }
        let words = result.shape.words
        let partial = try allocate(words: partitions * words)
        try body(partial)
        let count = KernelArgument.uint32(UInt32(words))
        switch call.sums {
        case .floats:
            try run(
                "sum_partitions",
                "convolution/sum_partitions.cl",
                arguments: [.storage(partial), .storage(result.storage), count, .int(partitions)],
                global: [words / 8]
            )
        case .ordered:
            try run(
                "merge_partitions",
                "convolution/portable/merge_partitions.cl",
                arguments: [.storage(partial), .storage(result.storage), count, .int(partitions)],
                global: [words / 8]
            )
        case .integers(let grid):
            try run(
                "sum_integers",
                "convolution/portable/sum_integers.cl",
                options: [.define("OUT_STRIDE", result.shape.outputStride)],
                arguments: [.storage(partial), .storage(grid), .storage(result.storage), count, .int(partitions)],
                global: [words / 8]
            )
        }
    }
}
