/// Guesses what a misspelt name was meant to be.
public enum NearestName {
    /// The candidate with the fewest single-letter edits from `name`, unless more than a third of its letters differ;
    /// the first of equals.
    public static func find(_ name: String, among candidates: [String]) -> String? {
        let best = candidates.map { ($0, distance(name, $0)) }.min { $0.1 < $1.1 }
        guard let (candidate, edits) = best, edits <= max(2, candidate.count / 3) else { return nil }
        return candidate
    }

    /// Levenshtein's distance: insertions, deletions and replacements that turn `a` into `b`.
    public static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let replaced = diagonal + (letter == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
