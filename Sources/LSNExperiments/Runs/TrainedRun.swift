import Foundation
import LSNConfiguration
package import LSNDatasets
import LSNFileFormats
import LSNHostSystem
package import LSNNetworks
package import LSNTensors
package import LSNTraining

/// Which of a run's checkpoints is looked at.
package enum CheckpointChoice: String, CaseIterable, Sendable {
    /// Of the highest test accuracy.
    case best
    /// Of the last epoch.
    case last
}

/// A run's folder with one of its checkpoints, to be looked into.
package struct TrainedRun: Sendable {
    /// The run's folder.
    package let folder: String
    /// The checkpoint's file.
    package let checkpoint: String
    /// As the run was trained.
    package let configuration: TrainingConfiguration
    /// Where it was trained.
    package let machine: MachineRecord
    /// How finely its weights were rounded.
    package var precision: Precision { metadata.precision }
    private let file: SafetensorsFile
    private let metadata: ModelMetadata

    /// Reads the run in `folder`.
    ///
    /// - Throws: ``ConfigurationError/badRunFolder(path:problem:advice:)`` where none stands there or it has no such
    ///   checkpoint yet; `FileFormatError`.
    package init(_ folder: String, checkpoint choice: CheckpointChoice) throws {
        self.folder = folder
        let paths = ExperimentPaths(folder)
        guard FileManager.default.fileExists(atPath: paths.configuration) else {
            throw ConfigurationError.badRunFolder(
                path: folder,
                problem: "no run stands here (there is no config.json)",
                advice: "Give a folder that lsn train wrote"
            )
        }
        checkpoint = paths.checkpoint(choice)
        guard FileManager.default.fileExists(atPath: checkpoint) else {
            throw ConfigurationError.badRunFolder(
                path: folder,
                problem: "the run has no checkpoint-\(choice.rawValue).safetensors yet",
                advice: "Let it finish an epoch, or choose another --checkpoint"
            )
        }
        let record = try RunRecord.read(paths.configuration)
        machine = record.machine
        configuration = record.configuration
        file = try SafetensorsFile(checkpoint)
        metadata = try ModelMetadata(file.metadata, path: checkpoint)
    }

    /// The network with the checkpoint's parameters.
    ///
    /// - Throws: ``ConfigurationError/badRunFolder(path:problem:advice:)`` where the data are none that it takes;
    ///   `FileFormatError`, `NetworkError`, `BackendError`.
    package func network(on backend: Backend, data: any TrainingData) throws -> Network {
        let description = metadata.network
        guard
            description.inChannels == data.channels, description.imageHeight == data.height,
            description.imageWidth == data.width, description.classes == data.classes
        else {
            throw ConfigurationError.badRunFolder(
                path: folder,
                problem: "its network takes \(description.inChannels)×\(description.imageHeight)×"
                    + "\(description.imageWidth) samples of \(description.classes) classes, not those of \(data.source)",
                advice: "Give the folder of the run's data with --data"
            )
        }
        let network = try Network(description, backend: backend)
        try CheckpointFile.restore(file, to: network, optimizer: nil)
        return network
    }
}

/// Files of a run's folder.
struct ExperimentPaths {
    private let folder: String

    init(_ folder: String) {
        self.folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    var configuration: String { HostPath.join(folder, "config.json") }
    var metrics: String { HostPath.join(folder, "metrics.jsonl") }
    var blocks: String { HostPath.join(folder, "blocks.jsonl") }
    var failure: String { HostPath.join(folder, "failure.json") }

    func checkpoint(_ choice: CheckpointChoice) -> String {
        HostPath.join(folder, "checkpoint-\(choice.rawValue).safetensors")
    }
}
