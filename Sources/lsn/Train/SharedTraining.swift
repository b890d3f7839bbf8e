import ArgumentParser
import Foundation
import LSNCommunication
import LSNConfiguration
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNNetworks
import LSNOpenCLRuntime
import LSNTensors
import LSNTraining

/// A run as rank 0 has read it, for the other ranks: they need not see its folder.
private struct SharedSession: Codable {
    var configuration: TrainingConfiguration
    /// Of a run that is continued.
    var folder: String?
    /// Of a run that is continued.
    var record: RunRecord?
}

extension TrainingSession {
    /// The session that rank 0 opens, on every rank. What only says where a rank's data, its cache and its device are, each has of
    /// its own.
    ///
    /// - Parameters:
    ///   - ranks: that share it.
    ///   - options: of this rank.
    ///   - open: opens it on rank 0.
    static func shared(
        by ranks: any Communicator,
        options: TrainingOptions,
        _ open: () throws -> TrainingSession
    ) throws -> TrainingSession {
        guard ranks.isShared else { return try open() }
        let first = ranks.isFirst ? try open() : nil
        let shared = try ranks.shared {
            let session = try first ?? open()
            return SharedSession(
                configuration: session.configuration,
                folder: session.resumed?.folder.path,
                record: session.resumed?.record
            )
        }
        var session = try first ?? TrainingSession(shared, options: options)
        session.ranks = ranks
        try session.checkRanks()
        return session
    }

    private init(_ shared: SharedSession, options: TrainingOptions) throws {
        var configuration = shared.configuration
        configuration.data.data = options.data.data ?? configuration.data.data
        configuration.data.cache = options.data.files.cache ?? configuration.data.cache
        guard let folder = shared.folder, let record = shared.record else {
            self.init(configuration, output: nil)
            return
        }
        try self.init(
            resuming: Resumed(folder: .ofAnotherProcess(folder), record: record),
            as: configuration,
            output: nil
        )
    }

    /// Every rank needs a micro-batch.
    private func checkRanks() throws(CommunicationError) {
        let count = configuration.learning.microBatches
        guard ranks.count > count else { return }
        let advice =
            resumed == nil
            ? "or more with --micro-batches \(ranks.count)"
            : "since this run began with --micro-batches \(count) and keeps to it"
        throw .unusable(
            "\(ranks.count) ranks share the micro-batches of a step, and there are \(count): start no more than \(count), \(advice)"
        )
    }

    /// The data to load, the list of a run's files from rank 0.
    func sharedDataRequest() throws -> DataRequest {
        guard ranks.isShared else { return try dataRequest() }
        var request = configuration.dataRequest
        let path = ranks.name(of: 0)
        let list = try ranks.shared { try dataRequest().files.map { String(decoding: $0.serialized(), as: UTF8.self) } }
        request.files = try list.map { try FileList.parse(Array($0.utf8), path: path) }
        return request
    }
}

/// What ranks must have in common before they train.
enum SharedTraining {
    /// Options of which each rank may have its own.
    private static let own: Set = ["--data", "--cache", "--device"]

    /// Compares what the ranks were started with.
    ///
    /// - Throws: ``CommunicationError/differs(_:)``.
    static func checkArguments(_ ranks: any Communicator) throws {
        guard ranks.isShared else { return }
        var agreement = Agreement()
        agreement.add("the version of lsn", ProgramVersion.current)
        try agreement.check(ranks, advice: "Start the same lsn everywhere")
        let all = try ranks.gather(values: compared(Array(CommandLine.arguments.dropFirst())))
        guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
        let (found, expected) = difference(all[other], all[0])
        throw CommunicationError.differs(
            "\(ranks.name(of: other)) was started with \(found), and \(ranks.name(of: 0)) with \(expected). Start all ranks with "
                + "the same options (\(own.sorted().joined(separator: ", ")) may differ)"
        )
    }

    /// The arguments that must be the same.
    static func compared(_ arguments: [String]) -> [String] {
        var result: [String] = []
        var isSkipping = false
        for argument in arguments {
            let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
            if isSkipping {
                isSkipping = false
            } else if own.contains(name) {
                isSkipping = !argument.contains("=")
            } else {
                result.append(argument)
            }
        }
        return result
    }

    /// Where two lists of arguments differ, as text.
    static func difference(_ first: [String], _ second: [String]) -> (String, String) {
        let alike = zip(first, second).prefix { $0 == $1 }.count
        // A value is shown with its option.
        let isValue = [first, second].contains { $0.count > alike && !$0[alike].hasPrefix("-") }
        let start = isValue && alike > 0 && first[alike - 1].hasPrefix("-") ? alike - 1 : alike
        let end = zip(first[alike...].reversed(), second[alike...].reversed()).prefix { $0 == $1 }.count
        func text(_ arguments: [String]) -> String {
            let part = arguments[start..<arguments.count - end]
            return part.isEmpty ? "nothing there" : part.map(ShellText.word).joined(separator: " ")
        }
        return (text(first), text(second))
    }

    /// Compares the networks that ranks have read, each from its own file.
    ///
    /// - Throws: ``CommunicationError/differs(_:)``.
    static func checkModel(_ ranks: any Communicator, _ network: Network) throws {
        guard ranks.isShared else { return }
        var agreement = Agreement()
        agreement.add("the fingerprint of the checkpoint", try network.parameters.fingerprint())
        try agreement.check(ranks, advice: "All ranks need the same checkpoint under the same name")
    }

    /// Compares what the ranks compute with, and on.
    ///
    /// - Throws: ``CommunicationError/differs(_:)``.
    static func check(
        _ ranks: any Communicator,
        device: OpenDevice,
        kernels: KernelOptions,
        data: any TrainingData
    ) throws {
        guard ranks.isShared else { return }
        let machine = device.machine
        let record = try DataRecord(data)
        var agreement = Agreement()
        agreement.add("the data's fingerprint", record.fingerprint)
        agreement.add("the number of samples", "\(record.trainSamples) and \(record.testSamples)")
        agreement.add("what computes", device.queue == nil ? "the reference backend" : "OpenCL")
        if device.queue != nil { agreement.add("the kernels' fingerprint", try kernels.sources().fingerprint) }
        agreement.add("--numerics", "\(machine.numerics ?? .fast)")
        agreement.add("--precision", "\(machine.precision ?? .highest)")
        if machine.numerics ?? .fast == .fast {
            let choices = (machine.kernelChoices ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            agreement.add("the choice of kernels", choices.joined(separator: ", "))
        }
        try agreement.check(
            ranks,
            advice: "All ranks need the same data and compute alike; with --numerics portable devices may differ"
        )
        let drivers = try ranks.gather(values: "\(machine.name), \(machine.driver)")
        if machine.numerics ?? .fast == .fast, Set(drivers).count > 1 {
            Failure.warn(
                "the ranks' devices differ (\(Set(drivers).sorted().joined(separator: "; "))): with --numerics fast results depend "
                    + "on which rank has which; with --numerics portable they do not"
            )
        }
    }
}
