import Foundation

/// What pages are made of.
enum Page {
    /// A whole page: nothing in it comes from anywhere else.
    static func document(title: String, header: [Markup], body: [Markup], written: Date) -> [UInt8] {
        let page = Markup.element(
            "html",
            ["lang": "en"],
            [
                .element(
                    "head",
                    [:],
                    [
                        .element("meta", ["charset": "utf-8"]),
                        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                        .element("title", text: title),
                        .element("style", [:], [.verbatim(PageStyle.sheet)]),
                    ]
                ),
                .element(
                    "body",
                    [:],
                    [
                        .element("header", [:], header),
                        .element("main", [:], body),
                        .element("footer", text: "Written by lsn on \(date(written))."),
                        .element("script", [:], [.verbatim(PageStyle.script)]),
                    ]
                ),
            ]
        )
        return Array(("<!DOCTYPE html>\n" + page.source + "\n").utf8)
    }

    /// A time, to the minute, in universal time. Not by `DateFormatter`, which needs tables of locales: `liblsn.so` has none.
    static func date(_ date: Date) -> String {
        var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        func digits(_ number: Int32, _ count: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(count - text.count, 0)) + text
        }
        let day = unsafe [digits(parts.tm_year + 1900, 4), digits(parts.tm_mon + 1, 2), digits(parts.tm_mday, 2)]
        let time = unsafe "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2))"
        return "\(day.joined(separator: "-")) \(time) UTC"
    }

    /// A part of the page under a heading.
    static func section(_ title: String, _ parts: [Markup]) -> Markup {
        .element("section", [:], [.element("h2", text: title)] + parts)
    }

    /// Charts beside each other, as many as fit.
    static func cards(_ cards: [Markup]) -> Markup {
        .element("div", ["class": "cards"], cards)
    }

    /// A chart with what it shows above it and a remark below, which gives way to the values below a pointer.
    static func figure(
        _ title: String,
        unit: String,
        chart: Markup,
        remark: String,
        isTall: Bool = false
    ) -> Markup {
        .element(
            "figure",
            isTall ? ["class": "tall"] : [:],
            [
                .element(
                    "figcaption",
                    [:],
                    [.element("h3", text: title), .element("p", ["class": "unit"], text: unit)]
                ), chart, .element("p", ["class": "readout"], text: remark),
            ]
        )
    }

    /// What stands where there is nothing to draw.
    static func empty(_ title: String, _ reason: String) -> Markup {
        .element("div", ["class": "empty"], [.element("h3", text: title), .element("p", text: reason)])
    }

    /// A figure of the headline.
    static func fact(_ name: String, _ value: String, _ remark: String = "", isLead: Bool = false) -> Markup {
        let small: [Markup] = remark.isEmpty ? [] : [.element("small", text: remark)]
        return .element(
            "div",
            isLead ? ["class": "lead"] : [:],
            [.element("dt", text: name), .element("dd", [:], [.text(value)] + small)]
        )
    }

    /// A table that opens.
    static func details(_ summary: String, _ table: Markup) -> Markup {
        .element(
            "details",
            [:],
            [.element("summary", text: summary), .element("div", ["class": "scroll"], [table])]
        )
    }

    /// A table of numbers; its first column names the rows.
    static func table(_ columns: [String], _ rows: [[String]]) -> Markup {
        .element(
            "table",
            [:],
            [
                .element("thead", [:], [.element("tr", [:], columns.enumerated().map(columnHead))]),
                .element(
                    "tbody",
                    [:],
                    rows.map { row in
                        .element(
                            "tr",
                            [:],
                            row.enumerated().map { index, cell in
                                index == 0
                                    ? .element("th", ["scope": "row"], text: cell)
                                    : .element("td", ["class": "number"], text: cell)
                            }
                        )
                    }
                ),
            ]
        )
    }

    private static func columnHead(_ index: Int, _ name: String) -> Markup {
        .element("th", ["scope": "col", "class": index == 0 ? "first" : "number"], text: name)
    }

    /// Names and values.
    static func pairs(_ pairs: [(name: String, value: String)]) -> Markup {
        .element(
            "table",
            [:],
            [
                .element(
                    "tbody",
                    [:],
                    pairs.map { pair in
                        .element(
                            "tr",
                            [:],
                            [
                                .element("th", ["scope": "row"], text: pair.name),
                                .element("td", ["class": "value"], text: pair.value),
                            ]
                        )
                    }
                )
            ]
        )
    }

    /// Things worth knowing.
    static func notes(_ notes: [String]) -> Markup {
        guard !notes.isEmpty else { return .none }
        return .element(
            "div",
            ["class": "message note"],
            [
                .element("p", text: "Parts of this run's files could not be read:"),
                .element("ul", [:], notes.map { .element("li", text: $0) }),
            ]
        )
    }
}
