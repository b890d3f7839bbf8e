/// How a queue came by its programs.
public struct BuildStatistics: Sendable, Hashable {
    /// Programs compiled from source.
    public var compiled = 0
    /// Programs loaded from the cache on disk.
    public var loaded = 0
    /// Programs put into the cache on disk.
    public var stored = 0
    /// Files of the cache that were of no use: damaged, of another layout, somebody else's, or refused by the driver.
    public var rejected = 0
}
