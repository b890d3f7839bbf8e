import Foundation
import LSNConfiguration
package import LSNDatasets
package import LSNTensors
package import LSNTraining

/// `lsn bench --requests`: prepares a piece of work, and times it as often as it is asked to. So another program can take
/// turns with it.
package struct BenchmarkSession {
    /// A line of standard input; one of its parts is there.
    private struct Request: Decodable {
        /// Names of benchmarks to prepare, timed as one, in this order.
        let kernels: [String]?
        /// Of their spikes; 0.2 where it is left out.
        let rate: Float?
        /// Options of `lsn train`: prepare a step of training.
        let step: [String: String]?
        /// Options of `lsn train`: prepare the inference of a batch.
        let inference: [String: String]?
        /// How often to run what is prepared.
        let runs: Int?
    }

    /// What was prepared.
    private struct Prepared: Encodable {
        var deviceName: String
        var driver: String
        var parameterCount: Int?
        var memory: MemoryPlan?
    }

    private struct Timed: Encodable {
        let seconds: [Double]
    }

    private struct Problem: Encodable {
        let error: String
    }

    /// What is timed; nil before anything is prepared.
    private struct Work {
        var reset: () throws -> Void = {}
        let run: () throws -> Void
    }

    /// Runs before the first that is timed, in which kernels are built.
    private static let warmUps = 2

    private let backend: Backend
    private let machine: MachineRecord
    private let plan: (TrainingConfiguration, any TrainingData) throws -> MemoryPlan
    private var work: Work?

    /// A session with nothing prepared.
    ///
    /// - Parameters:
    ///   - backend: the device.
    ///   - machine: what is said of it.
    ///   - plan: plans the memory of a run on data, whose batch is no larger than it asks for.
    package init(
        on backend: Backend,
        machine: MachineRecord,
        plan: @escaping (TrainingConfiguration, any TrainingData) throws -> MemoryPlan
    ) {
        self.backend = backend
        self.machine = machine
        self.plan = plan
    }

    /// Does what a line asks for, and returns what to print on a line. What cannot be done is said there too, and the
    /// session goes on.
    package mutating func answer(_ line: String) -> any Encodable {
        do {
            return try fulfil(request(line))
        } catch {
            return Problem(error: "\(error)")
        }
    }

    private func request(_ line: String) throws -> Request {
        do {
            return try JSONDecoder().decode(Request.self, from: Data(line.utf8))
        } catch {
            throw BenchmarkError("no request: \(line.prefix(200)) (docs/JSON.md has what `lsn bench --requests` takes)")
        }
    }

    private mutating func fulfil(_ request: Request) throws -> any Encodable {
        if let runs = request.runs { return Timed(seconds: try times(runs)) }
        // What was prepared before gives its memory back first.
        work = nil
        var prepared = Prepared(deviceName: machine.name, driver: machine.driver)
        if let names = request.kernels {
            work = try kernels(names, rate: request.rate ?? 0.2)
        } else if let options = request.step ?? request.inference {
            work = try step(options, training: request.step != nil, prepared: &prepared)
        } else {
            throw BenchmarkError("a request has one of: kernels, step, inference, runs")
        }
        _ = try times(Self.warmUps)
        return prepared
    }

    /// Seconds of each run, on the host's clock.
    private func times(_ runs: Int) throws -> [Double] {
        guard let work else {
            throw BenchmarkError("nothing is prepared: ask for kernels, a step or an inference first")
        }
        guard (1...10_000).contains(runs) else {
            throw BenchmarkError("\(runs) runs: between 1 and 10000 can be asked for")
        }
        let clock = ContinuousClock()
        return try (0..<runs).map { _ in
            try work.reset()
            try backend.synchronize()
            let start = clock.now
            try work.run()
            try backend.synchronize()
            return (clock.now - start) / .seconds(1)
        }
    }

    private func kernels(_ names: [String], rate: Float) throws -> Work {
        guard (0...1).contains(rate) else { throw BenchmarkError("a firing rate of \(rate): it lies between 0 and 1") }
        guard !names.isEmpty else { throw BenchmarkError("no benchmark is named (`lsn bench --json` names them)") }
        let calls = try names.map { name in
            guard let found = try BenchmarkList.cases().first(where: { $0.name == name }) else {
                throw BenchmarkError("there is no benchmark '\(name)' (`lsn bench --json` names them)")
            }
            return try found.prepare(on: backend, spikeRate: rate)
        }
        return Work {
            for call in calls { try call.reset() }
        } run: {
            for call in calls { try call.run() }
        }
    }

    private func step(
        _ values: [String: String],
        training: Bool,
        prepared: inout Prepared
    ) throws -> Work {
        var options = OptionList()
        for (name, value) in values { options[name] = value }
        let configuration = try TrainingConfiguration(options)
        guard ![.recordings, .arrays].contains(configuration.data.dataset.kind) else {
            throw BenchmarkError("a step is measured on made-up pictures, not recordings of events or arrays")
        }
        let data = ImageDataset.madeUp(for: configuration)
        let plan = try plan(configuration, data)
        let step = try RepeatedStep(configuration, on: backend, data: data, memory: plan.mode)
        prepared.parameterCount = step.parameterCount
        prepared.memory = training ? plan : nil
        return Work(run: training ? step.train : step.infer)
    }
}
