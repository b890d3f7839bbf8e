import Foundation
import LSNHostSystem

/// Where PoCL keeps what it compiles.
///
/// PoCL shows no device at all where it cannot write to its cache folder, which is below the home folder unless
/// POCL_CACHE_DIR names another. It loads code from there without looking whose it is, so the folder has to be this user's
/// alone. Other drivers do not read the variable.
public enum DriverCache: Hashable, Sendable {
    /// The folder in POCL_CACHE_DIR, which the user chose.
    case chosen(String)
    /// `pocl` in this program's own cache folder.
    case own(String)
    /// In a folder for temporary files, since the cache folder cannot be used; `instead` is that one, where one is known.
    case temporary(String, instead: String?)
    /// There is no folder that can be used; `tried` are those that were looked at.
    case none(tried: [String])

    /// The variable that PoCL reads.
    static let variable = "POCL_CACHE_DIR"

    /// Chooses the folder, makes it and names it to PoCL. To be called before anything of OpenCL is, and before other threads
    /// start, since the environment is not theirs to read meanwhile.
    ///
    /// - Parameter process: which of the processes that compute together on this machine this is; PoCL does not expect others
    ///   in its folder, so that all but the first have one of their own in it.
    /// - Returns: what was chosen.
    @discardableResult
    public static func prepare(process: Int = 0) -> DriverCache {
        let choice = choose(ProcessInfo.processInfo.environment)
        switch choice {
        case .own(let folder), .temporary(let folder, _):
            _ = unsafe setenv(variable, part(of: folder, process), 1)
        case .chosen(let folder) where process > 0:
            _ = unsafe setenv(variable, part(of: folder, process), 1)
        // An empty name, which chooses nothing, ends the process inside PoCL.
        case .none: _ = unsafe unsetenv(variable)
        case .chosen: break
        }
        return choice
    }

    static func part(of folder: String, _ process: Int) -> String {
        process > 0 ? HostPath.join(folder, "process-\(process)") : folder
    }

    /// The choice, by the environment's variables; makes the folder.
    static func choose(_ environment: [String: String]) -> DriverCache {
        if let folder = environment[variable], !folder.isEmpty { return .chosen(folder) }
        let standard = CacheFolder.standard(environment)
        let own = standard.map { HostPath.join($0, "pocl") }
        if let own, PrivateFolder.prepare(own) { return .own(own) }
        let temporary = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        // Named, not made up anew, so that the next run finds what this one compiled.
        let folder = HostPath.join(temporary, "lsn-\(geteuid())")
        if PrivateFolder.prepareAmongOthers(folder) { return .temporary(folder, instead: standard) }
        return .none(tried: [standard, folder].compactMap { $0 })
    }

    /// What to tell the user; `nil` where all is as it should be.
    public var warning: String? {
        switch self {
        case .chosen, .own: nil
        case .temporary(let folder, let instead):
            "\(Self.reason(instead)), so compiled kernels are kept in \(folder) meanwhile: \(Self.advice)"
        case .none(let tried):
            tried.isEmpty
                ? "there is no folder for compiled kernels, which PoCL needs: \(Self.advice)"
                : "neither of \(tried.joined(separator: ", ")) can be written to by this user alone, and PoCL needs a folder "
                    + "for compiled kernels: \(Self.advice)"
        }
    }

    private static let advice = "set LSN_CACHE_DIR to a folder that you can write to"

    private static func reason(_ folder: String?) -> String {
        folder.map { "the cache folder \($0) cannot be written to, or is open to others" } ?? "no cache folder is known"
    }

    /// Why PoCL may have shown no device; `nil` where its folder can be written to.
    static func problem(_ environment: [String: String]) -> String? {
        guard let folder = environment[variable], !folder.isEmpty else {
            return "it has no folder for compiled kernels: \(advice)"
        }
        let answer = unsafe access(folder, W_OK | X_OK)
        guard answer != 0 else { return nil }
        let reason = unsafe String(cString: strerror(errno))
        return "it keeps compiled kernels in \(folder) (POCL_CACHE_DIR), which cannot be written to (\(reason)): name "
            + "another folder there, or leave the variable out"
    }
}
