import ArgumentParser
import LSNCommunication
import LSNConfiguration

/// Options of commands whose work ranks share.
struct ExchangeOptions: ParsableArguments {
    @Option(
        name: .customLong("exchange-timeout"),
        help: "Of several processes (mpirun): seconds after which one is given up that gives no sign of life."
    )
    var seconds = Double(MPICommunicator.standardLimit)

    func validate() throws {
        guard seconds >= 1, seconds <= 86_400 else {
            throw ValidationError("--exchange-timeout must be from 1 to 86400 seconds, not \(seconds)")
        }
    }

    /// As a duration.
    var timeout: Duration { .seconds(seconds) }
}
