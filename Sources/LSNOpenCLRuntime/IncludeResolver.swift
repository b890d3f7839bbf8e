extension KernelSourceTree {
    /// The whole text of a file, every `#include "…"` replaced by the text it names, with `#line` directives so that the
    /// compiler speaks of the files and lines that people edit.
    ///
    /// As in C, a file is put in as often as it is included; `#pragma once` on a line of its own limits that to once.
    /// Only the tree is searched, from its root.
    ///
    /// - Throws: `source` with the line of the include where the file is missing or includes itself.
    func resolved(_ name: String, preamble: [String] = []) throws(OpenCLError) -> ResolvedSource {
        var resolver = IncludeResolver(tree: self)
        for line in preamble { resolver.appendLine(line, place: nil) }
        try resolver.append(name, includedAt: nil)
        return resolver.source
    }

    /// A file as build logs show it.
    func location(_ name: String) -> String {
        origin.isEmpty ? name : origin + "/" + name
    }
}

/// The text of a program, and where each of its lines comes from.
struct ResolvedSource {
    /// A line of a file, as build logs show it.
    struct Place: Hashable {
        let file: String
        let line: Int
    }

    var text = ""
    /// The place of each line of the text; `nil` for those that the runtime put in.
    var places: [Place?] = []
}

/// Puts the text of a program together.
private struct IncludeResolver {
    let tree: KernelSourceTree
    var source = ResolvedSource()
    private var stack: [String] = []
    private var finishedOnce: Set<String> = []

    init(tree: KernelSourceTree) {
        self.tree = tree
    }

    mutating func append(_ name: String, includedAt includer: String?) throws(OpenCLError) {
        guard let content = tree.files[name] else {
            throw .source(
                location: includer ?? tree.location(name),
                problem: (includer == nil ? "there is no such kernel file" : "#include \"\(name)\" names no file")
                    + "; there are \(tree.files.keys.sorted().joined(separator: ", "))"
            )
        }
        if finishedOnce.contains(name) { return }
        if let start = stack.firstIndex(of: name) {
            let circle = (stack[start...] + [name]).joined(separator: " -> ")
            throw .source(location: includer ?? tree.location(name), problem: "the file includes itself: \(circle)")
        }
        stack.append(name)
        defer { stack.removeLast() }

        let location = tree.location(name)
        markLine(1, of: location)
        var inComment = false
        var isOnce = false
        var number = 0
        for line in content.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let directive = inComment ? nil : Directive(line)
            inComment = Self.endsInComment(line, inComment)
            let place = ResolvedSource.Place(file: location, line: number)
            switch directive {
            case .include(let included):
                try append(included, includedAt: "\(location):\(number)")
                markLine(number + 1, of: location)
            case .once:
                isOnce = true
                appendLine("", place: place)
            case nil:
                appendLine(line, place: place)
            }
        }
        if isOnce { finishedOnce.insert(name) }
    }

    mutating func appendLine(_ line: some StringProtocol, place: ResolvedSource.Place?) {
        source.text += line
        source.text += "\n"
        source.places.append(place)
    }

    private mutating func markLine(_ number: Int, of location: String) {
        var escaped = ""
        for character in location {
            if character == "\"" || character == "\\" { escaped += "\\" }
            escaped.append(character)
        }
        appendLine("#line \(number) \"\(escaped)\"", place: nil)
    }

    /// Whether a line leaves a block comment open. String literals are not looked into: OpenCL C hardly has any.
    private static func endsInComment(_ line: Substring, _ startsInComment: Bool) -> Bool {
        var inComment = startsInComment
        var previous: UInt8 = 0
        for byte in line.utf8 {
            if inComment {
                if previous == UInt8(ascii: "*"), byte == UInt8(ascii: "/") {
                    inComment = false
                    previous = 0
                    continue
                }
            } else if previous == UInt8(ascii: "/") {
                if byte == UInt8(ascii: "/") { return false }
                if byte == UInt8(ascii: "*") {
                    inComment = true
                    previous = 0
                    continue
                }
            }
            previous = byte
        }
        return inComment
    }
}

/// A line of a source that the resolver answers itself.
private enum Directive {
    case include(String)
    case once

    /// `nil` for every other line.
    init?(_ line: Substring) {
        guard let hash = line.firstIndex(where: { !$0.isWhitespace }), line[hash] == "#" else { return nil }
        let rest = line[line.index(after: hash)...].drop(while: \.isWhitespace)
        if rest.hasPrefix("include") {
            let operand = rest.dropFirst("include".count).drop(while: \.isWhitespace)
            guard operand.first == "\"", let end = operand.dropFirst().firstIndex(of: "\"") else { return nil }
            self = .include(String(operand[operand.index(after: operand.startIndex)..<end]))
        } else if rest.split(whereSeparator: \.isWhitespace).prefix(2) == ["pragma", "once"] {
            self = .once
        } else {
            return nil
        }
    }
}
