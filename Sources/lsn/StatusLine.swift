/// A line on the terminal that says what is being done, and goes away; nothing where there is no terminal.
struct StatusLine {
    private let isLive: Bool

    /// - Parameter isShown: false where standard output is for a program.
    init(isShown: Bool) {
        isLive = isShown && Terminal.isInteractive
    }

    /// Puts `text` in place of what stood there.
    func show(_ text: String) {
        guard isLive else { return }
        Terminal.write("\r\u{1B}[2K" + String(text.prefix(Terminal.columns - 1)))
    }

    /// Removes the line.
    func clear() {
        guard isLive else { return }
        Terminal.write("\r\u{1B}[2K")
    }
}
