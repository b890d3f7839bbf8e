import LSNOpenCLRuntime
import LSNTensors

// Kernels/convolution/sum_partitions.cl.
extension OpenCLBackend {
    /// Lets `body` write a gradient for each partition, one behind the other, and adds them in order.
    func sumOverPartitions(
        _ partitions: Int,
        _ result: Filter,
        _ body: (any Storage) throws(BackendError) -> Void
    ) throws(BackendError) {
        let words = result.shape.words
        guard partitions > 1 else { return try body(result.storage) }
        let partial = try allocate(words: partitions * words)
        try body(partial)
        try sumPartitions(partial, count: words, partitions: partitions, result: result.storage)
    }

    /// The sum of `partitions` runs of `count` floats, in order.
    func sumPartitions(
        _ partial: any Storage,
        count: Int,
        partitions: Int,
        result: any Storage
    ) throws(BackendError) {
        try run(
            "sum_partitions",
            "convolution/sum_partitions.cl",
            options: [],
            arguments: [
                .storage(partial), .storage(result), .uint32(UInt32(count)), .int(partitions),
            ],
            global: [count / 8]
        )
    }
}
