/// The largest errors that pass: max|a − b| / max|b| over a tensor, b the true values.
package struct Tolerance: Sendable, Hashable {
    /// By the name of a tensor or a prefix of it; the longest that matches wins. 0 means equal.
    package let limits: [String: Double]
    /// Why so much.
    package let reason: String

    /// Gathers what belongs together.
    package init(_ limits: [String: Double], reason: String) {
        self.limits = limits
        self.reason = reason
    }

    /// The limit for the tensor `name`, if there is one.
    package func limit(for name: String) -> Double? {
        limits.filter { name.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }?.value
    }

    /// The catalogue's tolerance for an operation: no wider than the golden cases', which float32 on a CPU uses a tenth
    /// of.
    static func standard(for operation: String) -> Tolerance {
        table[operation] ?? Tolerance([:], reason: "unknown operation")
    }

    private static let table: [String: Tolerance] = [
        "convolution": Tolerance(
            ["output.y": 2e-5, "gradient.x": 5e-5, "gradient.weight": 1e-4],
            reason: "float32 sums of up to C·k² (forward), K·k² (data) and N·H·W (filter) products in another order"
        ),
        "normalized_convolution": Tolerance(
            ["output": 5e-5],
            reason: "as convolution and batch_norm; dividing by the deviation enlarges the errors of the sums"
        ),
        "batch_norm": Tolerance(
            ["output": 2e-5, "gradient": 1e-4],
            reason: "float32 sums over N·H·W; the gradient takes the difference of near-equal terms"
        ),
        "lif": Tolerance(
            ["output.y": 0, "gradient.x": 2e-5],
            reason: "spikes are equal where potentials keep away from the threshold; T steps of float32 arithmetic back"
        ),
        "plif": Tolerance(
            ["output.y": 0, "gradient.x": 2e-5, "gradient.w": 1e-4],
            reason: "as lif; a float32 sum over all of a layer"
        ),
        "multi_level_firing": Tolerance(
            ["output.y": 0, "gradient": 1e-4, "gradient.x": 2e-5],
            reason: "as lif and plif"
        ),
        "mpd_loss": Tolerance(
            ["output": 2e-5, "output.y": 0, "gradient": 1e-4],
            reason: "float32 means and variances over T·N·H·W; otherwise as normalized_lif"
        ),
        "normalized_lif": Tolerance(
            ["output": 2e-5, "output.y": 0, "gradient": 1e-4],
            reason: "as batch_norm and lif"
        ),
        "logic_gate": Tolerance(["output.y": 0, "gradient": 0], reason: "factors are -1, 0 or 1"),
        "spike_gate": Tolerance(["output.y": 0, "gradient": 0], reason: "spikes and masks"),
        "repeat_over_time": Tolerance(["output.y": 0, "gradient": 2e-7], reason: "copies; a float32 sum of T"),
        "max_pool": Tolerance(["output.y": 0, "gradient.x": 1e-6], reason: "sums of a few gradients"),
        "average_pool": Tolerance(["output": 1e-6, "gradient": 1e-6], reason: "sums of a window"),
        "global_average_pool": Tolerance(["output": 2e-5, "gradient": 1e-6], reason: "float32 sums over H·W"),
        "global_average_pool_linear": Tolerance(
            ["output.y": 2e-5, "gradient": 1e-4],
            reason: "float32 sums over H·W, channels and images"
        ),
        "bias": Tolerance(
            ["output.y": 1e-6, "gradient": 1e-5],
            reason: "one sum; float32 sums over images and pixels"
        ),
        "loss": Tolerance(
            ["output.loss": 1e-5, "output.correct": 0, "gradient": 1e-5],
            reason: "exponentials and logarithms to a few units in the last place"
        ),
        "optimizer": Tolerance(["output": 1e-5], reason: "a square root and a division in float32, three steps"),
        "clip_norm": Tolerance(["output": 1e-5], reason: "float32 sums over all gradients, a division and a product"),
        "schedule": Tolerance(["output": 1e-6], reason: "rounded to float32"),
        "sum": Tolerance(["output": 0], reason: "a sum of two, rounded once"),
        "lerp": Tolerance(["output": 1e-6], reason: "a difference, a product and a sum in float32, a few times"),
        "micro_batch_sum": Tolerance(["output": 0], reason: "sums in one order, which double precision vouches for"),
        "relu": Tolerance(["output": 0, "gradient": 0], reason: "values as they are, or 0"),
        "prepare_images": Tolerance(["output": 1e-6], reason: "a product and a difference in float32"),
        "resize_images": Tolerance(["output": 4e-6], reason: "weights and their sums over a window in float32"),
        "prepare_frames": Tolerance(["output": 0], reason: "integers below 65,536"),
        "mix": Tolerance(["output": 1e-6], reason: "two products and a sum in float32"),
        "erase": Tolerance(["output": 0], reason: "values as they are, or 0"),
        "find_non_finite": Tolerance(["output": 0], reason: "indices"),
        "count_spikes": Tolerance(["output": 0], reason: "counts below 2²⁴, exact as floats"),
        "count_values": Tolerance(["output": 0], reason: "counts below 2²⁴, exact as floats"),
        "measure_norm": Tolerance(["output": 1e-5], reason: "float32 sums over all of a tensor"),
        "storage": Tolerance(["output": 0], reason: "copies"),
        "block": Tolerance(
            ["output": 1e-4, "output.y": 0, "gradient": 5e-4],
            reason: "several units in a row; spikes are equal where potentials keep away from the threshold"
        ),
        "network": Tolerance(
            ["output": 1e-4, "gradient": 1e-3],
            reason: "all layers in a row, and back"
        ),
    ]
}
