import Foundation
import LSNTraining
import Testing

/// What packages have of the program beside itself: its version, man pages, completions of shells.
@Suite struct PackageTests {
    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scripts").path
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    @Test func theVersionSaysHowItWasBuilt() throws {
        let text = try place.lsn("--version").output
        let match = try #require(
            try text.wholeMatch(
                of: Regex(
                    #"([0-9.]+) \((?:built from source, (?:debug|release)|[0-9a-f]{10,}(?:-dirty)?, release, Swift [0-9.]+, static)\)\n"#,
                    as: (Substring, Substring).self
                )
            ),
            "\(text)"
        )
        #expect(match.output.1 == ProgramVersion.current)
    }

    /// Scripts/make-man-pages: every command has a page, with every option that its help shows.
    @Test func everyCommandHasAManPage() throws {
        let pages = place.file("man")
        let made = try place.start(
            URL(filePath: "/usr/bin/env"),
            ["python3", Self.scripts + "/make-man-pages", program.path, pages, "2026-01-31"]
        ).result()
        #expect(made.code == 0, "\(made.errors)")
        let commands = try commands()
        #expect(commands.count > 25)
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: pages))
                == Set(commands.map { $0.names.joined(separator: "-") + ".1" })
        )
        for command in commands {
            let text = try place.read("man/\(command.names.joined(separator: "-")).1")
            #expect(text.contains("\"2026\\-01\\-31\" \"lsn \(ProgramVersion.current)\""))
            for option in command.options {
                let name = "\\fB--\(option)\\fP".replacing("-", with: "\\-")
                #expect(text.contains(name), "\(command.names): \(option)")
            }
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionsHaveEveryCommandAndOption(shell: String) throws {
        let result = try place.lsn("--generate-completion-script", shell)
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        for command in try commands() {
            let name = try #require(command.names.last)
            #expect(result.output.contains(name), "\(name)")
            for option in command.options {
                #expect(result.output.contains(option), "\(command.names): \(option)")
            }
        }
    }

    private struct Command {
        let names: [String]
        /// Long names, without their hyphens.
        let options: [String]
    }

    /// What help shows, from what the program says of itself.
    private func commands() throws -> [Command] {
        func all(of command: [String: Any], below above: [String]) throws -> [Command] {
            let names = above + [try #require(command["commandName"] as? String)]
            let arguments = command["arguments"] as? [[String: Any]] ?? []
            let options = arguments.filter { $0["shouldDisplay"] as? Bool == true }
                .flatMap { $0["names"] as? [[String: String]] ?? [] }
                .filter { $0["kind"] == "long" }
                .compactMap { $0["name"] }
            let shown = (command["subcommands"] as? [[String: Any]] ?? [])
                .filter { $0["shouldDisplay"] as? Bool == true && $0["commandName"] as? String != "help" }
            return try [Command(names: names, options: options)] + shown.flatMap { try all(of: $0, below: names) }
        }
        let help = try #require(try place.lsn("--experimental-dump-help").json() as? [String: Any])
        return try all(of: try #require(help["command"] as? [String: Any]), below: [])
    }
}
