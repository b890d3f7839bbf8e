import ArgumentParser
import Foundation
import LSNCommunication
import LSNOpenCLRuntime

/// The command line: subcommands, and how a failure becomes a message and an exit code.
@main
struct LSN: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsn",
        abstract: "Deep logic spiking networks, trained through OpenCL.",
        discussion: """
            Every output of every block of an LSN is a spike: 0 or 1. Without options, `lsn train` trains a network of 19 layers \
            on the digits that come with the program, on the best OpenCL device it finds.

            Exit codes: 0 good, 1 a check or the job failed, 2 bad usage or bad input.
            """,
        version: VersionText.current,
        subcommands: [
            TrainCommand.self, EvalCommand.self, PredictCommand.self, ReportCommand.self, CheckCommand.self,
            BenchCommand.self,
            ModelsCommand.self, DevicesCommand.self, DataCommand.self, ExportCommand.self, ImportCommand.self,
            ConvertCommand.self,
            AnalyzeCommand.self, ExperimentCommand.self, TuneCommand.self, MPICommand.self,
            BuildCommand.self,
        ]
    )

    /// Where PoCL keeps what it compiles.
    static let driverCache = DriverCache.prepare(process: Ranks.localRank)

    static func main() async {
        Terminal.fillStandardStreams()
        // A limit on file sizes is to be an error of the write, with advice, not the end of the process; and a reader that has
        // seen enough (`lsn train | head`) does not end a training.
        _ = signal(SIGXFSZ, SIG_IGN)
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            let arguments = NegativeNumbers.joined(Array(CommandLine.arguments.dropFirst()))
            // Before there are other threads: it changes the environment.
            try Ranks.prepareEnvironment()
            _ = driverCache
            try Ranks.start(arguments)
            var command = try parseAsRoot(TrainCommand.expanded(arguments))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            try Terminal.checkOutput()
            try Ranks.finish()
        } catch {
            Ranks.exit(with: error)
        }
    }
}
