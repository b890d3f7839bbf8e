import Foundation
public import Tensors

// Adam (Kingma and Ba) as PyTorch's, step s = 1, 2, …; AdamW (Loshchilov and Hutter) where the decay is decoupled:
//
//     g ← g + decay·p                                  Adam
//     p ← p − lr·decay·p                               AdamW
//     m ← β₁·m + (1 − β₁)·g
//     v ← β₂·v + (1 − β₂)·g²
//     p ← p − lr · (m / (1 − β₁ˢ)) / (√(v / (1 − β₂ˢ)) + ε)
//
// SGD with momentum as PyTorch's:
//
//     g ← g + decay·p
//     v ← g in the first step, else momentum·v + g
//     p ← p − lr·v
extension ReferenceBackend {
    /// One step of Adam or AdamW, by the formulas above.
    public func adam(
        parameters: any Storage,
        gradients: any Storage,
        firstMoment: any Storage,
        secondMoment: any Storage,
        count: Int,
        step: AdamStep
    ) throws(BackendError) {
        var p = try load(parameters, count, "adam", "the parameters")
        let g = try load(gradients, count, "adam", "the gradients")
        var m = try load(firstMoment, count, "adam", "the first moment")
        var v = try load(secondMoment, count, "adam", "the second moment")
        try require(step.step >= 1, "adam", "step \(step.step) is before the first, 1")
        let (rate, decay) = (Double(step.learningRate), Double(step.weightDecay))
        let (beta1, beta2) = (Double(step.beta1), Double(step.beta2))
        let correction1 = 1 - pow(beta1, Double(step.step))
        let correction2 = 1 - pow(beta2, Double(step.step))
        for index in p.indices {
            var parameter = Double(p[index])
            var gradient = Double(g[index])
            if step.isDecoupled { parameter -= rate * decay * parameter } else { gradient += decay * parameter }
            let first = beta1 * Double(m[index]) + (1 - beta1) * gradient
            let second = beta2 * Double(v[index]) + (1 - beta2) * gradient * gradient
            let denominator = (second / correction2).squareRoot() + Double(step.epsilon)
            p[index] = Float(parameter - rate * (first / correction1) / denominator)
            m[index] = Float(first)
            v[index] = Float(second)
        }
        try requireRoom(count, in: parameters, "adam", "the parameters").write(p)
        try requireRoom(count, in: firstMoment, "adam", "the first moment").write(m)
        try requireRoom(count, in: secondMoment, "adam", "the second moment").write(v)
    }

    /// One step of SGD with momentum, by the formulas above.
    public func momentum(
        parameters: any Storage,
        gradients: any Storage,
        velocity: any Storage,
        count: Int,
        step: MomentumStep
    ) throws(BackendError) {
        var p = try load(parameters, count, "momentum", "the parameters")
        let g = try load(gradients, count, "momentum", "the gradients")
        var v = try load(velocity, count, "momentum", "the velocity")
        try require(step.step >= 1, "momentum", "step \(step.step) is before the first, 1")
        for index in p.indices {
            let gradient = Double(g[index]) + Double(step.weightDecay) * Double(p[index])
            let velocity = step.step == 1 ? gradient : Double(step.momentum) * Double(v[index]) + gradient
            p[index] = Float(Double(p[index]) - Double(step.learningRate) * velocity)
            v[index] = Float(velocity)
        }
        try requireRoom(count, in: parameters, "momentum", "the parameters").write(p)
        try requireRoom(count, in: velocity, "momentum", "the velocity").write(v)
    }

    private func load(
        _ storage: any Storage,
        _ count: Int,
        _ operation: String,
        _ name: String
    ) throws(BackendError) -> [Float] {
        try requireRoom(count, in: storage, operation, name).floats(count)
    }
}
