import Dispatch
import Synchronization

/// `body(0)`, `body(1)`, …, `body(count − 1)`, computed on all cores, in this order.
///
/// Each result is made by one call alone, so it does not depend on the number of cores.
func parallelMap<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
        let result = body(index)
        results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap(\.self) }
}

/// The results of `body(0)`, …, `body(count − 1)` one behind the other.
func parallelJoin<Element: Sendable>(_ count: Int, _ body: @Sendable (Int) -> [Element]) -> [Element] {
    Array(parallelMap(count, body).joined())
}

/// sums[k] += factor · values[start + k], for every k of `sums`.
@inline(__always)
func addScaled(_ sums: inout [Double], _ factor: Double, _ values: [Double], from start: Int) {
    for index in sums.indices { sums[index] += factor * values[start + index] }
}
