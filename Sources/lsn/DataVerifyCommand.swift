import ArgumentParser
import Datasets
import FileFormats
import Training

/// `lsn data verify`.
struct DataVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every file of a data set and name those that are damaged; exit code 1 where there are some."
    )

    @OptionGroup var source: DataSourceOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        var request = source.request
        request.maxBadFiles = .max
        let data = try DataProgress.load(request)
        let progress = DataProgress("reading")
        let files = data.check { done, total in progress.show(done, total) }
        progress.clear()
        if json {
            try JSONOutput.print(
                Report(
                    data: DatasetReport(data),
                    badFiles: files.map { Report.File(path: $0.path, problem: $0.error.description) }
                )
            )
        } else {
            Terminal.write(DatasetReport(data).text)
            for file in files { Terminal.write("damaged  \(file.error)\n") }
            if files.isEmpty { Terminal.write("damaged  none\n") }
        }
        guard files.isEmpty else {
            throw CheckFailure("\(files.count) of the data set's files are damaged: mend them or remove them")
        }
    }

    private struct Report: Encodable {
        struct File: Encodable {
            let path: String
            let problem: String
        }

        let data: DatasetReport
        let badFiles: [File]
    }
}
