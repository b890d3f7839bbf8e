import LSNTensorBoardMessages

extension HistogramProto {
    /// Buckets of a histogram: TensorBoard draws 30 by itself, and fewer values than that are the rule.
    private static let buckets = 50

    /// How often rates occur, in 50 buckets of equal width from 0 to 1, or to the next whole number above the largest
    /// (the outputs of multi-level neurons and of sums exceed 1); empty ones at both ends are left out.
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
        var counts = [Double](repeating: 0, count: Self.buckets)
        for rate in rates {
            counts[Swift.min(Int(rate / width), Self.buckets - 1)] += 1
        }
        // Readers take the least value as the first bucket's left edge, so none that is empty may stand before it.
        let first = counts.firstIndex { $0 > 0 } ?? 0
        let last = counts.lastIndex { $0 > 0 } ?? 0
        bucketLimit = (first...last).map { Double($0 + 1) * width }
        bucket = Array(counts[first...last])
    }
}
