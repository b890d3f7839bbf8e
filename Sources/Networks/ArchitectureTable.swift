extension Architecture {
    /// Every architecture, by depth.
    public static let all: [Architecture] = [
        // Six basic blocks; the paper leaves the layout open, this one comes nearest to its count.
        lsn("lsn15", [2, 3, 1], head: .fc256, nominal: 8.9, settings: [.cifar10DVS]),
        lsn("lsn18", [2, 2, 2, 2], nominal: 13.2),
        lsn("lsn19", [3, 3, 2], head: .fc256, nominal: 13.2, settings: [.cifar10]),
        lsn("lsn34", [3, 4, 6, 3], nominal: 24.5),
        lsn("lsn34-standard", [3, 4, 6, 3], width: 1, nominal: 49.0),
        lsn("lsn50", [3, 4, 6, 3], isBottleneck: true, nominal: 28.8),
        lsn("lsn71-standard", [3, 4, 13, 3], isBottleneck: true, width: 1, nominal: 61.9),
        lsn("lsn101", [3, 4, 23, 3], isBottleneck: true, nominal: 50.1, settings: [.imagenet, .cifar10]),
    ]

    /// The architecture of this name.
    ///
    /// - Throws: ``NetworkError/unknownArchitecture(name:nearest:known:)``.
    public static func named(_ name: String) throws(NetworkError) -> Architecture {
        if let found = all.first(where: { $0.name == name }) { return found }
        let known = all.map(\.name)
        let ranked = known.map { (name: $0, distance: editDistance($0, name)) }
        let least = ranked.map(\.distance).min() ?? 0
        let nearest = ranked.filter { $0.distance == least && least <= 3 }.map(\.name)
        throw .unknownArchitecture(name: name, nearest: Array(nearest.prefix(3)), known: known)
    }

    /// A logic spiking network: three stages start at 128 channels, four at 64, as in the ResNets they are laid out by.
    private static func lsn(
        _ name: String,
        _ stages: [Int],
        isBottleneck: Bool = false,
        width: Double = 0.75,
        head: Head = .fc,
        nominal: Double,
        settings: [Setting] = [.imagenet]
    ) -> Architecture {
        let first = stages.count == 3 ? 128 : 64
        return Architecture(
            name: name,
            family: .lsn,
            isBottleneck: isBottleneck,
            stages: stages,
            standardWidths: stages.indices.map { first << $0 },
            standardStemWidth: first,
            defaultWidth: width,
            defaultTimeSteps: 4,
            head: head,
            nominalParameters: nominal,
            settings: settings
        )
    }

    /// The least number of insertions, deletions and replacements that make one text of the other (Levenshtein).
    private static func editDistance(_ a: String, _ b: String) -> Int {
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let replaced = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
