/// The launches of one kernel.
public struct KernelUse: Codable, Hashable, Sendable {
    /// The kernel's function.
    public var kernel: String
    /// The family of operations that it belongs to.
    public var family: String
    /// How often it was launched.
    public var launches: Int
    /// How long its launches ran, on the device's clock.
    public var seconds: Double

    /// Gathers what belongs together.
    public init(kernel: String, family: String, launches: Int, seconds: Double) {
        self.kernel = kernel
        self.family = family
        self.launches = launches
        self.seconds = seconds
    }
}

/// What a device did while something ran.
public struct LaunchProfile: Hashable, Sendable {
    /// On the host's clock.
    public var wallSeconds: Double
    /// How long a kernel was running.
    public var busySeconds: Double
    /// Every kernel that was launched, the one that took longest first.
    public var kernels: [KernelUse]

    /// Gathers what belongs together.
    public init(wallSeconds: Double, busySeconds: Double, kernels: [KernelUse]) {
        self.wallSeconds = wallSeconds
        self.busySeconds = busySeconds
        self.kernels = kernels
    }

    /// The share of the time in which no kernel ran.
    public var idleShare: Double {
        wallSeconds > 0 ? min(max(1 - busySeconds / wallSeconds, 0), 1) : 0
    }
}
