import LSNOpenCLRuntime
import LSNTensors

extension OpenCLBackend {
    /// Forward of spikes on matrix units: convolution/simt/matrix_unit_forward.cl.
    func matrixUnitForward(_ plan: ConvolutionPlan, _ operands: SpikeForwardOperands) throws(BackendError) {
        let tile = MatrixUnitTile(of: plan, units: matrixUnits, computeUnits: computeUnits)
        try matrixUnitForward(plan, tile, operands)
    }

    /// The same in tiles of any shape.
    func matrixUnitForward(
        _ plan: ConvolutionPlan,
        _ tile: MatrixUnitTile,
        _ operands: SpikeForwardOperands
    ) throws(BackendError) {
        let file = "convolution/simt/matrix_unit_forward.cl"
        let limbs = precision == .high ? 2 : 3
        let options =
            plan.options + tile.options
            + [matrixUnits.option, .define("LIMBS", limbs), .define("COLLECTS", operands.moments != nil)]
        let packing = MatrixUnits.lanes * tile.pairs * plan.filter.taps * plan.input.wordsPerPixel
        let packed = try allocate(words: packing * limbs * 4)
        try run(
            "pack_limbs",
            file,
            options: options,
            arguments: [.storage(operands.filter.storage), .storage(operands.grid), .storage(packed)],
            global: [packing]
        )
        try run(
            "matrix_unit_forward",
            file,
            options: options,
            arguments: [
                .storage(operands.spikes.storage), .storage(packed), .storage(operands.grid),
                .storage(operands.output.storage),
            ] + operands.momentsArgument() + plan.extents + [.int(plan.output.pixels)],
            global: [tile.workGroups * tile.items],
            local: [tile.items]
        )
    }
}
