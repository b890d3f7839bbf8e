import Testing

@testable import LSNCommunication

/// What is made of exchanges, among threads.
@Suite struct CommunicatorTests {
    private struct Values: Codable, Equatable {
        var text: String
        var numbers: [Float]
    }

    @Test(arguments: [1, 2, 3, 5]) func wordsOfAllAreGathered(count: Int) throws {
        let results = try ThreadRanks.run(count) { ranks in
            try (0..<20).map { turn in
                try ranks.gather([UInt32](repeating: UInt32(turn), count: ranks.rank))
            }
        }
        for result in results {
            for (turn, gathered) in result.enumerated() {
                #expect(gathered == (0..<count).map { [UInt32](repeating: UInt32(turn), count: $0) })
            }
        }
    }

    @Test(arguments: [1, 2, 3, 5], [0, 1, 2, 7, 1000]) func theFirstsWordsAreBroadcast(count: Int, size: Int) throws {
        let words = (0..<size).map { UInt32($0) }
        let results = try ThreadRanks.run(count) { ranks in
            try ranks.broadcast(ranks.isFirst ? words : [], size: size)
        }
        #expect(results == [[UInt32]](repeating: words, count: count))
    }

    @Test(arguments: [1, 2, 4]) func valuesTravel(count: Int) throws {
        let results = try ThreadRanks.run(count) { ranks in
            let own = Values(text: "ränk \(ranks.rank)", numbers: [.infinity, -.infinity, 0.1, Float(ranks.rank)])
            return (try ranks.gather(values: own), try ranks.shared { own })
        }
        for (gathered, shared) in results {
            #expect(gathered.map(\.text) == (0..<count).map { "ränk \($0)" })
            #expect(gathered.allSatisfy { $0.numbers.prefix(3) == [.infinity, -.infinity, 0.1] })
            #expect(shared == gathered[0])
        }
    }

    /// On every rank, or some would go on.
    @Test func aDifferenceIsNamedOnAllRanks() throws {
        let results = try ThreadRanks.run(3) { ranks in
            var agreement = Agreement()
            agreement.add("the version of lsn", "1")
            agreement.add("what it was started with", ranks.rank == 1 ? "--epochs 2" : "--epochs 3")
            do {
                try agreement.check(ranks, advice: "Mend it")
                return ""
            } catch {
                return "\(error)"
            }
        }
        let expected =
            "what it was started with is --epochs 2 for rank 1 on thread 1 and --epochs 3 for rank 0 on thread 0. Mend it"
        #expect(results == [String](repeating: expected, count: 3))
        let alike = try ThreadRanks.run(3) { ranks in
            var agreement = Agreement()
            agreement.add("the version of lsn", "1")
            try agreement.check(ranks, advice: "Mend it")
            return true
        }
        #expect(alike.count == 3)
    }
}
