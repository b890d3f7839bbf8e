import TensorBoardMessages

extension HistogramProto {
    /// Buckets of a histogram: TensorBoard draws 30 by itself, and fewer values than that are the rule.
    private static let buckets = 50

    /// How often rates occur, in 50 buckets of equal width from 0 to 1, or to the next whole number above the largest
    /// (the outputs of multi-level neurons and of sums exceed 1).
    ///
    /// - Parameter rates: values from 0 on; those that are not finite are left out.
    /// - Returns: nil where no value is left.
    init?(rates: [Double]) {
        let rates = rates.filter { $0.isFinite && $0 >= 0 }
        guard let least = rates.min(), let most = rates.max() else { return nil }
        let width = Swift.max(1, most.rounded(.up)) / Double(Self.buckets)
        self.init()
        min = least
        max = most
        num = Double(rates.count)
        sum = rates.reduce(0, +)
        sumSquares = rates.reduce(0) { $0 + $1 * $1 }
        bucketLimit = (1...Self.buckets).map { Double($0) * width }
        bucket = [Double](repeating: 0, count: Self.buckets)
        for rate in rates {
            bucket[Swift.min(Int(rate / width), Self.buckets - 1)] += 1
        }
    }
}
