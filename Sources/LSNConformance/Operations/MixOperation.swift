import LSNTensors

/// Samples `input.x`, `[N, C, H, W]` or `[T, N, C, H, W]`, mixed with `input.others`, or with themselves where there are none, the other
/// way round: blended in shares of `share`, or in a `box` of first row, row behind the last, and columns alike.
enum MixOperation: ConformanceOperation {
    static let name = "mix"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let x = try operands.tensor("input.x")
        let shape = try operands.imageShape(x)
        let tensor = try backend.realTensor(x.values, shape: shape)
        let others: RealTensor? =
            operands.has("input.others") ? try operands.real("input.others", on: backend) : nil
        var mix = SampleMix(share: try operands.number("share"))
        if operands.hasAttribute("box") {
            let box = try operands.numbers("box").map { Int($0) }
            guard box.count == 4, 0...box[1] ~= box[0], 0...box[3] ~= box[2] else {
                throw operands.refuse("box", "four integers: rows and columns of a rectangle")
            }
            mix.box = PictureBox(rows: box[0]..<box[1], columns: box[2]..<box[3])
        }
        let mixed = try backend.mix(tensor, with: others, by: mix, timeSteps: x.shape.count == 5 ? x.shape[0] : 1)
        try results.add("output.y", mixed, as: x.shape)
        // What is mixed stays as it is: it may be mixed again in the backward pass.
        try results.add("output.x", tensor, as: x.shape)
    }
}
