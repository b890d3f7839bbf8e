/// A line on standard error that says what is being done, and goes away; nothing where that is no terminal.
struct StatusLine {
    private let isLive = Terminal.showsErrorsLive

    /// Puts `text` in place of what stood there.
    func show(_ text: String) {
        if isLive { Terminal.showErrorLine(text) }
    }

    /// Removes the line.
    func clear() {
        if isLive { Terminal.clearErrorLine() }
    }
}
