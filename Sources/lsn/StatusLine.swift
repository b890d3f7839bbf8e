/// A line on standard error that says what is being done, and goes away; nothing where that is no terminal.
struct StatusLine {
    private let isLive = Terminal.showsErrorsLive

    /// Puts `text` in place of what stood there.
    func show(_ text: String) {
        guard isLive else { return }
        Terminal.writeError("\r\u{1B}[2K" + String(text.prefix(Terminal.errorColumns - 1)))
    }

    /// Removes the line.
    func clear() {
        guard isLive else { return }
        Terminal.writeError("\r\u{1B}[2K")
    }
}
