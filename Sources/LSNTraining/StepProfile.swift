public import LSNTensors

/// What a device did in one step of a run: `profile.json`.
public struct StepProfile: Codable, Hashable, Sendable {
    /// Of the run.
    public var step: Int
    /// From the first upload to the record that was read, on the host's clock.
    public var wallSeconds: Double
    /// How long a kernel was running.
    public var busySeconds: Double
    /// The share of the time in which none was.
    public var idleShare: Double
    /// Every kernel, the one that took longest first.
    public var kernels: [KernelUse]

    /// A step's profile.
    public init(step: Int, _ profile: LaunchProfile) {
        self.step = step
        wallSeconds = profile.wallSeconds
        busySeconds = profile.busySeconds
        idleShare = profile.idleShare
        kernels = profile.kernels
    }

    /// Names in the file.
    public enum CodingKeys: String, CodingKey {
        case step
        case wallSeconds = "wall_seconds"
        case busySeconds = "busy_seconds"
        case idleShare = "idle_share"
        case kernels
    }
}
