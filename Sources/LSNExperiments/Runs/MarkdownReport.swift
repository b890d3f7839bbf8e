/// A report in Markdown: headings, paragraphs, tables, pictures that stand beside it.
struct MarkdownReport {
    private var parts: [String] = []

    /// A report under a title.
    init(_ title: String) {
        parts.append("# \(title)")
    }

    /// The file.
    var bytes: [UInt8] { Array((parts.joined(separator: "\n\n") + "\n").utf8) }

    mutating func heading(_ text: String) {
        parts.append("## \(text)")
    }

    mutating func paragraph(_ text: String) {
        parts.append(text)
    }

    mutating func list(_ items: [String]) {
        guard !items.isEmpty else { return }
        parts.append(items.map { "- \($0)" }.joined(separator: "\n"))
    }

    /// The first column names the rows, the others are numbers.
    mutating func table(_ columns: [String], _ rows: [[String]]) {
        let rule = columns.indices.map { $0 == 0 ? "---" : "---:" }
        let lines = [columns, rule] + rows
        parts.append(lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n"))
    }

    mutating func picture(_ file: String, _ description: String) {
        parts.append("![\(description)](\(file))")
    }
}

extension [UInt64] {
    /// How many seeds a number rests on.
    var inWords: String { count == 1 ? "one seed" : "mean over \(count) seeds" }
}
