import ArgumentParser
import Foundation
import LSNConfiguration
import LSNFileFormats
import LSNReports
import LSNTraining

/// `lsn report`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Draw a run as a page, or compare several on one.",
        discussion: """
            The page is one HTML file that needs nothing else: no network, no other file. Of one run it shows accuracy, \
            loss, learning rate, throughput, what happens in each block, time by kernel, memory, and the configuration; \
            lsn train keeps that page in the run's folder while it trains. Of several runs it lays the curves over each \
            other and lists what was set differently. Parts of a run that cannot be read are named on the page.
            """
    )

    @Argument(help: "Folders that lsn train wrote.")
    var runs: [String]

    @Option(help: "The page's file (default: RUN/report.html; of several runs, report-compare.html here).")
    var output: String?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        // A folder that is named twice is one run.
        var seen: Set<String> = []
        let folders = runs.filter { seen.insert(URL(fileURLWithPath: $0).standardizedFileURL.path).inserted }
        let status = StatusLine()
        defer { status.clear() }
        var contents: [RunContents] = []
        for folder in folders {
            status.show("reading \(folder)")
            contents.append(try RunContents(folder: folder))
        }
        let isOne = contents.count == 1
        let path = output ?? (isOne ? RunReport.path(in: folders[0]) : "report-compare.html")
        let page = isOne ? RunReport.page(of: contents[0]) : RunReport.comparison(of: contents)
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(page, to: path)
        }
        status.clear()
        for run in contents {
            for note in run.notes { Failure.warn("\(run.folder): \(note)") }
        }
        let listing = ReportListing(output: path, runs: contents.map(ReportListing.Run.init))
        if json {
            try JSONOutput.print(listing)
        } else {
            Terminal.write(listing.text)
        }
    }
}

/// A report as `--json` prints it.
private struct ReportListing: Encodable {
    struct Run: Encodable {
        let folder: String
        let state: String
        let model: String?
        let dataset: String?
        let epochs: Int
        let step: Int
        let lastTestAccuracy: Double?
        let bestTestAccuracy: Double?
        let lastValAccuracy: Double?
        let bestValAccuracy: Double?
        let testAccuracy: Double?
        let bestEpoch: Int?
        let trainingSeconds: Double?
        let imagesPerSecond: Double?
        let parameters: Int?
        let notes: [String]

        init(_ run: RunContents) {
            folder = run.folder
            state = run.status.state.rawValue
            model = run.model
            dataset = run.dataset
            epochs = run.epochsDone
            step = run.status.step
            let (last, best) = (run.lastAccuracy, run.bestEpoch?.accuracy)
            (lastTestAccuracy, bestTestAccuracy) = run.validates ? (nil, nil) : (last, best)
            (lastValAccuracy, bestValAccuracy) = run.validates ? (last, best) : (nil, nil)
            testAccuracy = run.testAccuracy
            bestEpoch = run.bestEpoch?.epoch
            trainingSeconds = run.trainingSeconds
            imagesPerSecond = run.meanRate
            parameters = run.parameters
            notes = run.notes
        }
    }

    let output: String
    let runs: [Run]

    /// For people.
    var text: String {
        let lines = runs.map { run in
            var line = "\(run.folder): \(ProgressText.counted(run.epochs, "epoch")), \(run.state)"
            let split = (run.bestValAccuracy == nil ? EvaluatedSplit.test : .validation).rawValue
            if let accuracy = run.lastTestAccuracy ?? run.lastValAccuracy {
                line += ", \(split) accuracy \(ProgressText.percent(accuracy))"
            }
            if let accuracy = run.bestTestAccuracy ?? run.bestValAccuracy, let epoch = run.bestEpoch {
                line += ", best \(ProgressText.percent(accuracy)) after epoch \(epoch)"
            }
            if let accuracy = run.testAccuracy { line += ", test accuracy of that \(ProgressText.percent(accuracy))" }
            return line
        }
        return (lines + ["report  \(output)"]).map { $0 + "\n" }.joined()
    }
}
