import ArgumentParser
import LSNDatasets
import LSNFileFormats
import LSNTraining

/// `lsn data verify`.
struct DataVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every file of a data set and name those that cannot be used; exit code 1 where there are some.",
        discussion: """
            Damaged files, kinds that are not supported, pipes and devices. For --frames-by time also recordings whose \
            clock is wrong, or that are shorter than --timesteps microseconds.
            """
    )

    @OptionGroup var source: DataSourceOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        var request = source.request
        request.maxBadFiles = .max
        let data = try DataProgress.load(request)
        let reporter = DataReporter(data)
        let progress = DataProgress("reading")
        let files = data.check { done, total in progress.show(done, total) }
        progress.clear()
        reporter.report()
        if json {
            try JSONOutput.print(
                Report(
                    data: DatasetReport(data),
                    badFiles: files.map(BadFileReport.init),
                    warnings: data.warnings
                )
            )
        } else {
            Terminal.write(DatasetReport(data).text)
            for file in files { Terminal.write("bad      \(file.error)\n") }
            if files.isEmpty { Terminal.write("bad      none\n") }
        }
        guard files.isEmpty else {
            throw CheckFailure(
                "\(files.count) of the data set's files cannot be used: mend, convert or remove them"
            )
        }
    }

    private struct Report: Encodable {
        let data: DatasetReport
        let badFiles: [BadFileReport]
        let warnings: [String]
    }
}
