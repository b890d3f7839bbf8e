import Foundation
import LSNFileFormats
import LSNNetworks
public import LSNTensors

extension MachineRecord {
    /// Checks what a run keeps to wherever it is continued.
    ///
    /// - Parameters:
    ///   - numerics: what is asked for; nil: nothing.
    ///   - precision: likewise.
    ///   - run: the folder of the run that began on this machine.
    /// - Throws: ``ConfigurationError/contradiction(run:options:)``.
    public func checkKept(numerics: Numerics?, precision: Precision?, run: String) throws(ConfigurationError) {
        func contradiction<Value: RawRepresentable<String>>(
            _ option: String,
            _ given: Value?,
            _ recorded: Value
        ) -> ConfigurationError.Contradiction? {
            guard let given, given.rawValue != recorded.rawValue else { return nil }
            return .init(option: option, given: given.rawValue, recorded: recorded.rawValue)
        }
        let found = [
            contradiction("--numerics", numerics, self.numerics ?? .fast),
            contradiction("--precision", precision, self.precision ?? .highest),
        ].compactMap(\.self)
        guard found.isEmpty else { throw .contradiction(run: run, options: found) }
    }
}

extension TrainingConfiguration {
    /// What differs from the configuration that a run was started with, beyond what may: where its data, its cache and its
    /// device are, how long it lasts, how often it saves, and what it keeps in memory.
    ///
    /// - Parameter recorded: of the run; its network leaves nothing out.
    /// - Returns: options by name, and keys of the network's description.
    /// - Throws: `NetworkError` where what is asked is no network for the run's samples.
    public func contradictions(to recorded: TrainingConfiguration) throws -> [ConfigurationError.Contradiction] {
        var asked = self
        asked.data.data = recorded.data.data
        asked.data.cache = recorded.data.cache
        asked.data.maxBadFiles = recorded.data.maxBadFiles
        asked.data.split = data.split ?? recorded.data.split
        asked.learning.epochs = recorded.learning.epochs
        asked.run = recorded.run
        asked.run.seed = run.seed
        asked.network.input = recorded.network.input
        asked.network.classes = recorded.network.classes
        // Of a run that has met its samples nothing is left open.
        if let input = recorded.network.input, let classes = recorded.network.classes {
            asked.network = try asked.network.described(input: input, classes: classes).template
        }
        let given = try Self.leaves(of: asked)
        let before = try Self.leaves(of: recorded)
        return Set(given.keys).union(before.keys).filter { given[$0] != before[$0] }.map { key in
            .init(option: Self.title(key), given: given[key] ?? "not set", recorded: before[key] ?? "not set")
        }.sorted { $0.option < $1.option }
    }

    private static func leaves(of configuration: TrainingConfiguration) throws(ConfigurationError) -> [String: String] {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(configuration)).leaves
        } catch {
            throw .badOptions("options that cannot be written down: \(DecodingProblem.text(error))")
        }
    }

    /// An option by its name on the command line; of the network, the key of its description.
    private static func title(_ path: String) -> String {
        let parts = path.split(separator: ".").map(String.init)
        guard parts.count == 2, parts[0] != "network" else { return path }
        return "--" + parts[1].replacing("_", with: "-")
    }
}
