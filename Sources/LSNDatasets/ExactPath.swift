/// A path that equals another only where their bytes do. Texts are equal however their accents are written; the names of
/// files are not.
struct ExactPath: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (a: ExactPath, b: ExactPath) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
