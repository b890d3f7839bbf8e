import Foundation
import LSNMPIBinding
import Synchronization

/// `liblsn-mpi.so`, the few functions of MPI that are needed, compiled on this machine against its MPI: see `lsn-mpi.c`.
package enum MPILibrary {
    /// The variable that names another file than the one beside the program.
    package static let variable = "LSN_MPI_LIBRARY"
    /// The library's name.
    package static let fileName = "liblsn-mpi.so"
    /// The version of its interface that this program calls, LSN_MPI_INTERFACE in its source.
    static let interface: CInt = 1

    /// The source of the library.
    package static var source: String {
        unsafe String(decoding: UnsafeBufferPointer(start: lsn_mpi_source, count: lsn_mpi_source_length), as: UTF8.self)
    }

    /// Where the library is expected.
    package static func path(_ environment: [String: String]) -> String {
        if let named = environment[variable], !named.isEmpty { return named }
        let program = Bundle.main.executableURL?.resolvingSymlinksInPath() ?? URL(filePath: CommandLine.arguments[0])
        return program.deletingLastPathComponent().appending(path: fileName).path
    }

    private static let advice =
        "Make it where the program runs, with its MPI: `make mpi` in a checkout, or `lsn mpi source > lsn-mpi.c && mpicc -O2 "
        + "-shared -fPIC -o \(fileName) lsn-mpi.c`; put it beside the program, or name it in \(variable)"

    /// Loads the library, for processes that a launcher has started.
    ///
    /// - Throws: ``CommunicationError/unusable(_:)`` with what to do.
    static func load(_ path: String, launcher: Launcher) throws(CommunicationError) {
        guard FileManager.default.fileExists(atPath: path) else {
            let count = launcher.count.map { "\($0) processes" } ?? "processes"
            throw .unusable(
                "a launcher has started \(count) (\(launcher.sign)), which share the work through \(path), and there is no such "
                    + "file. \(advice)"
            )
        }
        try load(path)
    }

    /// Which MPI the library is bound to; nil where there is no such file.
    ///
    /// - Throws: ``CommunicationError/unusable(_:)`` with what to do.
    package static func version(at path: String) throws(CommunicationError) -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        try load(path)
        return version
    }

    private static func load(_ path: String) throws(CommunicationError) {
        var text = [CChar](repeating: 0, count: 2000)
        guard unsafe lsn_mpi_bind(path, &text, text.count) != 0 else {
            throw .unusable("\(path) cannot be loaded: \(String(text)). \(advice)")
        }
        let found = lsn_bound_interface()
        guard found == interface else {
            throw .unusable(
                "\(path) has version \(found) of its interface, and this program calls version \(interface). \(advice)"
            )
        }
    }

    /// What an error code of MPI means.
    static func text(ofError code: CInt) -> String {
        var text = [CChar](repeating: 0, count: 1000)
        unsafe lsn_bound_error_text(code, &text, CInt(text.count))
        return String(text)
    }

    /// Which MPI the library is bound to, in its own words.
    static var version: String {
        var text = [CChar](repeating: 0, count: 10_000)
        unsafe lsn_bound_library_text(&text, CInt(text.count))
        return String(text)
    }
}

extension String {
    /// Up to the 0.
    fileprivate init(_ text: [CChar]) {
        self.init(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
