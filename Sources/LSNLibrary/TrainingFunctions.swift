import ArgumentParser
public import LSNCLibrary
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNNetworks
import LSNTraining

/// See lsn.h.
@c @implementation
public func lsn_network_optimize(_ network: lsn_network, _ options: UnsafePointer<CChar>?) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        let options = try unsafe OptionText(options, refusing: Refused.inSteps)
        try library.use { state in
            state.learning = try learning(options, of: library)
            state.training = nil
        }
    }
}

/// How single steps learn. Batches have any size, so that micro-batches are not held to one.
private func learning(_ options: OptionText, of library: LibraryNetwork) throws -> TrainingConfiguration {
    var parsed = try options.parse(TrainingOptions.self)
    try requireNoNetwork(parsed)
    parsed.learning.batchSize = parsed.learning.microBatches.map { max($0, 1) }
    return try library.configuration(parsed)
}

/// Refuses options of the network, which is there already.
private func requireNoNetwork(_ options: TrainingOptions) throws(LibraryError) {
    var network = options.network
    network.surrogateSearch = nil
    guard !network.isAsked else { throw .badArgument("the network is there already: leave its options out") }
}

/// See lsn.h.
@c @implementation
public func lsn_network_train_step(
    _ network: lsn_network,
    _ x: UnsafePointer<Float>?,
    _ shape: UnsafePointer<Int>?,
    _ rank: Int,
    _ labels: UnsafePointer<UInt32>?,
    _ learning_rate: Double,
    _ result: UnsafeMutablePointer<lsn_step>?
) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        guard learning_rate >= 0, learning_rate.isFinite, Float(learning_rate).isFinite else {
            throw LibraryError.badArgument("learning_rate is \(learning_rate), and must be a finite number, 0 or more")
        }
        let argument = unsafe SamplesArgument(x: x, shape: shape, rank: rank, prefix: "")
        try library.use { state in
            let samples = try unsafe argument.samples(for: library.network.description, labels: labels)
            let data = try library.data(samples, test: nil)
            if let begun = state.training, begun.timeSteps != samples.timeSteps {
                throw LibraryError.badArgument(
                    "x has rank \(rank), and the steps before had another: call lsn_network_optimize() first"
                )
            }
            let learning =
                if let found = state.learning { found } else {
                    try library.configuration(try TrainingOptions.parsed())
                }
            var steps =
                if let begun = state.training { begun.steps } else {
                    try NetworkTraining(
                        library.network,
                        learning,
                        data: data,
                        memory: learning.run.memory.mode ?? .fast
                    )
                }
            library.forgetInference(&state)
            let outcome = try steps.run(samples, rate: learning_rate)
            state.training = (steps, samples.timeSteps)
            unsafe result?.pointee = lsn_step(
                loss: Double(outcome.loss),
                correct: UInt64(outcome.correct),
                step: UInt64(steps.steps)
            )
        }
    }
}

/// See lsn.h.
@c @implementation
public func lsn_network_fit(
    _ network: lsn_network,
    _ x: UnsafePointer<Float>?,
    _ shape: UnsafePointer<Int>?,
    _ rank: Int,
    _ labels: UnsafePointer<UInt32>?,
    _ test_x: UnsafePointer<Float>?,
    _ test_shape: UnsafePointer<Int>?,
    _ test_rank: Int,
    _ test_labels: UnsafePointer<UInt32>?,
    _ options: UnsafePointer<CChar>?,
    _ callback: lsn_callback?,
    _ context: UnsafeMutableRawPointer?,
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int,
    _ length: UnsafeMutablePointer<Int>?
) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        let description = library.network.description
        let parsed = try unsafe OptionText(options, refusing: Refused.inFitting).parse(TrainingOptions.self)
        try requireNoNetwork(parsed)
        let configuration = try library.configuration(parsed)
        let argument = unsafe SamplesArgument(x: x, shape: shape, rank: rank, prefix: "")
        let test = unsafe SamplesArgument(x: test_x, shape: test_shape, rank: test_rank, prefix: "test_")
        let hasTest = unsafe test_x != nil || test_labels != nil
        let listener = unsafe CallbackListener(callback, context: context)
        let summary = try library.use { state in
            let data = try library.data(
                try unsafe argument.samples(for: description, labels: labels),
                test: hasTest ? try unsafe test.samples(for: description, labels: test_labels) : nil
            )
            let training = try NetworkTraining(
                library.network,
                configuration,
                data: data,
                memory: try library.device.memoryMode(configuration, data: data)
            )
            library.forgetInference(&state)
            // Their moments are of parameters that were.
            state.training = nil
            return try waiting {
                try await training.fit(observer: { listener.hear($0) }, shouldStop: { listener.isStopping })
            }
        }
        try unsafe give(json(SummaryText(summary)), to: buffer, capacity, length)
    }
}

extension OpenDevice {
    /// What a training on arrays keeps for its backward pass: what is asked for, or the first that fits.
    fileprivate func memoryMode(_ configuration: TrainingConfiguration, data: MemoryDataset) throws -> MemoryMode {
        try fittingPlan(configuration, data: configuration.trainingData(data)).mode
    }
}

/// See lsn.h.
@c @implementation
public func lsn_train(
    _ options: UnsafePointer<CChar>?,
    _ callback: lsn_callback?,
    _ context: UnsafeMutableRawPointer?,
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int,
    _ length: UnsafeMutablePointer<Int>?
) -> lsn_status {
    call { warnings in
        let options = try unsafe OptionText(options, refusing: Refused.inTraining)
        let listener = unsafe CallbackListener(callback, context: context)
        let summary = try RunJob(options).run(listener, warnings)
        try unsafe give(json(SummaryText(summary)), to: buffer, capacity, length)
    }
}
