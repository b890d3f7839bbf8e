import LSNFileFormats
import LSNTensorBoardMessages

/// The epochs that a folder's event files hold for whoever reads them all.
enum EventHistory {
    /// The steps of the epochs, in order.
    ///
    /// - Parameter tag: the value that stands for an epoch.
    static func steps(in folder: String, tag: String) throws(FileFormatError) -> [Int] {
        var steps: [Int] = []
        for path in EventFile.paths(in: folder) {
            for event in try EventFile.events(path) {
                let step = Int(event.step)
                if event.sessionLog.status == .start {
                    steps.removeAll { $0 >= step }
                }
                if event.summary.value.contains(where: { $0.tag == tag }) {
                    steps.append(step)
                }
            }
        }
        return steps
    }
}
