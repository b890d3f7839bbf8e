import ArgumentParser

@main
struct LSN: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsn",
        abstract: "Deep logic spiking networks, trained through OpenCL."
    )
}
