/// Compiled programs on disk.
public final class ProgramCache: Sendable {
    /// The folder.
    public let directory: String

    /// A cache in a folder, which is made when the first program is stored.
    public init(directory: String) {
        self.directory = directory
    }

    /// The user's own cache; `nil` where no folder can be used.
    public static func standard() -> ProgramCache? {
        nil
    }
}
