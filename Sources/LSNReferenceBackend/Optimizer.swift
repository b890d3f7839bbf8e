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
//
// Clipping by the norm as PyTorch's, over all parameters:
//
//     g ← g · min(1, maximum / (|g| + 1e-6))
//
// Rounded as Kernels/optimizer rounds, by the formulas of AdamFactors.
extension ReferenceBackend {
    /// |g| over the runs, and the scaling by the formula above.
    public func clipNorm(
        of values: any Storage,
        count: Int,
        over runs: RunTable,
        maximum: Float,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let all = try own(values).floats(count)
        let table = try own(runs.table).words(2 * runs.count).map(Int.init)
        let parts = stride(from: 0, to: table.count, by: 2).map { all[table[$0]..<table[$0] + table[$0 + 1]] }
        let norm = norm(of: parts)
        try store([norm.bitPattern], in: record, at: word)
        let factor = maximum / (norm + 1e-6)
        guard factor < 1 else { return }
        try store(all.map { $0 * factor }, in: values)
    }

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
        let factors = AdamFactors(step)
        for index in p.indices {
            var gradient = g[index]
            if step.isDecoupled { p[index] -= factors.decay * p[index] } else { gradient += factors.decay * p[index] }
            m[index] += factors.complement1 * (gradient - m[index])
            v[index] = factors.beta2 * v[index] + factors.complement2 * gradient * gradient
            let deviation = v[index].squareRoot() / factors.correction + factors.epsilon
            p[index] -= factors.rate * (m[index] / deviation)
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
            let gradient = g[index] + step.weightDecay * p[index]
            v[index] = step.step == 1 ? gradient : step.momentum * v[index] + gradient
            p[index] -= step.learningRate * v[index]
        }
        try store(p, in: parameters)
        try store(v, in: velocity)
    }
}
