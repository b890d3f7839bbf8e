import Foundation
import LSNHostSystem

/// The drivers that are registered for the loader, and why it may not have found them.
///
/// A driver is registered by an .icd file in /etc/OpenCL/vendors, whose text is the name of a library. OCL_ICD_VENDORS may name
/// another folder, one .icd file, or a library. The loader leaves out what it cannot load, and never says so.
public enum RegisteredDrivers {
    /// The variable that the loader reads.
    static let variable = "OCL_ICD_VENDORS"
    private static let standardFolder = "/etc/OpenCL/vendors"
    /// Longer texts are no names of libraries.
    private static let longestName = 4096

    /// One line for each driver that is registered and cannot be loaded: what names which library, and the reason.
    ///
    /// To be called after the loader has looked for platforms, which loads the same libraries.
    public static func problems() -> [String] {
        problems(ProcessInfo.processInfo.environment)
    }

    static func problems(_ environment: [String: String]) -> [String] {
        let named = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        let place = named ?? standardFolder
        if isFolder(place) {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: place) else {
                return ["the folder \(place) cannot be read"]
            }
            return names.filter { $0.hasSuffix(".icd") }.sorted().compactMap {
                problem(ofFile: HostPath.join(place, $0))
            }
        }
        guard named != nil else { return [] }
        if place.hasSuffix(".icd") { return problem(ofFile: place).map { [$0] } ?? [] }
        return problem(ofLibrary: place, namedBy: variable).map { [$0] } ?? []
    }

    /// What to say where the loader found no platform: the problems, or that no driver is registered.
    static func explanation(_ environment: [String: String]) -> [String] {
        let problems = problems(environment)
        guard problems.isEmpty else { return problems }
        let named = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        let place = named ?? standardFolder
        guard isFolder(place) || named == nil else { return ["the driver that \(variable) names shows no platform"] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        let files = names.filter { $0.hasSuffix(".icd") }.sorted()
        return [
            files.isEmpty
                ? "no .icd file is in \(place)\(named == nil ? "" : " (\(variable))")"
                : "what \(files.joined(separator: ", ")) in \(place) name can be loaded, but shows no platform"
        ]
    }

    private static func problem(ofFile path: String) -> String? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            return unsafe "\(path) cannot be read (\(String(cString: strerror(errno))))"
        }
        // (Reading a pipe would wait for its other end.)
        guard status.st_mode & S_IFMT == S_IFREG else { return "\(path) is no regular file" }
        guard status.st_size <= longestName else { return "\(path) is longer than the name of a library" }
        guard let bytes = FileManager.default.contents(atPath: path) else { return "\(path) cannot be read" }
        guard let text = String(validating: bytes, as: UTF8.self) else { return "\(path) is not UTF-8 text" }
        let library = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !library.isEmpty else { return "\(path) is empty: it names no library" }
        return problem(ofLibrary: library, namedBy: path)
    }

    private static func problem(ofLibrary library: String, namedBy place: String) -> String? {
        if let handle = unsafe dlopen(library, RTLD_LAZY | RTLD_LOCAL) {
            unsafe dlclose(handle)
            return nil
        }
        let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "for an unknown reason"
        return "\(place) names \(library), which cannot be loaded (\(reason))"
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
