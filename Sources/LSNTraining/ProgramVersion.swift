/// The version of this program, as config.json, checkpoints and `lsn --version` give it.
public enum ProgramVersion {
    /// Semantic version.
    public static let current = "0.2.0"
}
