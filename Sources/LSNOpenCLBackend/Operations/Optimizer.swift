import LSNOpenCLRuntime
public import LSNTensors

// Kernels/optimizer: adam.cl, clip.cl, sgd.cl.
extension OpenCLBackend: OptimizerKernels {
    /// One step of Adam or AdamW.
    public func adam(
        parameters: any Storage,
        gradients: any Storage,
        firstMoment: any Storage,
        secondMoment: any Storage,
        count: Int,
        step: AdamStep
    ) throws(BackendError) {
        let factors = AdamFactors(step)
        let runs = wordRuns(count, bytes: 7 * wordBytes)
        try run(
            "adam",
            "optimizer/adam.cl",
            options: wordOptions + [.define("DECOUPLED", step.isDecoupled)],
            arguments: [
                .storage(parameters), .storage(gradients), .storage(firstMoment), .storage(secondMoment),
            ] + runs.arguments + [
                .float(factors.rate), .float(factors.complement1), .float(factors.beta2), .float(factors.complement2),
                .float(factors.correction), .float(factors.epsilon), .float(factors.decay),
            ],
            global: [runs.count]
        )
    }

    /// The norm, and the scaling. Nothing is waited for: whether it is too large is seen on the device.
    public func clipNorm(
        of values: any Storage,
        count: Int,
        over runs: RunTable,
        maximum: Float,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let file = "optimizer/clip.cl"
        let mostItems = (runs.count + SumOrder.fanIn - 1) / SumOrder.fanIn
        let partials = try allocate(words: mostItems)
        let largest = try allocate(words: 1)
        let runCount = KernelArgument.uint32(UInt32(clamping: runs.count))
        try run(
            "largest_of_runs",
            file,
            options: wordOptions,
            arguments: [
                .storage(values), .storage(runs.table), .storage(partials), runCount, .uint32(UInt32(SumOrder.fanIn)),
            ],
            global: range(1, by: mostItems)
        )
        try combineLargest(partials, count: mostItems, result: largest)
        let itemRuns = mapping.mergedWordRuns
        let items = (runs.count + itemRuns - 1) / itemRuns
        let sums = try allocate(words: SumOrder.lanes * items)
        try run(
            "squares_of_runs",
            file,
            options: wordOptions,
            arguments: [
                .storage(values), .storage(runs.table), .storage(largest), .storage(sums), runCount,
                .uint32(UInt32(itemRuns)),
            ],
            global: range(1, by: items)
        )
        try combineSquares(sums, count: items, largest: largest, record: record, word: word)
        let words = wordRuns(count, bytes: 2 * wordBytes)
        try run(
            "scale_to_norm",
            file,
            options: wordOptions,
            arguments: [.storage(values), .storage(record)] + words.arguments + [.int(word), .float(maximum)],
            global: [words.count]
        )
    }

    /// One step of SGD with momentum.
    public func sgd(
        parameters: any Storage,
        gradients: any Storage,
        velocity: any Storage,
        count: Int,
        step: SGDStep
    ) throws(BackendError) {
        let runs = wordRuns(count, bytes: 5 * wordBytes)
        try run(
            "sgd",
            "optimizer/sgd.cl",
            options: wordOptions + [.define("FIRST", step.step == 1)],
            arguments: [.storage(parameters), .storage(gradients), .storage(velocity)] + runs.arguments + [
                .float(step.learningRate), .float(step.momentum), .float(step.weightDecay),
            ],
            global: [runs.count]
        )
    }
}
