import Foundation
import Testing

/// Names are the field's: words that stood for something else do not come back, and docs/Glossary.md can be looked up in.
@Suite struct NameTests {
    /// The beginning of a private word, in lower case, and the field's.
    static let replaced = [
        ("rehears", "dry run"), ("remak", "recomputation"), ("remade", "recomputed"),
        ("repeatedblock", "recomputation"),
        ("rectifie", "ReLU"), ("rectify", "ReLU"), ("momentumstep", "SGD"), ("potentialpenalty", "MPD loss"),
        ("potential_penalty", "MPD loss"), ("potential penalty", "MPD loss"), ("stagedescription", "activation"),
        ("firingstage", "activation"), ("trainingevent", "notification"), ("channelgroup", "channel alignment"),
    ]

    /// JSON keys that readers already know.
    private static let kept = ["rectifier_accuracy", "rectifieraccuracy"]

    @Test(arguments: replaced)
    func privateWordsDoNotComeBack(_ word: String, _ term: String) throws {
        for (name, text) in try Self.texts() {
            let own = Self.kept.reduce(text.lowercased()) { $0.replacing($1, with: "") }
            for (index, line) in own.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                #expect(!line.contains(word), "\(name):\(index + 1) says \(word)…; the field says \(term)")
            }
        }
    }

    @Test func termsStandInOrderAndOnce() throws {
        let sections = try Self.glossary()
        #expect(sections.count >= 4)
        for (title, terms) in sections {
            #expect(!terms.isEmpty, "\(title) has no terms")
            let sorted = terms.sorted { $0.lowercased() < $1.lowercased() }
            #expect(terms == sorted, "\(title) is not in order")
        }
        let all = sections.flatMap(\.terms).map { $0.lowercased() }
        #expect(all.count == Set(all).count, "a term stands there more than once")
    }

    @Test func linesHaveAMeaning() throws {
        let text = try Self.read("docs/Glossary.md")
        for line in text.split(separator: "\n") where line.hasPrefix("- ") {
            #expect(line.wholeMatch(of: /- \*\*[^*]+\*\*: .+\./) != nil, "not `- **term**: meaning.`: \(line)")
        }
    }

    private static func glossary() throws -> [(title: String, terms: [String])] {
        var sections: [(title: String, terms: [String])] = []
        for line in try read("docs/Glossary.md").split(separator: "\n") {
            if line.hasPrefix("## ") { sections.append((String(line.dropFirst(3)), [])) }
            if let match = line.firstMatch(of: /^- \*\*([^*]+)\*\*/), !sections.isEmpty {
                sections[sections.count - 1].terms.append(String(match.1))
            }
        }
        return sections
    }

    private static func texts() throws -> [(name: String, text: String)] {
        var names = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
        for folder in ["Sources", "Kernels", "docs", "Snippets"] {
            let files = try FileManager.default
                .subpathsOfDirectory(atPath: ArchitectureTests.root.appending(path: folder).path)
            names += files.map { "\(folder)/\($0)" }
                .filter { name in [".swift", ".cl", ".c", ".h", ".md", ".py"].contains { name.hasSuffix($0) } }
        }
        return try names.map { ($0, try read($0)) }
    }

    private static func read(_ path: String) throws -> String {
        try String(contentsOf: ArchitectureTests.root.appending(path: path), encoding: .utf8)
    }
}
