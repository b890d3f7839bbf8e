import LSNTensors

/// Mean and Σ (x − mean)² of a channel's values over pixels, in the order of ``SumOrder`` and with the roundings of
/// Kernels/reduction/moments.cl.
struct Moments: Sendable {
    let mean: Float
    let squares: Float

    private init(mean: Float, squares: Float) {
        self.mean = mean
        self.squares = squares
    }

    /// Of all values, those of runs merged.
    init(of values: [Float]) {
        var moments = stride(from: 0, to: values.count, by: SumOrder.run).map { begin in
            Moments(ofRun: values[begin..<min(begin + SumOrder.run, values.count)])
        }
        var run = SumOrder.run
        while moments.count > SumOrder.fanIn {
            moments = stride(from: 0, to: moments.count, by: SumOrder.fanIn).map { first in
                Self.merging(
                    moments[first..<min(first + SumOrder.fanIn, moments.count)],
                    run: run,
                    pixels: values.count - first * run
                )
            }
            run *= SumOrder.fanIn
        }
        self = Self.merging(moments[...], run: run, pixels: values.count)
    }

    /// Of a run: value i and value i + 8 are added first, in the place of missing ones 0.
    private init(ofRun values: ArraySlice<Float>) {
        func joined(_ term: (Int) -> Float?, _ add: (_ low: Float, _ high: Float) -> Float) -> Float {
            var lanes = SIMD8<Float>()
            for lane in 0..<SumOrder.lanes { lanes[lane] = add(term(lane) ?? 0, term(lane + SumOrder.lanes) ?? 0) }
            return SumOrder.joined(lanes)
        }
        func value(_ index: Int) -> Float? { index < values.count ? values[values.startIndex + index] : nil }
        let mean = joined(value, +) / Float(values.count)
        self.mean = mean
        squares = joined({ value($0).map { $0 - mean } }) { low, high in (low * low).addingProduct(high, high) }
    }

    /// Of runs of `run` pixels, the last one of all of what is left of `pixels`; means relative to the first one's.
    private static func merging(_ runs: ArraySlice<Moments>, run: Int, pixels: Int) -> Moments {
        let origin = runs[runs.startIndex].mean
        func counts() -> some Sequence<(Moments, Float)> {
            runs.enumerated().lazy.map { index, moments in (moments, Float(min(run, pixels - index * run))) }
        }
        let excess = counts().reduce(Float(0)) { sum, part in sum.addingProduct(part.1, part.0.mean - origin) }
        let mean = origin + excess / Float(min(runs.count * run, pixels))
        let squares = counts().reduce(Float(0)) { sum, part in
            let difference = part.0.mean - mean
            return sum + part.0.squares.addingProduct(part.1 * difference, difference)
        }
        return Moments(mean: mean, squares: squares)
    }
}
