import LSNTensors

/// Which results are the same bits on every device, in both mappings and on the reference: what `lsn check --exact` holds a
/// device to. docs/Exactness.md says why.
enum ExactResults {
    /// Whether a result of a case is one of them: all are, but for what the two gradients of convolutions go into, unless
    /// these have one order, too.
    static func contain(_ tensor: String, of operation: String, _ numerics: Numerics) -> Bool {
        if numerics == .portable || tensor.hasPrefix("output.") { return true }
        return switch operation {
        case "convolution", "block", "network": false
        case "global_average_pool_linear": tensor == "gradient.bias"
        default: true
        }
    }
}
