import Foundation
import LSNDatasets
import LSNFileFormats
import LSNHostSystem
package import LSNOpenCLBackend
package import LSNOpenCLRuntime
import LSNTraining

/// What `lsn tune` found for one device and driver, in the user's cache folder.
package struct TuningFile {
    /// The file's content.
    package struct Content: Codable {
        /// The device's name.
        package var device: String
        /// The driver's version.
        package var driver: String
        /// What was found.
        package var result: KernelTuner.Result

        /// Gathers what belongs together.
        package init(device: String, driver: String, result: KernelTuner.Result) {
            (self.device, self.driver, self.result) = (device, driver, result)
        }
    }

    /// Where it is; nil where the user has no cache folder.
    package let path: String?

    /// The file of a device with its driver: another driver has another.
    package init(_ device: DeviceInfo) {
        var fingerprint = Fingerprint()
        fingerprint.add(device.driverFingerprint)
        path = CacheFolder.standard().map { HostPath.join($0, "tuning/\(fingerprint.text).json") }
    }

    /// What was found; nil where nothing was. A file that cannot be read is told of, and counts as none.
    func choices(_ warnings: DeviceWarnings) -> KernelChoices? {
        guard let path, FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let content = try JSONDecoder().decode(Content.self, from: Data(FileSystem.read(path)))
            return content.result.choices
        } catch {
            warnings.say("\(path) is not what lsn tune writes, and is not used. Run lsn tune again, or remove it")
            return nil
        }
    }

    /// Keeps what was found.
    package func write(_ content: Content) throws {
        guard let path else {
            throw DeviceError("there is no folder to keep the result in: set LSN_CACHE_DIR, XDG_CACHE_HOME or HOME")
        }
        let bytes = Array(try JSONEncoder.sorted(isIndented: true).encode(content))
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.createFolders(HostPath.folder(of: path))
            try FileSystem.writeAtomically(bytes, to: path)
        }
    }

    /// Forgets what was found; returns whether there was anything.
    package func remove() throws -> Bool {
        guard let path, FileManager.default.fileExists(atPath: path) else { return false }
        try FileManager.default.removeItem(atPath: path)
        return true
    }
}
