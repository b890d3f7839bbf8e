import Foundation
package import LSNFileFormats
import LSNHostSystem
package import LSNTraining

/// Where an experiment writes: its results as JSON, its report, its pictures, and below `runs` the folders of its runs.
package struct ExperimentFolder: Sendable {
    /// The folder.
    package let path: String

    /// The folder at `path`, made with those above it.
    ///
    /// - Throws: `FileFormatError` where it cannot be made.
    package init(_ path: String) throws(FileFormatError) {
        self.path = path
        do throws(FileFormatError) {
            try FileSystem.createFolders(path)
        } catch {
            throw FileFormatError(path: error.path, problem: error.problem, advice: "choose another --output")
        }
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String { HostPath.join(path, name) }

    /// Whether there is such a file.
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    /// Writes a file in one step.
    ///
    /// - Throws: ``TrainingError/saving(problem:kept:)`` with the system's reason.
    package func write(_ bytes: [UInt8], to name: String) throws(TrainingError) {
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(bytes, to: file(name))
        }
    }

    /// Writes a value as JSON: keys sorted, what holds no further object or array on one line.
    package func write(json value: some Encodable, to name: String) throws {
        try write(try JSONLayout.bytes(of: value), to: name)
    }

    /// Reads a value that ``write(json:to:)`` wrote; nil where there is no such file.
    ///
    /// - Throws: `FileFormatError` where the file holds something else.
    func read<Value: Decodable>(json name: String, as type: Value.Type) throws -> Value? {
        guard has(name) else { return nil }
        let bytes = try FileSystem.read(file(name))
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw FileFormatError(
                path: file(name),
                problem: "is not what this experiment writes",
                advice: "Remove it to start over, or choose another --output"
            )
        }
    }
}
