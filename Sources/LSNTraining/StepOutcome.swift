import LSNTensors

/// What the device wrote down of one step.
package struct StepOutcome: Sendable {
    let loss: Float
    let correct: Int
    /// What blocks did, where they were observed.
    let blocks: [BlockMeasurement]?
    /// Whether ranks agreed to stop.
    var isStopping = false
    /// How long words of other ranks were waited for, in seconds.
    var exchangeSeconds = 0.0
    private let words: [UInt32]

    /// From ``StepRecord/words`` words.
    init(_ words: [UInt32]) {
        self.init(words, microBatches: [words], blocks: nil)
    }

    /// Of a step.
    ///
    /// - Parameters:
    ///   - words: that say what is not finite.
    ///   - microBatches: the record of every micro-batch, or its first words; nil where it has no samples.
    ///   - blocks: what they did.
    init(_ words: [UInt32], microBatches: [[UInt32]?], blocks: [BlockMeasurement]?) {
        self.words = words
        self.blocks = blocks
        loss = TreeSum.total(microBatches.map { $0.map { Float(bitPattern: $0[StepRecord.loss]) } }) ?? 0
        correct = microBatches.reduce(0) { $0 + ($1.map { Int($0[StepRecord.correct]) } ?? 0) }
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
        exchangeSeconds += outcome.exchangeSeconds
        self.samples += samples
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
