import LSNTensors

/// What the device wrote down of one step.
package struct StepOutcome: Sendable {
    let loss: Float
    let correct: Int
    private let words: [UInt32]

    /// From ``StepRecord/words`` words.
    init(_ words: [UInt32]) {
        self.words = words
        loss = Float(bitPattern: words[StepRecord.loss])
        correct = Int(words[StepRecord.correct])
    }

    /// The index that stands in a word of the record, or nil for none.
    func index(_ word: Int) -> Int? {
        words[word] == StepRecord.none ? nil : Int(words[word])
    }
}

extension EpochSums {
    /// Counts a batch of `samples`.
    mutating func add(_ outcome: StepOutcome, samples: Int) {
        loss += Double(outcome.loss) * Double(samples)
        correct += outcome.correct
        self.samples += samples
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
