import LSNTensors
import LSNTraining

/// The learning rate of each 0-based epoch, with a `minimum` or without.
enum ScheduleOperation: ConformanceOperation {
    static let name = "schedule"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let epochs = try operands.integer("epochs", in: 1...100_000)
        let schedule = LearningRateSchedule(
            kind: try operands.choice("schedule"),
            base: try operands.number("base"),
            epochs: epochs,
            warmupEpochs: try operands.integer("warmup_epochs", in: 0...epochs, default: 0),
            minimum: try operands.number("minimum", default: 0)
        )
        let rates = (0..<epochs).map { Float(schedule.rate(epoch: $0)) }
        results.add("output.learning_rate", shape: [epochs], values: rates)
    }
}
