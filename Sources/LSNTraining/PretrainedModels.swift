import Foundation
package import LSNFileFormats
import LSNHostSystem

/// A trained network that comes with the program, under a name.
package struct PretrainedModel: Codable, Hashable, Sendable {
    /// What `--checkpoint` and `--pretrained` take; the file is called so, with `.safetensors` behind.
    package var name: String
    /// The architecture.
    package var model: String
    /// The data set that it was trained on.
    package var dataset: String
    /// Share of the test split that it classifies rightly.
    package var accuracy: Double
    /// Samples of that split.
    package var samples: Int
    /// Trained values.
    package var parameters: Int
    /// What made it.
    package var command: String
}

/// The trained networks that come with the program: a folder with `models.json`, an array of ``PretrainedModel``, and their
/// checkpoints.
///
/// It is looked for, in this order, in `$LSN_PRETRAINED_DIR`, in `share/lsn/pretrained` beside the `bin` folder that the program is in,
/// where `make install` puts it, and as `pretrained` in the folders that the program is in, where a checkout has it. `liblsn.so`
/// stands for the program where this is in it. The working directory does not count: a name means the same everywhere.
package enum PretrainedModels {
    private static let listName = "models.json"
    /// Of the folders that the program is in, so many are looked at: of `REPOSITORY/.build/TRIPLE/release/lsn` all.
    private static let depth = 4

    /// The folder; nil where there is none.
    ///
    /// - Throws: `FileFormatError` where the system does not say what this process has in its memory.
    package static var folder: String? {
        get throws(FileFormatError) {
            let environment = ProcessInfo.processInfo.environment
            return folder(
                program: try library ?? realPath("/proc/self/exe") ?? "",
                variable: environment["LSN_PRETRAINED_DIR"]
            )
        }
    }

    /// `liblsn.so`, where this process has it in its memory; nil in the program.
    private static var library: String? {
        get throws(FileFormatError) {
            let maps = String(decoding: try FileSystem.read("/proc/self/maps"), as: UTF8.self)
            let line = maps.split(separator: "\n").first { $0.hasSuffix("/liblsn.so") }
            return line.flatMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } }
        }
    }

    /// The folder of a program at `program`, which the value of `$LSN_PRETRAINED_DIR` comes before.
    static func folder(program: String, variable: String?) -> String? {
        var candidates: [String] = []
        if let variable, !variable.isEmpty { candidates.append(variable) }
        var place = (program as NSString).deletingLastPathComponent
        candidates.append(HostPath.join((place as NSString).deletingLastPathComponent, "share/lsn/pretrained"))
        for _ in 0..<depth {
            candidates.append(HostPath.join(place, "pretrained"))
            place = (place as NSString).deletingLastPathComponent
        }
        return candidates.first { FileManager.default.fileExists(atPath: HostPath.join($0, listName)) }
    }

    /// All of them, in the order of the list; none where there is no folder.
    ///
    /// - Throws: `FileFormatError` where the list cannot be read.
    package static func all() throws(FileFormatError) -> [PretrainedModel] {
        guard let folder = try folder else { return [] }
        let path = HostPath.join(folder, listName)
        let bytes = try FileSystem.read(path, limit: 1 << 20)
        do {
            return try JSONDecoder().decode([PretrainedModel].self, from: Data(bytes))
        } catch {
            throw FileFormatError(
                path: path,
                problem: "is no list of networks: \(DecodingProblem.text(error))",
                advice: "restore the file, or set LSN_PRETRAINED_DIR to another folder"
            )
        }
    }

    /// The checkpoint of this name; nil where the list has none.
    ///
    /// - Throws: as ``all()``.
    package static func path(of name: String) throws(FileFormatError) -> String? {
        guard let folder = try folder, try all().contains(where: { $0.name == name }) else { return nil }
        return HostPath.join(folder, "\(name).safetensors")
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}
