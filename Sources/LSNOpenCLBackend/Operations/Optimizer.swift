import Foundation
import LSNOpenCLRuntime
public import LSNTensors

// Kernels/optimizer: adam.cl, momentum.cl.
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
        let (beta1, beta2) = (Double(step.beta1), Double(step.beta2))
        let rate = Double(step.learningRate) / (1 - pow(beta1, Double(step.step)))
        let correction = (1 - pow(beta2, Double(step.step))).squareRoot()
        let decay = step.isDecoupled ? step.learningRate * step.weightDecay : step.weightDecay
        let runs = wordRuns(count, bytes: 7 * wordBytes)
        try run(
            "adam",
            "optimizer/adam.cl",
            options: wordOptions + [.define("DECOUPLED", step.isDecoupled)],
            arguments: [
                .storage(parameters), .storage(gradients), .storage(firstMoment), .storage(secondMoment),
            ] + runs.arguments + [
                .float(Float(rate)), .float(Float(1 - beta1)), .float(step.beta2), .float(Float(1 - beta2)),
                .float(Float(correction)), .float(step.epsilon), .float(decay),
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
