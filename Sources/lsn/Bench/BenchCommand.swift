import ArgumentParser
import LSNBenchmarking
import LSNDevices
import LSNTensors
import LSNTraining

/// `lsn bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a device's kernels at the sizes of real layers, or a whole step of training.",
        discussion: """
            Times are those of the device's own events, summed over the kernels of a call, spikes at rate 0.2. Shares \
            are of this device's ceilings, measured in the same run: the rate of copying 64 MiB, and of fused \
            multiply-adds on registers. A convolution of spikes counts the operations of a dense one.

            With --plan, a few steps of training on made-up pictures instead: time by kernel, the share of the time in \
            which no kernel runs, and memory.

            With --launches, the kernels that such a step launches on a GPU, which need not be there: nothing is computed. A \
            GPU takes some microseconds for every launch, which bounds networks of small widths.

            With --requests, whatever another program asks for, when it asks: it writes a JSON object a line to standard \
            input and reads one from standard output (docs/JSON.md). Times are those of the host's clock, until the device \
            is done.
            """
    )

    @OptionGroup var device: DeviceOptions

    @Option(help: "Measure only benchmarks whose name contains this.")
    var filter: String?

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    @Flag(help: "Measure what standard input asks for.")
    var requests = false

    @OptionGroup(title: "A step of training") var step: StepOptions

    func validate() throws {
        let isStep = step.plan || step.launches
        if isStep, filter != nil {
            throw ValidationError("--filter chooses benchmarks; leave it out with --plan and --launches")
        }
        if requests, isStep || json || filter != nil {
            throw ValidationError("--requests takes what to measure from standard input; leave the other options out")
        }
        if step.launches, let name = device.device {
            throw ValidationError("--launches asks no device; leave out --device \(name), or say --plan")
        }
        if !isStep, step.isAsked { throw ValidationError("--model and the options below it need --plan or --launches") }
    }

    func run() throws {
        if step.launches {
            let launches = try StepLaunches(
                step.configuration(),
                choices: device.choicesOfGPU(),
                computeUnits: step.computeUnits
            )
            return try json ? JSONOutput.print(launches) : Terminal.write(launches.text)
        }
        let choice = try DeviceChoice(device.device ?? "auto")
        if requests {
            let opened = try device.open(choice)
            var session = BenchmarkSession(on: opened.backend, machine: opened.machine) { configuration, data in
                let batch = configuration.learning.batchSize
                return try opened.fittingPlan(configuration, data: data, mostSamples: batch)
            }
            while let line = readLine() { try JSONOutput.printLine(session.answer(line)) }
            return
        }
        if step.plan {
            let opened = try device.open(choice)
            let report = try StepBenchmark(
                step.configuration(),
                on: opened.backend,
                machine: opened.machine,
                steps: step.steps
            ) { configuration, data in
                try opened.fittingPlan(configuration, data: data, mostSamples: 1 << 16)
            }
            return try json ? JSONOutput.print(report) : Terminal.write(report.text)
        }
        let benchmarks = try BenchmarkList.cases(filter: filter)
        let opened = try device.open(choice, isProfiling: true)
        let ceilings = try opened.queue.map(DeviceCeilings.init)
        let timer = BenchmarkTimer(queue: opened.queue)
        let results = try Self.measure(benchmarks, on: opened.backend, timer: timer, ceilings: ceilings)
        if json {
            try JSONOutput.print(
                BenchmarkListing(
                    device: opened.machine.device,
                    deviceName: opened.machine.name,
                    driver: opened.machine.driver,
                    clock: opened.queue == nil ? "host" : "device events",
                    ceilings: ceilings,
                    benchmarks: results
                )
            )
        } else {
            Terminal.write(Self.table(results, ceilings: ceilings, name: opened.machine.name))
        }
    }

    private static func measure(
        _ benchmarks: [BenchmarkCase],
        on backend: Backend,
        timer: BenchmarkTimer,
        ceilings: DeviceCeilings?
    ) throws -> [BenchmarkResult] {
        let progress = StatusLine()
        defer { progress.clear() }
        return try benchmarks.enumerated().map { index, benchmark in
            progress.show("\(index + 1)/\(benchmarks.count) \(benchmark.name)")
            return BenchmarkResult(benchmark, times: try timer.times(benchmark, on: backend), ceilings: ceilings)
        }
    }

    private static func table(_ results: [BenchmarkResult], ceilings: DeviceCeilings?, name: String) -> String {
        var table = TextTable([
            ("benchmark", .left), ("median", .right), ("spread", .right), ("GFLOP/s", .right), ("of peak", .right),
            ("GB/s", .right), ("of copy", .right),
        ])
        func share(_ value: Double?) -> String { value.map { ProgressText.percent($0, digits: 0) } ?? "" }
        for result in results {
            let computes = result.floatingPointOperations > 0
            table.add([
                result.name, ProgressText.milliseconds(result.medianSeconds, digits: 3),
                "±" + ProgressText.percent(result.spreadSeconds / result.medianSeconds / 2, digits: 0),
                computes ? ProgressText.decimal(result.gigaflops, 1) : "",
                computes ? share(result.shareOfMultiplyAdd) : "",
                ProgressText.decimal(result.gigabytesPerSecond, 1), share(result.shareOfCopy),
            ])
        }
        let limits = ceilings.map { ceilings in
            "\(name): copy \(ProgressText.decimal(ceilings.copyGigabytesPerSecond, 1)) GB/s, multiply-add "
                + "\(ProgressText.decimal(ceilings.multiplyAddGigaflops, 1)) GFLOP/s\n"
        }
        return table.text + (limits ?? "\(name): times of the host's clock\n")
    }
}

/// A measurement as `--json` prints it.
private struct BenchmarkListing: Encodable {
    let device: String
    let deviceName: String
    let driver: String
    let clock: String
    let ceilings: DeviceCeilings?
    let benchmarks: [BenchmarkResult]
}
