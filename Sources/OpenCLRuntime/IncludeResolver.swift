extension KernelSourceTree {
    /// The whole text of a file, every `#include "…"` replaced by the text it names, with `#line` directives so that the
    /// compiler speaks of the files and lines that people edit.
    ///
    /// As in C, a file is put in as often as it is included; `#pragma once` on a line of its own limits that to once.
    /// Only the tree is searched, from its root.
    ///
    /// - Throws: `source` with the line of the include where the file is missing or includes itself.
    func resolved(_ name: String) throws(OpenCLError) -> String {
        var resolver = IncludeResolver(tree: self)
        try resolver.append(name, includedAt: nil)
        return resolver.text
    }

    /// A file as build logs show it.
    func location(_ name: String) -> String {
        origin.isEmpty ? name : origin + "/" + name
    }
}

/// Puts the text of a program together.
private struct IncludeResolver {
    let tree: KernelSourceTree
    var text = ""
    private var stack: [String] = []
    private var finishedOnce: Set<String> = []

    init(tree: KernelSourceTree) {
        self.tree = tree
    }

    mutating func append(_ name: String, includedAt location: String?) throws(OpenCLError) {
        guard let source = tree.files[name] else {
            throw .source(
                location: location ?? tree.location(name),
                problem: (location == nil ? "there is no such kernel file" : "#include \"\(name)\" names no file")
                    + "; there are \(tree.files.keys.sorted().joined(separator: ", "))"
            )
        }
        if finishedOnce.contains(name) { return }
        if let start = stack.firstIndex(of: name) {
            let circle = (stack[start...] + [name]).joined(separator: " -> ")
            throw .source(location: location ?? tree.location(name), problem: "the file includes itself: \(circle)")
        }
        stack.append(name)
        defer { stack.removeLast() }

        markLine(1, of: name)
        var inComment = false
        var isOnce = false
        var number = 0
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let directive = inComment ? nil : Directive(line)
            inComment = Self.endsInComment(line, inComment)
            switch directive {
            case .include(let included):
                try append(included, includedAt: "\(tree.location(name)):\(number)")
                markLine(number + 1, of: name)
            case .once:
                isOnce = true
                text += "\n"
            case nil:
                text += line
                text += "\n"
            }
        }
        if isOnce { finishedOnce.insert(name) }
    }

    private mutating func markLine(_ number: Int, of name: String) {
        text += "#line \(number) \""
        for character in tree.location(name) {
            if character == "\"" || character == "\\" { text += "\\" }
            text.append(character)
        }
        text += "\"\n"
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
