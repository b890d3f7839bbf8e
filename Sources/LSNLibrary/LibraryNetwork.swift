import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNNetworks
import LSNTensors
import LSNTraining
import Synchronization

/// A network that a caller has loaded or made, on a device.
final class LibraryNetwork: Sendable {
    /// All that there are.
    static let all = HandleTable<LibraryNetwork>()

    /// What changes from call to call.
    struct State {
        /// With fixed weights, until they are trained.
        fileprivate var inference: ArrayInference?
        /// Single steps, from the first on.
        var training: (steps: NetworkTraining, timeSteps: Int)?
        /// How they learn; nil: as `lsn train` does.
        var learning: TrainingConfiguration?
    }

    let device: OpenDevice
    let network: Network
    /// What its checkpoints say of it.
    let metadata: ModelMetadata
    private let state = Mutex(State())

    /// Loads a checkpoint.
    init(_ checkpoint: String, on device: LibraryDevice, _ warnings: CallWarnings) throws {
        let found = try SavedModel(checkpoint)
        self.device = try device.device(precision: found.metadata.precision, warnings)
        network = try Network(found.metadata.network, backend: self.device.backend)
        metadata = found.metadata
        try CheckpointFile.restore(found.file, to: network, optimizer: nil)
    }

    /// Makes a network.
    init(
        _ description: NetworkDescription,
        width: Double,
        seed: UInt64,
        on device: LibraryDevice,
        _ warnings: CallWarnings
    ) throws {
        self.device = try device.device(precision: .highest, warnings)
        try Self.requireRoom(for: description, on: self.device)
        network = try Network(description, backend: self.device.backend)
        try network.initialize(seed: seed)
        metadata = ModelMetadata(
            network: description,
            width: width,
            batchSize: 50,
            precision: self.device.backend.precision
        )
    }

    /// Parameters with gradients and the moments of Adam.
    private static func requireRoom(for description: NetworkDescription, on device: OpenDevice) throws(LibraryError) {
        let needed = 16 * NetworkSize(description).parameters
        let limit = device.memoryLimits.totalBytes
        guard needed <= limit else {
            throw .badArgument(
                "the network's parameters take \(needed) bytes with gradients and moments, and \(device.machine.name) has \(limit): "
                    + "use a smaller width"
            )
        }
    }

    /// Runs `body` while nobody else is in a call with this network.
    ///
    /// - Throws: ``LibraryError/busy``, and what `body` throws.
    func use<Result>(_ body: (inout State) throws -> Result) throws -> Result {
        let found = try state.withLockIfAvailable { state in try body(&state) }
        guard let found else { throw LibraryError.busy }
        return found
    }

    /// Inference with the parameters as they are now.
    func inference(_ state: inout State) throws -> ArrayInference {
        if let found = state.inference { return found }
        let made = try ArrayInference(network)
        state.inference = made
        return made
    }

    /// The parameters are about to change.
    func forgetInference(_ state: inout State) { state.inference = nil }

    /// The data set that its samples are prepared as, where it is known.
    var dataset: DatasetName? { metadata.data?.dataset }

    /// How it is trained on arrays, by these options.
    func configuration(_ options: TrainingOptions) throws -> TrainingConfiguration {
        var options = options
        let name = dataset ?? .digits
        options.data.dataset = name
        var configuration = try options.configuration(
            device: device.machine.device,
            model: network.description.template
        )
        configuration.width = metadata.width
        // Arrays are not varied.
        configuration.data = DataConfiguration(dataset: name)
        configuration.data.valSplit = options.data.valSplit
        return configuration
    }

    /// Samples as data to train on.
    func data(_ train: MemorySamples, test: MemorySamples?) throws(DatasetError) -> MemoryDataset {
        try MemoryDataset(
            name: dataset ?? .digits,
            classes: network.description.classes,
            classNames: metadata.classNames,
            train: train,
            test: test
        )
    }

    /// Writes a checkpoint.
    func save(to path: String) throws {
        try TrainingError.savingTensors(run: nil) {
            try CheckpointFile.write(network, to: path, metadata: metadata.strings(), optimizer: nil)
        }
    }
}
