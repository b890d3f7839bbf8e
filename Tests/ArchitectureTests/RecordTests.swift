import Foundation
import Testing

/// Benchmarks/results holds what a page or a picture is made from, and no more (Benchmarks/README.md, Records).
@Suite struct RecordTests {
    /// Bytes of all records together, and of one file.
    static let limits = (total: 5_000_000, file: 1_000_000)

    private static let results = ArchitectureTests.root.appending(path: "Benchmarks/results")

    @Test func recordsAreSmallAndNameTheirCommands() throws {
        for fault in try Self.faults(in: Self.results) { Issue.record("Benchmarks/results: \(fault)") }
    }

    @Test func theIndexNamesEveryRecord() throws {
        let index = try String(contentsOf: Self.results.appending(path: "README.md"), encoding: .utf8)
        let linked = Set(index.matches(of: /\]\(([^)#]+)\)/).map { String($0.1) })
        let folders = try Self.folders(in: Self.results).keys.filter { !$0.isEmpty }
        #expect(folders.count > 20)
        for folder in folders.sorted() {
            #expect(
                linked.contains(folder) || linked.contains { $0.hasPrefix(folder + "/") },
                "results/README.md does not link to \(folder)"
            )
        }
    }

    /// Each kind of fault, in a folder of its own.
    @Test func faultsAreFound() throws {
        let place = FileManager.default.temporaryDirectory.appending(path: "lsn-records-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        func write(_ text: String, to path: String) throws {
            let file = place.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        let line = String(repeating: "0", count: Self.limits.file)
        try write("Made with\n\n```\nlsn experiment depth --epochs 4\n```\n", to: "depth/report.md")
        try write(line, to: "depth/results.json")
        try write("`make systems` makes it.", to: "systems/README.md")
        #expect(try Self.faults(in: place) == [])

        try write(line + "0", to: "depth/results.json")
        #expect(try Self.faults(in: place) == ["depth/results.json has 1000001 bytes, more than 1000000"])
        try write("{}", to: "depth/results.json")

        try write("{}", to: "rule/deep/results.json")
        let fault = "rule/deep has no Markdown page that names the command which made it"
        #expect(try Self.faults(in: place) == [fault])
        try write("The gate of lsn trains.", to: "rule/deep/report.md")
        #expect(try Self.faults(in: place) == [fault])
        try FileManager.default.removeItem(at: place.appending(path: "rule"))

        for index in 0..<5 { try write(line, to: "depth/\(index).json") }
        #expect(try Self.faults(in: place).first?.hasSuffix("more than \(Self.limits.total)") == true)
    }

    /// What a reader would have to mend, a line each.
    private static func faults(in results: URL) throws -> [String] {
        var faults: [String] = []
        var total = 0
        for (folder, files) in try folders(in: results).sorted(by: { $0.key < $1.key }) {
            for file in files.sorted(by: { $0.key < $1.key }) {
                total += file.value
                guard file.value > limits.file else { continue }
                let name = folder.isEmpty ? file.key : "\(folder)/\(file.key)"
                faults.append("\(name) has \(file.value) bytes, more than \(limits.file)")
            }
            let pages = files.keys.filter { $0.hasSuffix(".md") }
            let namesCommand = try pages.contains { page in
                let file = results.appending(path: folder).appending(path: page)
                let text = try String(contentsOf: file, encoding: .utf8)
                return text.contains(/(?m)(?:^|`)(?:lsn|make|\.?\/?Benchmarks\/\S+) +[-a-z]/)
            }
            if !namesCommand {
                faults.append("\(folder) has no Markdown page that names the command which made it")
            }
        }
        if total > limits.total { faults.append("the records have \(total) bytes, more than \(limits.total)") }
        return faults
    }

    /// Files with their sizes by folder, both below `results`; what begins with a dot is nobody's record.
    private static func folders(in results: URL) throws -> [String: [String: Int]] {
        var folders: [String: [String: Int]] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: results.path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: results.appending(path: path).path)
            var parts = path.split(separator: "/").map(String.init)
            let name = parts.removeLast()
            guard attributes[.type] as? FileAttributeType == .typeRegular, !name.hasPrefix(".") else { continue }
            folders[parts.joined(separator: "/"), default: [:]][name] = (attributes[.size] as? Int) ?? 0
        }
        return folders
    }
}
