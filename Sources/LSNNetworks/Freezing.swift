extension ParameterSet {
    /// Names of the parameters at a path or below it: of `stages.0` those of all its blocks, not those of `stages.01`.
    public func names(below path: String) -> [String] {
        entries.map(\.name).filter { $0 == path || $0.hasPrefix(path + ".") }
    }

    /// Whether any parameter below a path trains.
    func trains(below path: String) -> Bool {
        names(below: path).contains { !frozen.contains($0) }
    }

    /// Names of the parameters below a path that a key gives, of which there must be some.
    ///
    /// - Parameters:
    ///   - path: e.g. `stem`, `stages.0`, `stages.1.0.excitatory`.
    ///   - key: for the error's text.
    /// - Throws: ``NetworkError/misplaced(key:problem:advice:)`` where there is none, with the paths that there are.
    package func names(below path: String, of key: String) throws(NetworkError) -> [String] {
        let found = names(below: path)
        guard !found.isEmpty else {
            let hint = NearestName.find(path, among: known).map { "Did you mean \($0)? " } ?? ""
            throw .misplaced(
                key: key,
                problem: "no parameter's name begins with \(path)",
                advice: "\(hint)There are \(known.joined(separator: ", ")), and what lies below them "
                    + "(\(entries.first?.name ?? ""))"
            )
        }
        return found
    }

    /// The parameters below any of the paths that are to be frozen.
    ///
    /// - Parameter paths: e.g. `stem`, `stages.0`, `stages.1.0.excitatory`.
    /// - Throws: ``NetworkError/misplaced(key:problem:advice:)`` for a path below which there is none, with the paths that there
    ///   are, and where nothing would be left that trains.
    public func names(below paths: [String]) throws(NetworkError) -> Set<String> {
        var result: Set<String> = []
        for path in paths { result.formUnion(try names(below: path, of: "freeze")) }
        guard result.count < entries.count else {
            throw .misplaced(
                key: "freeze",
                problem: "all parameters would be frozen, and nothing left to train",
                advice: "Leave the head out"
            )
        }
        return result
    }

    /// The stem, the stages, their blocks, and the head.
    private var known: [String] {
        var result: [String] = []
        for entry in entries {
            let parts = entry.name.split(separator: ".").map(String.init)
            let depth = parts[0] == "stages" ? 3 : 1
            for length in (depth == 3 ? [2, 3] : [1]) where parts.count > length {
                let path = parts.prefix(length).joined(separator: ".")
                if !result.contains(path) { result.append(path) }
            }
        }
        return result
    }
}
