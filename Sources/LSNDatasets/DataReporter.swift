import Synchronization

/// Says of a data set what is worth knowing, and which files are left out, as it is met, each once.
package final class DataReporter: Sendable {
    private let data: any TrainingData
    private let warn: @Sendable (String) -> Void
    private let warnOfFile: @Sendable (String) -> Void
    private let said: Mutex<(files: Int, warnings: Set<String>)>

    /// What is known now was said already, see ``TrainingData/warnings(whereAsked:)``.
    ///
    /// - Parameters:
    ///   - data: the data set.
    ///   - warn: hears what is new.
    ///   - warnOfFile: hears of a file that is left out; nil: `warn` does.
    package init(
        _ data: any TrainingData,
        warn: @escaping @Sendable (String) -> Void,
        warnOfFile: (@Sendable (String) -> Void)? = nil
    ) {
        self.data = data
        self.warn = warn
        self.warnOfFile = warnOfFile ?? warn
        said = Mutex((data.badFiles.count, Set(data.warnings)))
    }

    /// Says what is new.
    package func report() {
        let (files, warnings) = (data.badFiles, data.warnings)
        let (start, new) = said.withLock { said in
            defer { said = (files.count, said.warnings.union(warnings)) }
            return (said.files, warnings.filter { !said.warnings.contains($0) })
        }
        for warning in new { warn(warning) }
        for file in files[start...] { warnOfFile(file.warning) }
    }
}

extension BadFile {
    /// For people: that it is left out, and why.
    package var warning: String { "left out: \(error)" }
}

extension TrainingData {
    /// For people: what is worth knowing once it is loaded, and which files are left out.
    ///
    /// - Parameter request: what was asked for.
    package func warnings(whereAsked request: DataRequest) -> [String] {
        let ofSplit =
            splitName == SplitRule.all.description && request.split == nil
            ? [
                "\(source) has too few files of each class to set some aside: all of them train and test (--split all), "
                    + "so the test accuracy says nothing"
            ] : []
        return ofSplit + warnings + badFiles.map(\.warning)
    }
}
