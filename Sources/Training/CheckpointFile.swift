public import FileFormats
public import Networks
import Tensors

/// Checkpoints: safetensors files with the model's tensors under their PyTorch names and, in those that a run can be
/// continued from, the optimizer's under the prefix `optimizer.` and the run's counters in the metadata.
///
/// Everything stands in one file that is replaced in one step, so a process killed at any instant leaves a model, its
/// moments and its counters that belong together.
public enum CheckpointFile {
    /// Tensors under this prefix are the optimizer's: `optimizer.first_moment.stem.conv.weight`.
    public static let optimizerPrefix = "optimizer."
    /// The value of the metadata key `format`.
    public static let format = "lsn-checkpoint-1"

    static let advice = "Is it a checkpoint that lsn train wrote? Train again, or use another file"

    /// The model of `network`.
    ///
    /// - Parameters:
    ///   - metadata: what the file says of itself, see ``ModelMetadata``.
    ///   - optimizer: its moments are added where it is given.
    static func encode(
        _ network: Network,
        metadata: [String: String],
        optimizer: Optimizer?
    ) throws(BackendError) -> Safetensors {
        var file = Safetensors()
        file.metadata = metadata
        for tensor in try network.parameters.exportState() {
            file.append(tensor.name, Safetensors.Tensor(floats: tensor.values, shape: tensor.shape))
        }
        if let optimizer {
            for (name, moment) in zip(optimizer.kind.momentNames, optimizer.moments) {
                let prefix = optimizerPrefix + name + "."
                for tensor in try network.parameters.export(moment, prefix: prefix) {
                    file.append(tensor.name, Safetensors.Tensor(floats: tensor.values, shape: tensor.shape))
                }
            }
        }
        return file
    }

    /// Puts the model of a checkpoint, and the optimizer's moments where one is given, onto the device.
    ///
    /// - Throws: `NetworkError` for tensors that are missing, unexpected or of another shape; `BackendError`.
    public static func restore(
        _ file: Safetensors,
        path: String,
        to network: Network,
        optimizer: Optimizer?
    ) throws {
        var state: [NamedTensor] = []
        var moments: [NamedTensor] = []
        for name in file.names {
            guard let tensor = file[name] else { continue }
            let named = NamedTensor(name: name, shape: tensor.shape, values: try tensor.floats(named: name, path: path))
            try check(named, path: path)
            if name.hasPrefix(optimizerPrefix) {
                moments.append(named)
            } else {
                state.append(named)
            }
        }
        try network.parameters.load(state: state, source: path)
        guard let optimizer else { return }
        for (name, moment) in zip(optimizer.kind.momentNames, optimizer.moments) {
            let prefix = optimizerPrefix + name + "."
            try network.parameters.load(
                moment,
                from: moments.filter { $0.name.hasPrefix(prefix) },
                prefix: prefix,
                source: path
            )
        }
    }

    /// Values that no training leaves: they would be evaluated, or trained on, without a word.
    private static func check(_ tensor: NamedTensor, path: String) throws(FileFormatError) {
        func unusable(_ index: Int, _ problem: String) -> FileFormatError {
            FileFormatError(path: path, problem: "value \(index) of \(tensor.name) is \(problem)", advice: advice)
        }
        if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
            throw unusable(index, "\(tensor.values[index])")
        }
        let isVariance =
            tensor.name.hasSuffix(".running_var") || tensor.name.hasPrefix(optimizerPrefix + "second_moment.")
        if isVariance, let index = tensor.values.firstIndex(where: { $0 < 0 }) {
            throw unusable(index, "\(tensor.values[index]), and no variance is negative")
        }
    }
}
