import ArgumentParser
import Foundation
import LSNCommunication
import LSNDevices
import LSNOpenCLRuntime

/// `lsn mpi`.
struct MPICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mpi",
        abstract: "Show which MPI connects the processes that mpirun or srun has started, and where each runs.",
        discussion: """
            `mpirun -n K lsn mpi` shows what `mpirun -n K lsn train …` would run on. MPI is called through liblsn-mpi.so, which is \
            compiled where the program runs (`make mpi`; without a checkout, `lsn mpi source`) and looked for beside the \
            program, or where LSN_MPI_LIBRARY says. docs/Scale.md has more.
            """,
        subcommands: [MPIStatusCommand.self, MPISourceCommand.self],
        defaultSubcommand: MPIStatusCommand.self
    )
}

/// `lsn mpi source`.
struct MPISourceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source",
        abstract: "Print the C source of liblsn-mpi.so, which says how it is compiled."
    )

    func run() {
        Terminal.writeUnchanged(MPILibrary.source)
    }
}

/// `lsn mpi status`.
struct MPIStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show which MPI there is, and where each process runs."
    )

    @Option(help: "As of lsn train.")
    var device: String?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        let path = MPILibrary.path(ProcessInfo.processInfo.environment)
        guard let mpi = Ranks.mpi else {
            let version = try MPILibrary.version(at: path)
            let status = MPIStatus(library: path, version: version, threadLevel: nil, ranks: [])
            if json { return try JSONOutput.print(status) }
            return Terminal.write(
                version.map { "library  \(path)\nMPI      \($0)\n" }
                    ?? "no \(path): make mpi makes it, or, without a checkout, what lsn mpi source prints\n"
            )
        }
        let name = try device ?? RankDevice.choice(mpi) ?? "auto"
        let info: DeviceInfo? =
            switch try DeviceChoice(name) {
            case .reference: nil
            case .automatic: try? OpenCL.device(named: "auto")
            case .openCL(let selector): try OpenCL.device(named: selector)
            }
        let own = RankStatus(
            rank: mpi.rank,
            host: mpi.host(of: mpi.rank),
            device: info?.selector ?? DeviceChoice.referenceName,
            name: info?.name ?? DeviceChoice.referenceName,
            cores: ProcessInfo.processInfo.activeProcessorCount
        )
        let ranks = try mpi.gather(values: own)
        guard mpi.isFirst else { return }
        let status = MPIStatus(library: path, version: mpi.version, threadLevel: mpi.threadLevel, ranks: ranks)
        if json { return try JSONOutput.print(status) }
        var table = TextTable([
            ("rank", .right), ("host", .left), ("cores", .right), ("device", .left), ("name", .left),
        ])
        for rank in ranks { table.add(["\(rank.rank)", rank.host, "\(rank.cores)", rank.device, rank.name]) }
        Terminal.write("library  \(path)\nMPI      \(mpi.version)\nthreads  \(mpi.threadLevel)\n\n" + table.text)
    }
}

/// What `--json` prints.
private struct MPIStatus: Encodable {
    var library: String
    var version: String?
    var threadLevel: String?
    var ranks: [RankStatus]
}

/// A process, where it runs and what it would compute on.
private struct RankStatus: Codable {
    var rank: Int
    var host: String
    var device: String
    var name: String
    /// That the process may use.
    var cores: Int
}
