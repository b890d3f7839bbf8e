import Foundation
import OpenCLRuntime
public import Tensors

// Kernels/optimizer: adam.cl, momentum.cl.
extension OpenCLBackend: OptimizerOperations {
    /// One step of Adam or AdamW.
    public func adam(
        parameters: any Storage,
        gradients: any Storage,
        firstMoment: any Storage,
        secondMoment: any Storage,
        count: Int,
        step: AdamStep
    ) throws(BackendError) {
        try requireRoom(count, in: parameters, "adam", "the parameters")
        try requireRoom(count, in: gradients, "adam", "the gradients")
        try requireRoom(count, in: firstMoment, "adam", "the first moment")
        try requireRoom(count, in: secondMoment, "adam", "the second moment")
        try require(step.step >= 1, "adam", "step \(step.step) is before the first, 1")
        let (beta1, beta2) = (Double(step.beta1), Double(step.beta2))
        let rate = Double(step.learningRate) / (1 - pow(beta1, Double(step.step)))
        let correction = (1 - pow(beta2, Double(step.step))).squareRoot()
        let decay = step.isDecoupled ? step.learningRate * step.weightDecay : step.weightDecay
        let runs = try wordRuns(count, bytes: 7 * wordBytes, "adam")
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
    public func momentum(
        parameters: any Storage,
        gradients: any Storage,
        velocity: any Storage,
        count: Int,
        step: MomentumStep
    ) throws(BackendError) {
        try requireRoom(count, in: parameters, "momentum", "the parameters")
        try requireRoom(count, in: gradients, "momentum", "the gradients")
        try requireRoom(count, in: velocity, "momentum", "the velocity")
        try require(step.step >= 1, "momentum", "step \(step.step) is before the first, 1")
        let runs = try wordRuns(count, bytes: 5 * wordBytes, "momentum")
        try run(
            "momentum",
            "optimizer/momentum.cl",
            options: wordOptions + [.define("FIRST", step.step == 1)],
            arguments: [.storage(parameters), .storage(gradients), .storage(velocity)] + runs.arguments + [
                .float(step.learningRate), .float(step.momentum), .float(step.weightDecay),
            ],
            global: [runs.count]
        )
    }
}
