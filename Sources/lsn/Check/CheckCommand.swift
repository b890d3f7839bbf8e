import ArgumentParser
import LSNConfiguration
import LSNConformance
import LSNDevices
import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import LSNTraining

/// `lsn check`.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a device: against the reference, or against golden values.",
        discussion: """
            Without --golden, an OpenCL device is compared with the reference backend on every case of the catalogue, \
            and the reference with values that come with the program and with finite differences. An error is \
            max|a - b| / max|b| over a tensor. With --exact, results that every device computes to the same bits \
            (docs/Exactness.md) must be equal, with --numerics portable also gradients of convolutions; --against compares two \
            devices directly. Exit code 1 when a case fails.
            """
    )

    @OptionGroup var device: DeviceOptions

    @Option(help: "Folder of golden .safetensors cases to check the device against.")
    var golden: String?

    @Option(help: "Check only cases whose name or operation contains this.")
    var filter: String?

    @Option(help: "Check one part of the cases, K/N: every N-th, from the K-th on. Parts can be checked at once.")
    var part: CasePart?

    @Option(help: "Compare with this device instead of the reference.")
    var against: String?

    @Option(
        help: .choice(
            WorkMapping.self,
            "How the kernels of --against share work out (default: what suits that device)."
        ),
        transform: WorkMapping.option
    )
    var againstMapping: WorkMapping?

    @Flag(help: "Compare bits, not errors, where results are the same on every device.")
    var exact = false

    @Flag(help: "Run each case once only, not a second time to see that its bits are the same.")
    var once = false

    @Flag(help: "Fail also where a kernel of an OpenCL device was not run by any case.")
    var everyKernel = false

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func validate() throws {
        guard againstMapping == nil || against != nil else {
            throw ValidationError("--against-mapping needs --against DEVICE.")
        }
        guard golden == nil || !exact && against == nil else {
            throw ValidationError("--golden compares with the values of its files: leave out --exact and --against.")
        }
    }

    func run() throws {
        let choice = try DeviceChoice(device.device ?? "auto")
        let cases = try golden.map { chosen(try GoldenFolder.load($0, filter: filter)) }
        let opened = try device.open(choice, guardsMemory: true, allowsAnyArithmetic: true)
        let status = StatusLine()
        let report = try check(opened.backend, golden: cases, status: status)
        status.clear()
        let coverage = (opened.backend.kernels.device as? OpenCLBackend)?.kernelCoverage
        if json {
            try JSONOutput.print(CheckListing(report, device: opened.machine.device, coverage: coverage))
        } else {
            Terminal.write(Self.table(report))
        }
        guard report.passed else {
            throw CheckFailure(
                "\(report.failures.count) of \(report.entries.count) cases failed on \(report.device), checked against "
                    + report.against
            )
        }
        if everyKernel, let missed = coverage?.notRun, !missed.isEmpty {
            throw CheckFailure("no case ran the kernels \(missed.joined(separator: ", "))")
        }
    }

    private func check(_ backend: Backend, golden cases: [ConformanceCase]?, status: StatusLine) throws -> CheckReport {
        func show(_ entry: CheckReport.Entry, done: Int, total: Int) {
            status.show("\(done)/\(total) \(entry.name)")
        }
        if let cases, let golden {
            return ConformanceCheck.golden(cases, on: backend, source: golden, progress: show)
        }
        if backend.kernels.device is ReferenceBackend {
            guard part == nil, !once, !exact, against == nil else {
                throw InputError(
                    "--part, --once, --exact and --against are not for the reference, which is checked by itself: leave them "
                        + "out, or choose an OpenCL device (--device)"
                )
            }
            return try ConformanceCheck.reference(backend, filter: filter, progress: show)
        }
        return ConformanceCheck.catalogue(
            chosen(try ConformanceCatalogue.cases(filter: filter)),
            backend: backend,
            against: try comparedBackend(),
            repeats: !once,
            isExact: exact,
            numerics: device.numerics ?? .fast,
            progress: show
        )
    }

    /// What the device is compared with.
    private func comparedBackend() throws -> Backend {
        guard let against else {
            return OpenDevice.reference(device.numerics ?? .fast, device.precision ?? .highest).backend
        }
        var options = device
        options.mapping = againstMapping
        return try options.open(DeviceChoice(against)).backend
    }

    private func chosen(_ cases: [ConformanceCase]) -> [ConformanceCase] { part?.of(cases) ?? cases }

    /// Every case with its worst tensor, and what failed below.
    static func table(_ report: CheckReport) -> String {
        var table = TextTable([
            ("case", .left), ("worst tensor", .left), ("error", .right), ("tolerance", .right), ("", .left),
        ])
        for entry in report.entries {
            let error = entry.worst.map { worst in worst.error.map(scientific) ?? "not finite" } ?? ""
            table.add([
                entry.name, entry.worst?.tensor ?? "", error, entry.worst.map { scientific($0.tolerance) } ?? "",
                entry.passed ? "ok" : "FAILED",
            ])
        }
        let failures = report.failures.map { "\($0.name): \($0.failure ?? "failed")\n" }.joined()
        let passed = report.entries.count - report.failures.count
        let (equal, exact) = report.exactResults
        let equality = exact > 0 ? "\(equal) of \(exact) exact results are equal bit for bit\n" : ""
        return table.text + failures + equality
            + "\(passed) of \(report.entries.count) cases passed on \(report.device), checked against \(report.against)\n"
    }

    private static func scientific(_ value: Double) -> String {
        value == 0 ? "0" : ProgressText.scientific(value)
    }
}

/// One of several equal parts of a list, as `--part` names it.
struct CasePart: ExpressibleByArgument {
    private let number: Int
    private let count: Int

    /// From `2/3`.
    init?(argument: String) {
        let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], count >= 1,
            (1...count).contains(number)
        else {
            return nil
        }
        self.number = number
        self.count = count
    }

    /// Neighbours go to different parts, so that all take about as long.
    func of<Element>(_ elements: [Element]) -> [Element] {
        stride(from: number - 1, to: elements.count, by: count).map { elements[$0] }
    }
}

/// A check as `--json` prints it.
private struct CheckListing: Encodable {
    struct Case: Encodable {
        let name: String
        let operation: String
        let passed: Bool
        let worstTensor: String?
        let worstError: Double?
        let tolerance: Double?
        let margin: Double?
        let problems: [String]
        let tensors: [Tensor]
    }

    struct Tensor: Encodable {
        let name: String
        let error: Double?
        let tolerance: Double
        let differing: Int?
        let passed: Bool
    }

    let device: String
    let deviceName: String
    let against: String
    let passed: Bool
    let failures: Int
    let kernelsRun: [String]?
    let kernelsNotRun: [String]?
    let cases: [Case]

    init(_ report: CheckReport, device: String, coverage: KernelCoverage?) {
        self.device = device
        deviceName = report.device
        against = report.against
        passed = report.passed
        failures = report.failures.count
        kernelsRun = coverage?.run
        kernelsNotRun = coverage?.notRun
        cases = report.entries.map { entry in
            Case(
                name: entry.name,
                operation: entry.operation,
                passed: entry.passed,
                worstTensor: entry.worst?.tensor,
                worstError: entry.worst?.error,
                tolerance: entry.worst?.tolerance,
                margin: entry.margin,
                problems: entry.problems,
                tensors: entry.tensors.map {
                    Tensor(
                        name: $0.tensor,
                        error: $0.error,
                        tolerance: $0.tolerance,
                        differing: $0.differing,
                        passed: $0.passed
                    )
                }
            )
        }
    }
}
