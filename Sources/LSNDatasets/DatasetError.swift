public import LSNFileFormats

/// A data set that cannot be loaded.
public struct DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened, where, and what to do.
    public var description: String

    /// An error in these words.
    public init(_ description: String) {
        self.description = description
    }

    /// A file of the data set is missing or damaged.
    public init(_ error: FileFormatError) {
        self.init(error.description)
    }
}
