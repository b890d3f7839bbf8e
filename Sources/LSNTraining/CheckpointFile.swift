import Foundation
public import LSNFileFormats
import LSNHostSystem
public import LSNNetworks
public import LSNTensors

/// Checkpoints: safetensors files with the model's tensors under their PyTorch names and, in those that a run can be
/// continued from, the optimizer's under the prefix `optimizer.`, with `--ema` the averages under `ema.`, and the run's counters in
/// the metadata.
///
/// Everything stands in one file that is replaced in one step, so a process killed at any instant leaves a model, its
/// moments and its counters that belong together.
public enum CheckpointFile {
    /// Tensors under this prefix are the optimizer's: `optimizer.first_moment.stem.conv.weight`.
    public static let optimizerPrefix = "optimizer."
    /// Tensors under this prefix are averages of the model's: `ema.stem.conv.weight`.
    public static let averagePrefix = "ema."
    /// The value of the metadata key `format`.
    public static let format = "lsn-checkpoint-1"

    static let advice = "Is it a checkpoint that lsn train wrote? Train again, or use another file"

    /// Writes the model of `network`, tensor by tensor as it comes from the device: the host holds one tensor at a time.
    ///
    /// - Parameters:
    ///   - network: whose parameters and running statistics are written.
    ///   - path: the file, which is replaced whole or not at all.
    ///   - metadata: what the file says of itself, see ``ModelMetadata``.
    ///   - optimizer: its moments are added where it is given.
    ///   - average: a network of averages, which are added where it is given.
    /// - Throws: `FileFormatError` where the file cannot be written, `BackendError`; the file is then as it was.
    public static func write(
        _ network: Network,
        to path: String,
        metadata: [String: String],
        optimizer: Optimizer?,
        average: Network? = nil
    ) throws {
        let tensors =
            network.parameters.state + moments(of: optimizer, network).flatMap(\.self) + averages(of: average)
        let entries = tensors.map { Safetensors.Entry(name: $0.name, type: .float32, shape: $0.entry.shape) }
        try Safetensors.write(to: path, metadata: metadata, entries: entries) { index, file in
            try tensors[index].read { bits in try file.write(Safetensors.bytes(of: bits)) }
        }
    }

    /// Writes a model whose values are in memory.
    ///
    /// - Parameters:
    ///   - state: its parameters and running statistics.
    ///   - path: the file, which is replaced whole or not at all.
    ///   - metadata: what the file says of itself, see ``ModelMetadata``.
    /// - Throws: `FileFormatError`; the file is then as it was.
    public static func write(_ state: [NamedTensor], to path: String, metadata: [String: String]) throws {
        let entries = state.map { Safetensors.Entry(name: $0.name, type: .float32, shape: $0.shape) }
        try Safetensors.write(to: path, metadata: metadata, entries: entries) { index, file in
            try file.write(Safetensors.bytes(of: state[index].values.map(\.bitPattern)))
        }
    }

    /// Puts the model of a checkpoint onto the device, tensor by tensor, and with it the optimizer's moments and the averages where
    /// their owners are given.
    ///
    /// Names and shapes are compared before anything is read, values as they are read: after an error in a value the network
    /// holds a part of the file.
    ///
    /// - Throws: `NetworkError` for tensors that are missing, unexpected or of another shape; `FileFormatError` with the byte
    ///   for values that no training leaves, and where the file cannot be read; `BackendError`.
    public static func restore(
        _ file: SafetensorsFile,
        to network: Network,
        optimizer: Optimizer?,
        average: Network? = nil
    ) throws {
        let found = file.entries.map { (name: $0.name, shape: $0.shape) }
        var tensors = network.parameters.state
        try ParameterSet.require(
            found.filter { isOfModel($0.name) },
            toFit: tensors,
            source: file.path
        )
        for others in moments(of: optimizer, network) + [averages(of: average)] {
            let names = Set(others.map(\.name))
            try ParameterSet.require(found.filter { names.contains($0.name) }, toFit: others, source: file.path)
            tensors += others
        }
        try read(file, into: tensors)
    }

    /// Reads the tensors of a file onto the device; those that the file has not stay as they are.
    ///
    /// - Throws: as ``restore(_:to:optimizer:average:)``, but for names and shapes, which must fit.
    static func read(_ file: SafetensorsFile, into tensors: [StoredTensor]) throws {
        let entries = Dictionary(file.entries.map { ($0.name, $0) }) { first, _ in first }
        for tensor in tensors {
            guard let entry = entries[tensor.name] else { continue }
            try tensor.write { put in
                try file.forEachPiece(of: entry) { piece in
                    try check(piece, of: entry.name, path: file.path)
                    put(piece.values)
                }
            }
        }
    }

    /// The file that is meant: itself, or of a run's folder its best checkpoint, the last one where no epoch was evaluated yet; of
    /// a name that is neither a file nor a folder the network of ``PretrainedModels``.
    ///
    /// - Throws: `FileFormatError` where there is none.
    package static func find(_ name: String) throws(FileFormatError) -> String {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) else {
            if let path = try PretrainedModels.path(of: name) { return path }
            let known = try PretrainedModels.all().map(\.name)
            throw FileFormatError(
                path: name,
                problem: "there is no such file or folder",
                advice: "give a run's folder or a .safetensors file"
                    + (known.isEmpty
                        ? "" : ", or a name that lsn models --pretrained lists: \(known.joined(separator: ", "))")
            )
        }
        guard isFolder.boolValue else { return name }
        let candidates = ["checkpoint-best.safetensors", "checkpoint-last.safetensors"].map { HostPath.join(name, $0) }
        guard let first = candidates.first(where: FileManager.default.fileExists(atPath:)) else {
            throw FileFormatError(
                path: name,
                problem: "the folder holds no checkpoint",
                advice: "give a folder that lsn train wrote"
            )
        }
        return first
    }

    /// What the host needs to save a network and its optimizer's state, to read them back and to begin them, beside what
    /// the device holds: the largest tensor twice (its values, and its words as the device has them), pieces of files, and
    /// the header with what it is made of.
    static func hostBytes(of network: Network, optimizer: Optimizer?, average: Network? = nil) -> Int {
        let tensors =
            network.parameters.state + moments(of: optimizer, network).flatMap(\.self) + averages(of: average)
        let largest = tensors.map(\.hostBytes).max() ?? 0
        let header = tensors.reduce(0) { $0 + $1.name.utf8.count + 128 }
        return 2 * largest + (4 << 20) + 4 * header
    }

    /// Whether a tensor of this name belongs to the model itself.
    static func isOfModel(_ name: String) -> Bool {
        !name.hasPrefix(optimizerPrefix) && !name.hasPrefix(averagePrefix)
    }

    private static func averages(of network: Network?) -> [StoredTensor] {
        network?.parameters.state(prefix: averagePrefix) ?? []
    }

    /// The tensors of each moment.
    private static func moments(of optimizer: Optimizer?, _ network: Network) -> [[StoredTensor]] {
        guard let optimizer else { return [] }
        return zip(optimizer.kind.momentNames, optimizer.moments).map { name, moment in
            network.parameters.tensors(in: moment, prefix: optimizerPrefix + name + ".")
        }
    }

    /// Values that no training leaves: they would be evaluated, or trained on, without a word.
    private static func check(_ piece: SafetensorsFile.Piece, of name: String, path: String) throws(FileFormatError) {
        func unusable(_ index: Int, _ problem: String) -> FileFormatError {
            FileFormatError(
                path: path,
                byteOffset: piece.byteOffset + index * piece.elementSize,
                problem: "value \(piece.first + index) of \(name) is \(problem)",
                advice: advice
            )
        }
        if let index = piece.values.firstIndex(where: { !$0.isFinite }) {
            throw unusable(index, "\(piece.values[index])")
        }
        let isVariance = name.hasSuffix(".running_var") || name.hasPrefix(optimizerPrefix + "second_moment.")
        if isVariance, let index = piece.values.firstIndex(where: { $0 < 0 }) {
            throw unusable(index, "\(piece.values[index]), and no variance is negative")
        }
    }
}
