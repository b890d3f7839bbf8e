/// Why a backend could not do what was asked.
public enum BackendError: Error, Sendable, CustomStringConvertible {
    /// The device or its driver refused; `message` says which call, with what, and what to do.
    case device(message: String)
    /// More memory was asked for than the device has or gives in one piece.
    case outOfMemory(requestedBytes: Int, limitBytes: Int, device: String)
    /// Operands that do not fit each other; a mistake of the caller, with the shapes.
    case mismatch(operation: String, detail: String)

    /// For people.
    public var description: String {
        switch self {
        case .device(let message):
            message
        case .outOfMemory(let requested, let limit, let device):
            "\(device) has no room for a buffer of \(requested) bytes (its limit is \(limit)): "
                + "use a smaller --batch-size, --width or --timesteps"
        case .mismatch(let operation, let detail):
            "\(operation): \(detail)"
        }
    }
}
