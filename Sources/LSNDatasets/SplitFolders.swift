/// Folders that divide a data set into what trains and what tests, by their usual names in any case.
struct SplitFolders {
    /// The name of the folder that trains.
    let train: String
    /// The name of the folder that tests.
    let test: String
    /// Other folders by whose names one could test.
    let unused: [String]

    private static let trainNames = ["train", "training"]
    /// The first of these that is there tests.
    private static let testNames = [["val", "valid", "validation"], ["test", "testing"]]

    /// Those among `folders`; nil where one of the two is missing.
    ///
    /// - Parameters:
    ///   - folders: names.
    ///   - root: the folder they stand in, for errors.
    /// - Throws: ``DatasetError`` where two spellings of one name are there.
    init?(_ folders: [String], in root: String) throws(DatasetError) {
        let trains = Self.trains(folders)
        let tests = Self.testNames.map { names in folders.filter { names.contains($0.lowercased()) } }
        guard let train = trains.first, let test = tests.first(where: { !$0.isEmpty })?.first else { return nil }
        for same in [trains] + tests where same.count > 1 {
            throw DatasetError(
                "\(root) has \(same.joined(separator: " and ")), which mean the same split: keep one of them"
            )
        }
        self.train = train
        self.test = test
        unused = tests.joined().filter { $0 != test }
    }

    /// Whether a folder that holds these is divided.
    static func divide(_ folders: [String]) -> Bool {
        !trains(folders).isEmpty && folders.contains(where: isTest)
    }

    /// Whether what is called so trains.
    static func isTrain(_ name: String) -> Bool { trainNames.contains(name.lowercased()) }

    /// Whether what is called so tests.
    static func isTest(_ name: String) -> Bool { testNames.joined().contains(name.lowercased()) }

    /// The folder that is missing beside `name`, in words.
    static func counterpart(of name: String) -> String {
        isTrain(name)
            ? "folder to test with (val, valid, validation, test or testing)" : "folder to train on (train or training)"
    }

    private static func trains(_ folders: [String]) -> [String] { folders.filter(isTrain) }
}
