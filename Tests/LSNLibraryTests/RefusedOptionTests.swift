import ArgumentParser
import LSNConfiguration
import LSNDevices
import Testing

@testable import LSNLibrary

/// Which options of `lsn train` a training on arrays refuses: compared with the options that there are.
@Suite struct RefusedOptionTests {
    /// The names that a group's help has, with underscores.
    private static func names<Options: ParsableArguments>(_ type: Options.Type) -> Set<String> {
        var found: Set<String> = []
        for line in Options.helpMessage(columns: 10_000).split(separator: "\n") {
            // A line of an option begins with its spellings: --flip/--no-flip.
            guard let spellings = line.split(separator: " ").first, spellings.hasPrefix("-") else { continue }
            for spelling in spellings.split(separator: "/") {
                found.insert(String(spelling.drop { $0 == "-" }).replacing("-", with: "_"))
            }
        }
        return found.subtracting(["h,", "h", "help"])
    }

    @Test func allOfDataNetworkDeviceAndFolders() {
        let data = Self.names(DataOptions.self)
        #expect(data.isSuperset(of: ["dataset", "normalize", "event_size", "flip", "no_flip", "val_split"]))
        let given = data.subtracting(["val_split"])
            .union(Self.names(NetworkOptions.self).subtracting(["surrogate_search", "no_surrogate_search"]))
            .union(Self.names(DeviceOptions.self))
            .union(Self.names(RunFolderOptions.self))
        let refused = Set(Refused.inFitting.keys)
        #expect(given.subtracting(refused).isEmpty)
    }

    @Test func noneOfLearning() {
        let learning = Self.names(LearningOptions.self)
        #expect(learning.contains("batch_size"))
        #expect(learning.isDisjoint(with: Refused.inFitting.keys))
    }
}
