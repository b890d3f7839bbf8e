public import LSNNetworks

/// What is kept for the backward pass, as `--memory` takes it.
public enum MemoryChoice: String, CaseIterable, Codable, Sendable {
    /// See `MemoryMode`.
    case fast
    /// See `MemoryMode`.
    case balanced
    /// See `MemoryMode`.
    case lean
    /// The first of these that fits the device.
    case auto

    /// This mode.
    public init(_ mode: MemoryMode) {
        self =
            switch mode {
            case .fast: .fast
            case .balanced: .balanced
            case .lean: .lean
            }
    }

    /// The mode asked for; nil where the device decides.
    public var mode: MemoryMode? { MemoryMode(rawValue: rawValue) }
}
