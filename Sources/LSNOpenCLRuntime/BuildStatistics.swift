/// How a queue came by its programs.
package struct BuildStatistics: Sendable, Hashable {
    /// Programs compiled from source.
    package var compiled = 0
    /// Programs loaded from the cache on disk.
    package var loaded = 0
    /// Programs put into the cache on disk.
    package var stored = 0
    /// Files of the cache that were of no use: damaged, of another layout, somebody else's, or refused by the driver.
    package var rejected = 0
}
