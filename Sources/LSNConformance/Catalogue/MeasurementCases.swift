import LSNTensors

/// Counts and norms at sizes that fill no vector and at sizes that span many work-items; norms of values so small and so
/// large that their squares are 0 or infinite.
enum MeasurementCases {
    static let all =
        small.flatMap { shape in
            [countSpikes(shape, "small"), countValues(shape, "small")] + scales.map { norm(shape, $0, "small") }
        }
        + [norm(severalLevels, 0, "small")]
        + large.flatMap { shape in
            [countSpikes(shape, "large"), countValues(shape, "large"), norm(shape, 0, "large")]
        }

    private static let small = [1, 7, 16, 31, 33, 40, 65].map { channels in
        ImageShape(images: 3, height: 5, width: 3, channels: channels)
    }

    /// So many runs that what they leave is merged before it is finished.
    private static let severalLevels = ImageShape(images: 3, height: 23, width: 11, channels: 31)

    private static let large = [
        ImageShape(images: 200, height: 28, width: 28, channels: 8),
        ImageShape(images: 31, height: 17, width: 13, channels: 37),
    ]

    /// Powers of ten.
    private static let scales = [-36, -25, 0, 25, 36]

    private static func countSpikes(_ shape: ImageShape, _ kind: String) -> ConformanceCase {
        ConformanceCase(name: "count_spikes/\(kind)/\(shape.title)", operation: "count_spikes") { numbers in
            CaseData(tensors: [
                numbers.spikeTensor("input.first", shape.extents, rate: 0.4),
                numbers.spikeTensor("input.second", shape.extents, rate: 0.5),
            ])
        }
    }

    private static func countValues(_ shape: ImageShape, _ kind: String) -> ConformanceCase {
        ConformanceCase(name: "count_values/\(kind)/\(shape.title)", operation: "count_values") { numbers in
            // −2, −1.5, … 2: a ninth of each.
            let values = numbers.integers(shape.count, below: 9).map { $0 / 2 - 2 }
            return CaseData(tensors: [NamedTensor(name: "input.x", shape: shape.extents, values: values)])
        }
    }

    private static func norm(_ shape: ImageShape, _ exponent: Int, _ kind: String) -> ConformanceCase {
        ConformanceCase(name: "measure_norm/\(kind)/1e\(exponent)-\(shape.title)", operation: "measure_norm") {
            numbers in
            let largest = Float("1e\(exponent)") ?? 1
            return CaseData(tensors: [numbers.tensor("input.x", shape.extents, in: -largest...largest)])
        }
    }
}
