import ArgumentParser
import Foundation
import LSNBenchmarking
import LSNCommunication
import LSNConfiguration
import LSNConformance
import LSNDatasets
import LSNDevices
import LSNFileFormats
import LSNNetworks
import LSNOpenCLRuntime
import LSNTensors
import LSNTraining

/// How commands fail.
enum Failure {
    /// A check or the job failed.
    static let failed: Int32 = 1
    /// Bad usage or bad input.
    static let badInput: Int32 = 2

    /// Writes what went wrong to standard error (or the help that was asked for to standard output), and says with which
    /// code to exit.
    static func report(_ error: any Error) -> Int32 {
        if LSN.exitCode(for: error) == .success {
            if Ranks.isFirst { print(LSN.fullMessage(for: error)) }
            return 0
        }
        if let code = error as? ExitCode {
            return code.rawValue
        }
        switch error {
        case is TrainingError, is BackendError:
            complain("\(error)")
            return failed
        case let error as OpenCLError:
            complain("\(error)")
            return error.isBadInput ? badInput : failed
        case let error as CommunicationError:
            complain("\(error)")
            return error.isBadInput ? badInput : failed
        case is ConfigurationError, is NetworkError, is DatasetError, is FileFormatError, is ConformanceError,
            is BenchmarkError, is DeviceError, is InputError:
            complain("\(error)")
            return badInput
        case is CheckFailure:
            complain("\(error)")
            return failed
        default:
            // Whatever ArgumentParser found, in its words, with the usage below.
            let message = LSN.fullMessage(for: error)
            let prefix = "Error: "
            complain(message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message)
            return LSN.exitCode(for: error) == .validationFailure ? badInput : failed
        }
    }

    /// One message on standard error; of several processes it says which has it.
    static func complain(_ message: String) {
        Terminal.writeError("error: \(Ranks.place)\(message)\n")
    }

    /// Something worth knowing on standard error; of several processes the first says it, or whichever knows.
    static func warn(_ message: String, byAnyRank: Bool = false) {
        guard Ranks.isFirst || byAnyRank else { return }
        Terminal.writeError("warning: \(Ranks.isFirst ? "" : Ranks.place)\(message)\n")
    }
}

/// Options or files that this program cannot use, in words.
struct InputError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A check that did not hold, in words.
struct CheckFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
