import LSNTensors

/// Memory itself: what is written comes back, slices share it, fills stop where they should.
enum StorageOperation: ConformanceOperation {
    static let name = "storage"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let tensor = try operands.tensor("input.x")
        let values = tensor.values
        let storage = try backend.upload(values)
        results.add("output.copy", shape: tensor.shape, values: try backend.readFloats(storage, count: values.count))

        // Three slices of one storage: the middle is filled for all but its last word.
        let unit = roundUp(max(values.count, 1), toMultipleOf: backend.sliceAlignment)
        let whole = try backend.allocate(words: 3 * unit)
        try backend.fill(whole, with: Float(2).bitPattern, count: 3 * unit)
        let slices = try (0..<3).map { try backend.slice(whole, offset: $0 * unit, count: unit) }
        try backend.write(values, to: slices[0])
        try backend.write(values, to: slices[2])
        try backend.fill(slices[1], with: Float(3).bitPattern, count: unit - 1)
        let words = try backend.readFloats(whole, count: 3 * unit)
        // Both copies, and the words on either side of every border.
        let borders = [unit - 1, unit, 2 * unit - 2, 2 * unit - 1, 3 * unit - 1].map { words[$0] }
        let checked = words[..<values.count] + words[2 * unit..<2 * unit + values.count] + borders
        results.add("output.slices", shape: [checked.count], values: Array(checked))
        try backend.synchronize()
    }
}
