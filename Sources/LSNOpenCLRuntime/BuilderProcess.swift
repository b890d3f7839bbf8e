import Foundation
import LSNCOpenCL

/// How to start this program as a process that builds programs for another, see ``ComputeQueue/serveBuilds(for:)``.
public struct BuilderCommand: Sendable {
    /// The path of the executable.
    public let executable: String
    /// Its arguments.
    public let arguments: [String]

    /// The program at `executable`, with its arguments.
    public init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }
}

/// A process that builds programs ahead of this one, one after the other, for a driver that keeps what any process of the
/// user built: once it has, building the same program here takes little time.
///
/// It is asked by a line of JSON for each program and answers each with a line. Where it fails or ends, nothing is lost: the
/// program is built here, which also says what is wrong with it.
final class BuilderProcess {
    /// What a line asks for.
    fileprivate struct Request: Codable {
        let source: String
        let options: [String]
    }

    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()

    /// Starts the process, for the thread that will ask it; `nil` where that is not possible.
    init?(_ command: BuilderCommand) {
        process.executableURL = URL(fileURLWithPath: command.executable)
        process.arguments = command.arguments
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return nil
        }
        // Its end has to be seen here: as the end of its answers, and as an error of the next request, not as a signal.
        try? answers.fileHandleForWriting.close()
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Has a program built, and waits for it.
    ///
    /// - Returns: false where the process is gone.
    func build(_ recipe: ProgramRecipe) -> Bool {
        let request = Request(source: recipe.source.text, options: recipe.allOptions)
        do {
            let line = try JSONEncoder().encode(request) + [newline]
            try requests.fileHandleForWriting.write(contentsOf: line)
            return try answers.fileHandleForReading.read(upToCount: 1)?.isEmpty == false
        } catch {
            return false
        }
    }

    /// Has it end.
    func end() {
        try? requests.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

private let newline = UInt8(ascii: "\n")

extension ComputeQueue {
    /// What a builder process does: builds what standard input asks for, a line of JSON for each program, and answers each
    /// with a line feed on standard output, until there is no more.
    ///
    /// - Parameter device: whose driver builds.
    /// - Throws: `call` where the device cannot be opened; ``BuilderError`` for a line that asks for nothing.
    public static func serveBuilds(for device: DeviceInfo) throws {
        let context = try DeviceContext(device: device)
        var number = 0
        while let line = readLine() {
            number += 1
            let request: BuilderProcess.Request
            do {
                request = try JSONDecoder().decode(BuilderProcess.Request.self, from: Data(line.utf8))
            } catch {
                throw BuilderError(line: number)
            }
            // Whether it could be built is seen by who asks for it next.
            Program.build(request.source, options: request.options, context: context)
            try FileHandle.standardOutput.write(contentsOf: [newline])
        }
    }
}

/// A line on a builder's standard input that is no request.
public struct BuilderError: Error, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int

    /// Which line it is, and what it should be.
    public var description: String {
        "line \(line) of standard input is no program to build: each is a JSON object with \"source\" and \"options\""
    }
}
