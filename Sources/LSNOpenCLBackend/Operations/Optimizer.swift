import LSNOpenCLRuntime
public import LSNTensors

// Kernels/optimizer: adam.cl, sgd.cl.
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
