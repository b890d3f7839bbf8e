import LSNFileFormats

/// Options that cannot be followed; a mistake of whoever gave them.
public enum ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Options that could not be read, in words.
    case badOptions(String)
    /// A value that no run can have.
    case outOfRange(option: String, value: String, allowed: String)
    /// An option that does nothing for what it is given with.
    case withoutEffect(option: String, value: String, reason: String)
    /// An option that the model, or another option, has no use for.
    case misplaced(option: String, problem: String, advice: String)
    /// A resumed run was started with something else.
    case contradiction(run: String, options: [Contradiction])
    /// A file that belongs to a run is missing or is not what it should be.
    case badRunFolder(path: String, problem: String, advice: String)
    /// The run's data are not those it was started with.
    case otherData(run: String, recorded: String, found: String)
    /// A step would take more memory than the device has.
    case doesNotFit(MemoryShortage)

    /// An option that is given anew, and differently.
    public struct Contradiction: Hashable, Sendable {
        /// E.g. `--batch-size`.
        public var option: String
        /// What is asked now.
        public var given: String
        /// What the run was started with.
        public var recorded: String

        /// Gathers what belongs together.
        public init(option: String, given: String, recorded: String) {
            self.option = option
            self.given = given
            self.recorded = recorded
        }
    }

    /// For people.
    public var description: String {
        switch self {
        case .badOptions(let text): text
        case .misplaced(let option, let problem, let advice):
            "\(option): \(problem). \(advice)"
        case .outOfRange(let option, let value, let allowed):
            "\(option) \(value): must be \(allowed)"
        case .withoutEffect(let option, let value, let reason):
            "\(option) \(value) has no effect: \(reason)"
        case .contradiction(let run, let options):
            "the run in \(PrintableText.name(run)) was started with "
                + options.map { "\($0.option) \($0.recorded), not \($0.given)" }.joined(separator: "; ")
                + ". Leave these options out to continue it, or start a new run with --output"
        case .badRunFolder(let path, let problem, let advice):
            "\(PrintableText.name(path)): \(problem). \(advice)"
        case .otherData(let run, let recorded, let found):
            "the run in \(PrintableText.name(run)) was started on other data (fingerprint \(recorded), these have \(found)). "
                + "Give the folder of the same files with --data"
        case .doesNotFit(let shortage): shortage.description
        }
    }
}
