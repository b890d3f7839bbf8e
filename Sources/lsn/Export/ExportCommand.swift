import ArgumentParser
import LSNConfiguration
import LSNFileFormats
import LSNInterchange
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTraining

/// `lsn export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a checkpoint's model in a format of other programs.",
        discussion: """
            safetensors: parameters and running statistics under their PyTorch names, without the optimizer's state. \
            npz: the same arrays for numpy.load. nir: a graph of the Neuromorphic Intermediate Representation (HDF5), \
            norms folded into convolutions; the logic gate is a Threshold of X + E - I, which is exact. A static picture \
            is the graph's input at every time step, and its outputs are averaged over the steps.
            """
    )

    /// What can be written.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case safetensors, npz, nir
    }

    @Option(help: "A run's folder (its best checkpoint), or a .safetensors file.")
    var checkpoint: String

    @Option(help: "The format.")
    var format: Format

    @Option(help: "The file to write (default: the model's name with the format's ending).")
    var output: String?

    func run() throws {
        let status = StatusLine()
        defer { status.clear() }
        status.show("reading \(checkpoint)")
        let found = try SavedModel(checkpoint)
        let network = try Network(found.metadata.network, backend: Backend(ReferenceBackend()))
        // Restoring compares every name and shape, so that what is written is a whole model.
        try CheckpointFile.restore(found.file, to: network, optimizer: nil)
        let path = output ?? "\(found.metadata.model).\(format.rawValue)"
        status.show("writing \(path)")
        try write(network, of: found, to: path)
        status.clear()
        let state = network.parameters.state
        let values = state.reduce(0) { $0 + $1.entry.count }
        Terminal.write(
            "\(path): \(found.metadata.model), \(state.count) tensors, \(ProgressText.count(values)) values\n"
        )
    }

    private func write(_ network: Network, of model: SavedModel, to path: String) throws {
        let strings = try model.metadata.strings()
        switch format {
        case .safetensors:
            try TrainingError.savingTensors(run: nil) {
                try CheckpointFile.write(network, to: path, metadata: strings, optimizer: nil)
            }
        case .npz:
            let state = try network.parameters.exportState()
            let entries = state.map { NPZ.Entry(name: $0.name, shape: $0.shape, values: $0.values) }
            try put(NPZ.serialize(entries, path: path), to: path)
        case .nir:
            let graph: NIRGraph
            do {
                graph = try NIRGraph(model.metadata.network, state: network.parameters.exportState())
            } catch {
                throw InputError("\(model.path): \(error)")
            }
            try put(graph.serialized(metadata: strings), to: path)
        }
    }

    private func put(_ bytes: [UInt8], to path: String) throws(TrainingError) {
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(bytes, to: path)
        }
    }
}
