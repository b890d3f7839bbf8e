import LSNFileFormats
import Testing

@Suite("Names as text")
struct PrintableTextTests {
    @Test(
        "have control characters and separators of lines escaped, and all else as it is",
        arguments: [
            ("plain name.jpg", "plain name.jpg"), ("caf\u{E9} 漢字 😀", "caf\u{E9} 漢字 😀"), ("a\tb", "a\\tb"),
            ("a\nb\r", "a\\nb\\r"),
            ("\u{1B}[31mred", "\\x1b[31mred"), ("\u{7F}\u{9B}", "\\x7f\\x9b"), ("\u{2028}", "\\u2028"),
            ("a\\b", "a\\b"),
        ]
    )
    func escaping(text: String, expected: String) {
        #expect(PrintableText.name(text) == expected)
    }

    @Test(
        "come back from a field",
        arguments: ["", "a", "a\tb", "\\", "\\t", "\r\n", "\u{1}\u{2029}\\x41", "e\u{301}"]
    )
    func fields(text: String) throws {
        let field = PrintableText.field(text)
        #expect(!field.contains { $0 == "\t" || $0.isNewline })
        #expect(try #require(PrintableText.unescaped(field[...])).utf8.elementsEqual(text.utf8))
    }

    @Test("do not come back from what no field is", arguments: ["\\", "a\\q", "\\x4", "\\x41", "\\u20", "\\uD800"])
    func noFields(text: String) {
        #expect(PrintableText.unescaped(text[...]) == nil)
    }

    @Test("that are no text have their bytes escaped")
    func bytes() {
        #expect(PrintableText.name(bytes: [0x63, 0xE9, 0x0A, 0x2E]) == "c\\xe9\\x0a.")
    }

    @Test("stand so in errors")
    func errors() {
        let error = FileFormatError(path: "a\nb\u{1B}[2J", byteOffset: 3, problem: "is damaged")
        #expect(error.description == "a\\nb\\x1b[2J, byte 3: is damaged")
    }
}
