import Foundation
import LSNDatasets
import LSNFileFormats
import LSNHostSystem
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTraining

/// What `lsn tune` found for one device and driver, in the user's cache folder.
struct TuningFile {
    /// The file's content.
    struct Content: Codable {
        var device: String
        var driver: String
        var result: KernelTuner.Result
    }

    /// Where it is; nil where the user has no cache folder.
    let path: String?

    /// The file of a device with its driver: another driver has another.
    init(_ device: DeviceInfo) {
        var fingerprint = Fingerprint()
        fingerprint.add(device.driverFingerprint)
        path = CacheFolder.standard().map { HostPath.join($0, "tuning/\(fingerprint.text).json") }
    }

    /// What was found; nil where nothing was. A file that cannot be read is told of, and counts as none.
    var choices: KernelChoices? {
        guard let path, FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let content = try JSONDecoder().decode(Content.self, from: Data(FileSystem.read(path)))
            return content.result.choices
        } catch {
            Failure.warn("\(path) is not what lsn tune writes, and is not used. Run lsn tune again, or remove it")
            return nil
        }
    }

    /// Keeps what was found.
    func write(_ content: Content) throws {
        guard let path else {
            throw InputError("there is no folder to keep the result in: set LSN_CACHE_DIR, XDG_CACHE_HOME or HOME")
        }
        let bytes = Array(try JSONEncoder.sorted(isIndented: true).encode(content))
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.createFolders(HostPath.folder(of: path))
            try FileSystem.writeAtomically(bytes, to: path)
        }
    }

    /// Forgets what was found; returns whether there was anything.
    func remove() throws -> Bool {
        guard let path, FileManager.default.fileExists(atPath: path) else { return false }
        try FileManager.default.removeItem(atPath: path)
        return true
    }
}
