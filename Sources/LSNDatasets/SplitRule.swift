import LSNTensors

/// Which files of a class train and which test, in the order of their names, numbers in them counting as numbers.
///
/// Its text stands in `config.json` and in every report, so that results can be compared.
public enum SplitRule: Hashable, Sendable, LosslessStringConvertible, Codable {
    /// The folders `train` and `val` (or `test`) divide the files, in any of their usual spellings.
    case folders
    /// The first nine tenths train, of 1,000 files the first 900; the last tenth, rounded up, tests.
    case first
    /// The last nine tenths train, of 1,000 files the last 900; the first tenth, rounded up, tests.
    case last
    /// As ``first``, after a shuffle (Philox) that depends on the seed.
    case random(seed: UInt64)
    /// Every n-th file tests, the others train.
    case every(Int)
    /// All files train, and all test: for trying things out, since such accuracies say nothing.
    case all

    /// What may be written.
    public static let expectation = "first-900, last-900, random:SEED, every-N (N from 2 on), folders or all"

    /// From its text.
    public init?(_ description: String) {
        switch description {
        case "folders": self = .folders
        case "first-900": self = .first
        case "last-900": self = .last
        case "all": self = .all
        default:
            if description.hasPrefix("random:"), let seed = UInt64(description.dropFirst(7)) {
                self = .random(seed: seed)
            } else if description.hasPrefix("every-"), let step = Int(description.dropFirst(6)), step >= 2 {
                self = .every(step)
            } else {
                return nil
            }
        }
    }

    /// Its text.
    public var description: String {
        switch self {
        case .folders: "folders"
        case .first: "first-900"
        case .last: "last-900"
        case .random(let seed): "random:\(seed)"
        case .every(let step): "every-\(step)"
        case .all: "all"
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

    /// The places of the files that train and of those that test, each in file order, for class `label` of `count`
    /// files. With ``folders`` all train.
    func divide(_ count: Int, label: Int) -> (train: [Int], test: [Int]) {
        let tested = count < 2 ? 0 : (count + 9) / 10
        switch self {
        case .folders: return (Array(0..<count), [])
        case .first: return (Array(0..<count - tested), Array(count - tested..<count))
        case .last: return (Array(tested..<count), Array(0..<tested))
        case .random(let seed):
            var random = Philox(seed: seed, purpose: .splitting, index: label)
            var order = Array(0..<count)
            for last in stride(from: count - 1, to: 0, by: -1) {
                order.swapAt(last, random.integer(below: last + 1))
            }
            return (order.dropLast(tested).sorted(), order.suffix(tested).sorted())
        case .every(let step):
            return (
                (0..<count).filter { $0 % step != step - 1 }, (0..<count).filter { $0 % step == step - 1 }
            )
        case .all: return (Array(0..<count), Array(0..<count))
        }
    }
}
