import Testing

@testable import LSNBenchmarking

@Test func quantilesLieBetweenNeighbours() {
    #expect([1.0, 2, 4].quantile(0.5) == 2)
    #expect([1.0, 2, 4, 8].quantile(0.5) == 3)
    #expect([1.0, 2, 4].quantile(0.75) == 3)
    #expect([1.0, 2, 4].quantile(1) == 4 && [3.0].quantile(0.25) == 3)
    #expect([Double]().quantile(0.5) == 0)
}
