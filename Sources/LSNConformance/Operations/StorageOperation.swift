import LSNTensors

/// Memory itself: what is written comes back, slices share it, writes and fills stop where they should.
enum StorageOperation: ConformanceOperation {
    static let name = "storage"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let tensor = try operands.tensor("input.x")
        let values = tensor.values
        let storage = try backend.upload(values)
        results.add("output.copy", shape: tensor.shape, values: try backend.readFloats(storage, count: values.count))

        // Three slices of one storage, with words between them: the middle is filled for all but its last word.
        let count = values.count
        let unit = roundUp(count + 1, toMultipleOf: backend.sliceAlignment)
        let whole = try backend.allocate(words: 3 * unit)
        try backend.fill(whole, with: Float(2).bitPattern, count: 3 * unit)
        let slices = try (0..<3).map { try backend.slice(whole, offset: $0 * unit, count: count) }
        try backend.write(values, to: slices[0])
        try backend.write(values, to: slices[2])
        try backend.fill(slices[1], with: Float(3).bitPattern, count: count - 1)
        let words = try backend.readFloats(whole, count: 3 * unit)
        // Each slice, the word behind it, and the last one before the next slice: how many are between them is the device's
        // affair, for it follows from the alignment.
        var checked: [Float] = []
        for start in [0, unit, 2 * unit] { checked += words[start...start + count] + [words[start + unit - 1]] }
        results.add("output.slices", shape: [checked.count], values: checked)
        try backend.synchronize()
    }
}
