import Tensors

/// Memory itself: what is written comes back, slices share it, fills stop where they should.
enum StorageOperation: ParityOperation {
    static let name = "storage"

    static func run<B: Backend>(_ operands: inout CaseOperands, into results: inout CaseResults<B>) throws {
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
        let summary = [
            Array(words[..<values.count]), Array(words[2 * unit..<2 * unit + values.count]),
            [words[unit - 1], words[unit], words[2 * unit - 2], words[2 * unit - 1], words[3 * unit - 1]],
        ]
        // Where the values fill a slice to its end there is no word left to look at.
        let checked = summary.flatMap(\.self).map { $0 }
        results.add("output.slices", shape: [checked.count], values: checked)
        try backend.synchronize()
    }
}
