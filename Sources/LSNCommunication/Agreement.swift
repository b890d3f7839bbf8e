/// What must be the same on all ranks: facts by name, e.g. `the program's version`, compared at the start.
package struct Agreement: Sendable {
    private var facts: [[String]] = []

    /// Nothing yet.
    package init() {}

    /// Adds a fact.
    package mutating func add(_ name: String, _ value: String) { facts.append([name, value]) }

    /// Compares.
    ///
    /// - Throws: ``CommunicationError/differs(_:)`` with the first fact in which a rank is not as rank 0, alike on all ranks.
    package func check(_ ranks: any Communicator, advice: String) throws {
        guard ranks.isShared else { return }
        let all = try ranks.gather(values: facts)
        for (rank, other) in all.enumerated() {
            for (own, expected) in zip(other, all[0]) where own != expected {
                throw CommunicationError.differs(
                    "\(own[0]) is \(own[1]) for \(ranks.name(of: rank)) and \(expected[1]) for \(ranks.name(of: 0)). \(advice)"
                )
            }
            guard other.count == all[0].count else {
                throw CommunicationError.differs("\(ranks.name(of: rank)) is not as \(ranks.name(of: 0)). \(advice)")
            }
        }
    }
}
