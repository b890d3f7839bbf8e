package import ArgumentParser
import Foundation
import LSNTraining

/// Options that say where a run writes, and what it goes on from.
package struct RunFolderOptions: ParsableArguments {
    /// The run's folder.
    @Option(help: "Folder of the run (default: the next free runs/MODEL-DATASET-N).")
    package var output: String?

    /// The folder of the run to continue.
    @Option(
        help:
            "Continue the run in this folder. Its options stand, but --epochs, --max-steps, --checkpoint-every, --memory, --data, --cache, --max-bad-files and --output may be given anew."
    )
    package var resume: String?

    /// A file of options.
    @Option(help: "YAML file of options (names as here, without the dashes), or a run's config.json.")
    package var config: String?

    /// Nothing given.
    package init() {}

    /// The arguments that a run which is continued, and a file of options, give before those that are given.
    ///
    /// - Throws: as `TrainingSession.recordedArguments(_:)` and ``OptionFile/arguments(_:)``.
    package static func arguments(resume: String?, config: String?) throws -> [String] {
        var before: [String] = []
        if let resume { before += try TrainingSession.recordedArguments(resume) }
        if let config { before += try OptionFile.arguments(config) }
        return before
    }
}

extension TrainingOptions {
    /// These options with whole paths, since the run may be continued from another folder.
    ///
    /// - Throws: `FileFormatError` where the list of trained networks cannot be read.
    package var withWholePaths: TrainingOptions {
        get throws {
            var options = self
            options.data.data = options.data.data.map { URL(fileURLWithPath: $0).path }
            options.weights.pretrained = try options.weights.pretrained.map { name in
                let isFile = FileManager.default.fileExists(atPath: name)
                let isName = try isFile ? false : PretrainedModels.path(of: name) != nil
                return isName ? name : URL(fileURLWithPath: name).path
            }
            return options
        }
    }
}
