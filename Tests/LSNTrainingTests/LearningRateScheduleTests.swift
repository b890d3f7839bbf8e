import LSNTraining
import Testing

@Suite struct LearningRateScheduleTests {
    /// Values of an independent program: base 5e-3, 30 epochs, 5 of them warm-up.
    @Test(arguments: [
        (0, 0.001), (1, 0.002), (4, 0.005), (5, 0.005), (6, 0.004980286583304405), (17, 0.0026569762267172337),
        (29, 1.971324672922492e-05),
    ])
    func cosineWithWarmUp(epoch: Int, expected: Double) {
        let schedule = LearningRateSchedule(kind: .cosine, base: 0.005, epochs: 30, warmupEpochs: 5)
        #expect(abs(schedule.rate(epoch: epoch) - expected) < 1e-9)
    }

    @Test func cosineWithoutWarmUpStartsAtTheBaseAndHalvesMidway() {
        let schedule = LearningRateSchedule(kind: .cosine, base: 0.2, epochs: 8)
        #expect(schedule.rate(epoch: 0) == 0.2)
        #expect(abs(schedule.rate(epoch: 4) - 0.1) < 1e-15)
        #expect(schedule.rate(epoch: 7) > 0)
    }

    /// The end is a share of nothing: with a minimum of the base rate itself the cosine is flat.
    @Test func theMinimumIsWhereTheCosineEnds() {
        let schedule = LearningRateSchedule(kind: .cosine, base: 0.2, epochs: 8, minimum: 0.1)
        #expect(schedule.rate(epoch: 0) == 0.2)
        #expect(abs(schedule.rate(epoch: 4) - 0.15) < 1e-15)
        #expect(schedule.rate(epoch: 7) > 0.1)
        let flat = LearningRateSchedule(kind: .cosine, base: 0.2, epochs: 8, minimum: 0.2)
        #expect((0..<8).allSatisfy { flat.rate(epoch: $0) == 0.2 })
    }

    @Test func constantStaysAfterTheWarmUp() {
        let schedule = LearningRateSchedule(kind: .constant, base: 0.3, epochs: 5, warmupEpochs: 2)
        #expect((0..<5).map(schedule.rate(epoch:)) == [0.15, 0.3, 0.3, 0.3, 0.3])
    }

    @Test func warmUpMayTakeEveryEpoch() {
        let schedule = LearningRateSchedule(kind: .cosine, base: 1, epochs: 2, warmupEpochs: 2)
        #expect((0..<2).map(schedule.rate(epoch:)) == [0.5, 1])
    }
}
