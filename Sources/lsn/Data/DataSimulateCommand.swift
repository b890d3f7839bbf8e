import ArgumentParser
import Dispatch
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNHostSystem
import LSNTraining
import Synchronization

/// `lsn data simulate-dvs`.
struct DataSimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-dvs",
        abstract: "Record pictures with a simulated event camera, as AEDAT 2.0 files.",
        discussion: """
            Each picture runs along a rhombus before a sensor of 128×128 pixels, as CIFAR10-DVS was recorded; a pixel \
            sends an event when the logarithm of its brightness has changed by the threshold. The files stand in \
            OUTPUT/CLASS/, a folder that --dataset cifar10-dvs takes. The same options give the same files.
            """
    )

    @Option(help: ArgumentHelp("Pictures (default: digits).", valueName: "digits|mnist|cifar10"), transform: named)
    var dataset: DatasetName = .digits

    @Option(help: "Folder of the data set's files.")
    var data: String?

    @Option(help: "Folder to write to.")
    var output: String

    @Option(help: "Recordings of each class, of the first training pictures.")
    var perClass = 100

    @Option(help: "Change of the logarithm of brightness that makes an event.")
    var threshold: Float = EventSensor().threshold

    @Option(help: "Length of a recording in milliseconds.")
    var milliseconds = EventSensor().milliseconds

    @Option(help: "Seed of thresholds and starting points.", transform: readSeed)
    var seed: UInt64 = 0

    func validate() throws {
        if perClass < 1 { throw ValidationError("--per-class must be at least 1") }
        if !(0.01...2).contains(threshold) { throw ValidationError("--threshold must be from 0.01 to 2") }
        if !(1...60_000).contains(milliseconds) { throw ValidationError("--milliseconds must be from 1 to 60000") }
    }

    func run() throws {
        guard dataset.kind == .pictures else {
            throw InputError(
                "--dataset \(dataset.rawValue): events are simulated from digits, mnist, cifar10 or cifar100"
            )
        }
        let images = try ImageDataset.load(dataset, directory: data)
        var sensor = EventSensor()
        sensor.threshold = threshold
        sensor.milliseconds = milliseconds
        let jobs = recordings(of: images)
        for name in images.classNames { try FileSystem.createFolders(HostPath.join(output, name)) }
        let events = try Self.write(jobs, of: images, with: sensor, seed: seed)
        let mean = events / max(jobs.count, 1)
        Terminal.write(
            """
            \(ProgressText.count(jobs.count)) recordings of \(milliseconds) ms in \(output), \
            \(ProgressText.count(mean)) events each on average
            train on them with: lsn train --dataset cifar10-dvs --data \(ShellText.path(output))

            """
        )
    }

    /// A file, and the picture that it records.
    private struct Job: Sendable {
        let picture: Int
        let path: String
    }

    /// The first pictures of each class; where a class has fewer, all of them.
    private func recordings(of images: ImageDataset) -> [Job] {
        var counts = [Int](repeating: 0, count: images.classes)
        var jobs: [Job] = []
        for (picture, label) in images.train.labels.enumerated() where counts[Int(label)] < perClass {
            let (name, number) = (images.classNames[Int(label)], counts[Int(label)])
            counts[Int(label)] += 1
            jobs.append(
                Job(
                    picture: picture,
                    path: HostPath.join(HostPath.join(output, name), "\(dataset.rawValue)_\(name)_\(number).aedat")
                )
            )
        }
        return jobs
    }

    /// Returns how many events were written.
    private static func write(
        _ jobs: [Job],
        of images: ImageDataset,
        with sensor: EventSensor,
        seed: UInt64
    ) throws -> Int {
        let progress = DataProgress("recording")
        defer { progress.clear() }
        let state = Mutex<(done: Int, events: Int, failure: FileFormatError?)>((0, 0, nil))
        DispatchQueue.concurrentPerform(iterations: jobs.count) { index in
            guard state.withLock({ $0.failure == nil }) else { return }
            let job = jobs[index]
            let picture = GreyPicture(
                images.train,
                index: job.picture,
                channels: images.channels,
                height: images.height,
                width: images.width
            )
            let recording = sensor.record(
                picture,
                seed: seed,
                sample: job.picture,
                comments: [
                    " Data format is int32 address, int32 timestamp (8 bytes total), repeated for each event",
                    " Timestamps tick is 1 us",
                    " Simulated by lsn \(ProgramVersion.current) from picture \(job.picture) of "
                        + "\(images.name.rawValue): threshold \(sensor.threshold), seed \(seed)",
                ]
            )
            var failure: FileFormatError?
            do throws(FileFormatError) {
                try FileSystem.writeAtomically(recording.serialized(), to: job.path)
            } catch {
                failure = error
            }
            state.withLock { state in
                state.done += 1
                state.events += recording.events.count
                state.failure = state.failure ?? failure
                progress.show(state.done, jobs.count)
            }
        }
        let result = state.withLock { $0 }
        if let failure = result.failure {
            try TrainingError.saving(run: nil) { () throws(FileFormatError) in throw failure }
        }
        return result.events
    }
}
