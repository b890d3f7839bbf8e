import Foundation

/// Where this program keeps what it can make again: compiled programs, counted recordings, what was measured of a device.
package enum CacheFolder {
    /// `$LSN_CACHE_DIR`, else `lsn` in `$XDG_CACHE_HOME`, else in `.cache` of the home folder; nil where none is set.
    ///
    /// - Parameter environment: the variables to look at; the process's own, where it is left out.
    package static func standard(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        if let own = environment["LSN_CACHE_DIR"], !own.isEmpty { return own }
        // The XDG base directory specification has relative paths ignored.
        if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return HostPath.join(caches, "lsn") }
        if let home = environment["HOME"], home.hasPrefix("/") { return HostPath.join(home, ".cache/lsn") }
        return nil
    }
}
