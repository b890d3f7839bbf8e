/// Colours of lines and of their labels: told apart by people with any colour vision, and dark or light enough to be
/// read as text (a contrast of at least 4.5 to the card they stand on).
enum Palette {
    /// A colour in both themes, as `#rrggbb`.
    struct Colour: Sendable {
        let name: String
        let light: String
        let dark: String
    }

    /// In the order in which series take them.
    static let series = [
        Colour(name: "blue", light: "#0b62a8", dark: "#6cb6ff"),
        Colour(name: "orange", light: "#b34a00", dark: "#ff9d57"),
        Colour(name: "green", light: "#00734f", dark: "#3fc99a"),
        Colour(name: "purple", light: "#8f3f8f", dark: "#d992e0"),
        Colour(name: "amber", light: "#7a5c00", dark: "#e3c04a"),
        Colour(name: "grey", light: "#566070", dark: "#aab4c3"),
        Colour(name: "red", light: "#b3213b", dark: "#ff8f9c"),
        Colour(name: "teal", light: "#006d77", dark: "#4ecbd6"),
    ]

    /// What the colours stand on.
    static let card = Colour(name: "card", light: "#ffffff", dark: "#1a1d23")
    /// The page behind the cards.
    static let paper = Colour(name: "paper", light: "#f4f5f7", dark: "#101216")
    /// Text.
    static let ink = Colour(name: "ink", light: "#1b1f26", dark: "#e8eaee")
    /// Text beside the point.
    static let muted = Colour(name: "muted", light: "#59616e", dark: "#a3abb8")
    /// Lines of axes.
    static let axis = Colour(name: "axis", light: "#8b93a1", dark: "#6b7482")
    /// Lines behind the data, and around cards.
    static let grid = Colour(name: "grid", light: "#e3e6ea", dark: "#2d323b")
    /// Bands behind the data.
    static let band = Colour(name: "band", light: "#f5f6f8", dark: "#20242b")

    /// The custom properties of the style sheet, for one theme.
    static func properties(_ theme: KeyPath<Colour, String>) -> String {
        let named = [card, paper, ink, muted, axis, grid, band].map { "--\($0.name):\($0[keyPath: theme]);" }
        let numbered = series.enumerated().map { "--c\($0):\($1[keyPath: theme]);" }
        return (named + numbered).joined()
    }
}
