import LSNTensors

/// Gradients of several parameters, clipped by their norm to `max_norm`. Between them lies what a norm must not count.
enum ClipNormOperation: ConformanceOperation {
    static let name = "clip_norm"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let maximum = try operands.float("max_norm")
        guard maximum > 0 else { throw operands.refuse("max_norm", "more than 0") }
        var (words, parts, tensors) = ([Float](), [Range<Int>](), [NamedTensor]())
        // Large beside the gradients, whatever they are.
        var gap: Float = 0
        while operands.has("input.gradient.\(tensors.count)") {
            let tensor = try operands.tensor("input.gradient.\(tensors.count)")
            gap = max(gap, 8 * (tensor.values.map(\.magnitude).max() ?? 0))
            // As parameters lie: values, zeros to the end of a vector, and then whatever fills the device's alignment.
            let start = words.count
            words += tensor.values
            words += [Float](repeating: 0, count: roundUp(words.count, toMultipleOf: 8) - words.count)
            parts.append(start..<words.count)
            words += [Float](
                repeating: gap,
                count: roundUp(words.count + 1, toMultipleOf: backend.sliceAlignment) - words.count
            )
            tensors.append(tensor)
        }
        guard !tensors.isEmpty else {
            throw ConformanceError.tensor("input.gradient.0", problem: "is missing", operation: name)
        }
        let storage = try backend.upload(words)
        let record = try backend.upload([UInt32](repeating: 77, count: 3))
        try backend.clipNorm(
            of: storage,
            count: words.count,
            over: try backend.runTable(parts),
            maximum: maximum,
            record: record,
            word: 1
        )
        let clipped = try backend.readFloats(storage, count: words.count)
        for (index, (part, tensor)) in zip(parts, tensors).enumerated() {
            let values = Array(clipped[part].prefix(tensor.values.count))
            results.add("output.gradient.\(index)", shape: tensor.shape, values: values)
        }
        let found = try backend.read(record, count: 3)
        results.add("output.norm", shape: [1], values: [Float(bitPattern: found[1])])
        if found[0] != 77 || found[2] != 77 { results.note("words of the record beside its own changed") }
    }
}
