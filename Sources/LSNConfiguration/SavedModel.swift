import Foundation
package import LSNFileFormats
import LSNHostSystem
package import LSNTraining

/// A checkpoint that `--checkpoint` names.
package struct SavedModel: Sendable {
    /// The file.
    package let path: String
    /// Its tensors.
    package let file: SafetensorsFile
    /// What it says of itself.
    package let metadata: ModelMetadata
    /// Of the run, where the file stands in its folder.
    package let record: RunRecord?

    /// What it was trained on; folders are known where the file stands in its run's.
    package var data: DataConfiguration? { record?.configuration.data ?? metadata.data }

    /// Reads a file, or a run's best checkpoint; its last one where no epoch was evaluated yet.
    ///
    /// - Parameter name: a file, a run's folder, or a trained network that comes with the program.
    /// - Throws: `FileFormatError` where it is missing or damaged; `NetworkError` for a model that does not exist.
    package init(_ name: String) throws {
        path = try CheckpointFile.find(name)
        let beside = HostPath.beside(path, "config.json")
        record = FileManager.default.fileExists(atPath: beside) ? try RunRecord.read(beside) : nil
        file = try SafetensorsFile(path)
        metadata = try ModelMetadata(file.metadata, path: path)
    }
}
