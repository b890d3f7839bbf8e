import LSNTensors

/// Which part of a training split is kept from training and chooses the best epoch, so that the test split need not.
///
/// It has every class in proportion, as scikit-learn's classifiers divide for early stopping (`stratify=y`), and which samples of a
/// class it takes is drawn by the counter-based generator, a stream for every class: it depends on the seed, the labels and
/// their order alone.
public enum ValidationSplit: Hashable, Sendable, LosslessStringConvertible, Codable {
    /// A share of the training split, more than 0 and less than 1; of N samples ⌈share · N⌉.
    case share(Double)
    /// So many samples, 1 or more.
    case samples(Int)

    /// What may be written.
    public static let expectation = "a share of the training split, as 0.1, or a number of samples, as 5000"

    /// From `0.1` or `5000`.
    public init?(_ description: String) {
        if let count = Int(description) {
            guard count >= 1 else { return nil }
            self = .samples(count)
        } else if let share = Double(description), share > 0, share < 1 {
            self = .share(share)
        } else {
            return nil
        }
    }

    /// From its text.
    public init(from decoder: any Decoder) throws {
        self = try TextCoding.decode(decoder, expectation: Self.expectation)
    }

    /// As its text.
    public func encode(to encoder: any Encoder) throws {
        try TextCoding.encode(description, to: encoder)
    }

    /// As it is written.
    public var description: String {
        switch self {
        case .share(let share): "\(share)"
        case .samples(let count): "\(count)"
        }
    }

    /// The places of the samples that validate, ascending.
    ///
    /// A class has ⌊n·c/N⌋ of the n, c of N samples being its own; what is left goes to the classes with the largest remainders,
    /// of equal ones to that of the lower label, and none gives its last sample.
    ///
    /// - Parameters:
    ///   - labels: of the training split's samples.
    ///   - seed: of the run.
    /// - Throws: ``DatasetError`` where there are not so many samples.
    func places(labels: [Int], seed: UInt64) throws(DatasetError) -> [Int] {
        var members: [Int: [Int]] = [:]
        for (place, label) in labels.enumerated() { members[label, default: []].append(place) }
        let classes = members.keys.sorted()
        let count =
            switch self {
            case .share(let share): Int((share * Double(labels.count)).rounded(.up))
            case .samples(let count): count
            }
        let most = labels.count - classes.count
        guard count <= most else {
            throw DatasetError(
                "--val-split \(description) takes \(count) of the \(labels.count) samples to train on, of \(classes.count) classes: at "
                    + "most \(max(most, 0)) leave one of each"
            )
        }
        var shares: [Int: Int] = [:]
        var remainders: [(label: Int, remainder: Int)] = []
        for label in classes {
            let (quotient, remainder) = (count * (members[label]?.count ?? 0)).quotientAndRemainder(
                dividingBy: labels.count
            )
            shares[label] = quotient
            remainders.append((label, remainder))
        }
        remainders.sort { ($1.remainder, $0.label) < ($0.remainder, $1.label) }
        var left = count - shares.values.reduce(0, +)
        while left > 0 {
            for (label, _) in remainders where left > 0 {
                guard let share = shares[label], share + 1 < members[label]?.count ?? 0 else { continue }
                shares[label] = share + 1
                left -= 1
            }
        }
        var places: [Int] = []
        for label in classes {
            var candidates = members[label] ?? []
            var random = Philox(seed: seed, purpose: .validation, index: label)
            for taken in 0..<(shares[label] ?? 0) {
                candidates.swapAt(taken, taken + random.integer(below: candidates.count - taken))
                places.append(candidates[taken])
            }
        }
        return places.sorted()
    }
}

extension ValidationSplit {
    /// The same data whose test split is the part that validates, and whose training split is what is left.
    ///
    /// - Throws: ``DatasetError`` where there are not so many samples.
    package func divide(_ data: any TrainingData, seed: UInt64) throws(DatasetError) -> any TrainingData {
        data.holdingOut(try places(labels: data.trainingLabels, seed: seed))
    }
}
