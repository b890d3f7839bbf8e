/// Which results are the same bits on every device, in both mappings and on the reference: what `lsn check --exact` holds a
/// device to. docs/Exactness.md says why.
enum ExactResults {
    /// Whether a result of a case is one of them.
    static func contain(_ tensor: String, of operation: String, _ data: CaseData) -> Bool {
        switch operation {
        // Spikes select integers; products of real values are rounded.
        case "convolution": tensor == "output.y" && data.attributes["input"] == .text(InputKind.spike.rawValue)
        // Bits, choices, single sums, and counts that floats hold.
        case "logic_gate", "spike_gate", "sum", "relu", "prepare_frames", "find_non_finite", "count_spikes",
            "count_values", "storage":
            true
        // Sums in one order, divisions and roots that are rounded correctly, exp and log of our own.
        case "batch_norm", "lif", "plif", "multi_level_firing", "normalized_lif", "mpd_loss", "bias", "loss",
            "optimizer",
            "max_pool", "average_pool", "global_average_pool", "repeat_over_time", "prepare_images", "resize_images",
            "measure_norm":
            true
        case "global_average_pool_linear": tensor == "gradient.bias"
        default: false
        }
    }
}
