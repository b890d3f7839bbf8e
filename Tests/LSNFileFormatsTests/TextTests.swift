import Foundation
import Testing

@testable import LSNFileFormats

@Suite("Text that is shown")
struct ShownTextTests {
    @Test(
        "has its control characters by name",
        arguments: [
            ("plain, äöü 東 👩‍👩‍👧", "plain, äöü 東 👩‍👩‍👧"), ("a\nb\tc\rd", "a\\nb\\tc\\rd"), ("\u{1B}[2J", "\\x1b[2J"),
            ("\u{0}\u{7}\u{7F}", "\\x00\\x07\\x7f"), ("\u{9B}2J", "\\x9b2J"), ("a\u{202E}b", "a\\u202eb"),
            ("\r\n", "\\r\\n"),
        ]
    )
    func names(text: String, expected: String) {
        #expect(PrintableText.name(text) == expected)
    }

    @Test("keeps the ends of lines")
    func lines() {
        #expect(PrintableText.lines("a\n\tb\u{1B}c\r\n") == "a\n\tb\\x1bc\\r\n")
    }

    @Test("is what errors say of a file")
    func errors() {
        let error = FileFormatError(path: "a\u{1B}]0;x\u{7}\nerror: b", problem: "is damaged")
        #expect(error.description == "a\\x1b]0;x\\x07\\nerror: b: is damaged")
    }
}

@Suite("Words of a command line")
struct ShellTextTests {
    /// What a shell reads is what was meant: each goes through bash and back.
    @Test(
        "are read as they were meant",
        arguments: [
            "plain", "runs/lsn19-digits-1", "--width=0.5", "my runs/first", "it's", "a\"b", "$HOME", "`x`", "a;b", "*",
            "", "~",
            "=ls", "\\", "a\nb", "tab\there", "\u{1B}[31mred", "\u{9B}", "ä ö", "a\u{1B}'\\$x", "!", "#", "(a)", "a&b",
            "\u{1B}1f",
        ]
    )
    func roundTrip(text: String) throws {
        let word = ShellText.word(text)
        #expect(!word.unicodeScalars.contains(where: PrintableText.isControl))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", "printf %s \(word)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(String(decoding: output, as: UTF8.self) == text)
    }

    @Test("stay as they are where a shell would not change them")
    func plain() {
        for text in ["runs/lsn19-digits-1", "--width=0.5", "a_b@c%d+e,f:g"] { #expect(ShellText.word(text) == text) }
        #expect(ShellText.word("my run") == "'my run'")
        #expect(ShellText.path("-run") == "./-run")
    }
}
