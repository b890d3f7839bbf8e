package import Foundation
package import LSNFileFormats
import LSNHostSystem

/// Reports of runs: pages that need nothing beside themselves to be read.
package enum RunReport {
    /// The page's name in a run's folder.
    package static let fileName = "report.html"

    /// The report of one run as HTML.
    package static func page(of run: RunContents, written: Date = Date()) -> [UInt8] {
        RunPage(run: run).document(written: written)
    }

    /// Several runs beside each other as HTML.
    package static func comparison(of runs: [RunContents], written: Date = Date()) -> [UInt8] {
        ComparisonPage(runs: runs).document(written: written)
    }

    /// Writes ``fileName`` into the folder of a run that goes on or has just ended, and its status beside it.
    ///
    /// - Throws: `FileFormatError` where the folder holds no run, or takes no file.
    package static func update(folder: String, status: RunStatus) throws(FileFormatError) {
        try status.write(folder: folder)
        let run = try RunContents(folder: folder, status: status)
        try FileSystem.writeAtomically(page(of: run), to: path(in: folder))
    }

    /// Where the report of the run in `folder` is.
    package static func path(in folder: String) -> String {
        HostPath.join(folder, fileName)
    }
}
