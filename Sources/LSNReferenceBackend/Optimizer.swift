import Foundation
public import LSNTensors

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
        var p = try own(parameters).floats(count)
        let g = try own(gradients).floats(count)
        var m = try own(firstMoment).floats(count)
        var v = try own(secondMoment).floats(count)
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
        try store(p, in: parameters)
        try store(m, in: firstMoment)
        try store(v, in: secondMoment)
    }

    /// One step of SGD with momentum, by the formulas above.
    public func sgd(
        parameters: any Storage,
        gradients: any Storage,
        velocity: any Storage,
        count: Int,
        step: SGDStep
    ) throws(BackendError) {
        var p = try own(parameters).floats(count)
        let g = try own(gradients).floats(count)
        var v = try own(velocity).floats(count)
        for index in p.indices {
            let gradient = Double(g[index]) + Double(step.weightDecay) * Double(p[index])
            let velocity = step.step == 1 ? gradient : Double(step.momentum) * Double(v[index]) + gradient
            p[index] = Float(Double(p[index]) - Double(step.learningRate) * velocity)
            v[index] = Float(velocity)
        }
        try store(p, in: parameters)
        try store(v, in: velocity)
    }
}
