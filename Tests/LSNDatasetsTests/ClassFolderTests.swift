import Foundation
import LSNTestSupport
import Testing

@testable import LSNDatasets

/// A folder with empty files.
func folder(of paths: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for path in paths { try folder.add([], at: path) }
    return folder
}

extension TemporaryFolder {
    /// Writes a file, and makes the folders it stands in.
    func add(_ bytes: [UInt8], at path: String) throws {
        let url = URL(filePath: "\(self.path)/\(path)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: url)
    }
}

@Suite("Folders of classes")
struct ClassFolderTests {
    private func read(
        _ folder: TemporaryFolder,
        rule: SplitRule? = nil,
        candidates: [SplitRule] = [.every(5), .all]
    ) throws -> ClassFolders {
        try ClassFolders(folder.path, extensions: ["jpg", "jpeg"], rule: rule, candidates: candidates)
    }

    private func complaint(_ folder: TemporaryFolder, rule: SplitRule? = nil) -> String {
        let error = #expect(throws: DatasetError.self) { try read(folder, rule: rule) }
        return error?.description ?? ""
    }

    @Test("with train and val are divided by them, classes taking turns")
    func trainAndVal() throws {
        let folders = try read(
            try folder(of: [
                "train/b/2.jpg", "train/b/10.JPEG", "train/a/x.jpg", "train/a/notes.txt", "train/a/.hidden.jpg",
                "val/b/1.jpg", "val/a/1.jpg", "test/a/7.jpg", "train/.empty/nothing.png",
            ])
        )
        #expect(folders.warnings.count == 1)
        #expect(folders.warnings[0].hasSuffix(": val tests, test is not used"))
        #expect(folders.split == .folders)
        #expect(folders.classes == ["a", "b"])
        #expect(folders.train.paths == ["train/a/x.jpg", "train/b/2.jpg", "train/b/10.JPEG"])
        #expect(folders.train.labels == [0, 1, 1])
        #expect(folders.test.paths == ["val/a/1.jpg", "val/b/1.jpg"])
    }

    @Test("without are divided by a rule that is named")
    func rules() throws {
        let paths = (0..<12).map { "cat/\($0).jpg" } + (0..<5).map { "dog/sub/\($0).jpg" }
        let place = try folder(of: paths)
        let standard = try read(place)
        #expect(standard.split == .every(5))
        #expect(standard.test.paths == ["cat/4.jpg", "dog/sub/4.jpg", "cat/9.jpg"])
        #expect(standard.train.count == 14)

        let first = try read(place, rule: .first)
        #expect(first.test.paths == ["cat/10.jpg", "dog/sub/4.jpg", "cat/11.jpg"])
        let last = try read(place, rule: .last)
        #expect(last.test.paths == ["cat/0.jpg", "dog/sub/0.jpg", "cat/1.jpg"])
        let random = try read(place, rule: .random(seed: 7))
        #expect(try read(place, rule: .random(seed: 7)).test.paths == random.test.paths)
        #expect(try read(place, rule: .random(seed: 8)).test.paths != random.test.paths)
        for folders in [standard, first, last, random] {
            #expect(Set(folders.train.paths).union(folders.test.paths) == Set(paths))
            #expect(folders.train.count + folders.test.count == paths.count)
            #expect(folders.split.description.isEmpty == false)
        }
        // One file a class leaves nothing for a rule that divides.
        let single = try read(try folder(of: ["a/1.jpg", "b/1.jpg"]))
        #expect(single.split == .all && single.train.count == 2 && single.test.paths == single.train.paths)
        #expect(single.allPaths == single.train.paths)
        #expect(single.limited(train: 0, test: nil).allPaths == single.test.paths)
    }

    @Test("of 1,000 files give the first 900 to training")
    func nineHundred() {
        #expect(SplitRule.first.divide(1_000, label: 0).train == Array(0..<900))
        #expect(SplitRule.last.divide(1_000, label: 0).test == Array(0..<100))
        let (train, test) = SplitRule.random(seed: 1).divide(1_000, label: 3)
        #expect(train.count == 900 && test.count == 100 && train == train.sorted() && Set(train + test).count == 1_000)
        #expect(SplitRule.random(seed: 1).divide(1_000, label: 4).test != test)
    }

    @Test(
        "are called by their rule's text",
        arguments: ["folders", "first-900", "last-900", "random:12", "every-3", "all"]
    )
    func texts(text: String) throws {
        let rule = try #require(SplitRule(text))
        #expect(rule.description == text)
        #expect(try JSONDecoder().decode(SplitRule.self, from: JSONEncoder().encode(rule)) == rule)
    }

    @Test("know no other rules", arguments: ["", "first", "random:", "random:-1", "every-1", "every-x"])
    func unknownTexts(text: String) {
        #expect(SplitRule(text) == nil)
    }

    @Test("that do not fit are errors that say what is there")
    func errors() throws {
        #expect(complaint(try folder(of: [])).contains("holds no folder with .jpeg, .jpg files"))
        #expect(complaint(try folder(of: ["a/x.png"])).contains("holds no folder with .jpeg, .jpg files (a: 1 .png)"))
        #expect(complaint(try folder(of: ["a/x.jpg", "b/x.jpg"]), rule: .first).contains("leaves no file"))
        #expect(
            complaint(try folder(of: ["a/x.jpg", "b/x.jpg"]), rule: .folders).contains("has no folders train and val")
        )
        let divided = try folder(of: ["train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg", "test/b/1.jpg"])
        #expect(complaint(divided, rule: .first).contains("is divided into train and test"))
        #expect(
            complaint(try folder(of: ["train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg", "val/z/1.jpg"]))
                .contains("/val has classes that train lacks (z)")
        )
        #expect(
            complaint(try folder(of: ["train/a/1.jpg", "train/b/1.jpg", "val/1.jpg"])).contains("/val holds no folder")
        )
        let missing = #expect(throws: DatasetError.self) {
            try ClassFolders("/nowhere", extensions: ["jpg"], rule: nil, candidates: [.all])
        }
        #expect(missing?.description == "--data /nowhere: there is no such folder")
    }

    @Test("that may not be read are errors with the system's reason", .enabled(if: getuid() != 0))
    func permission() throws {
        let place = try folder(of: ["a/1.jpg"])
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: "\(place.path)/a")
        #expect(complaint(place).contains("/a: the folder cannot be read: Permission denied; check its permissions"))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: "\(place.path)/a")
    }

    @Test("order names as people do")
    func naturalOrder() {
        let names = ["a", "a1", "a2b", "a10", "a010", "b", "b_9", "b_10", "c00", "c0"]
        #expect(
            names.shuffled().sorted(by: NaturalOrder.precedes) == [
                "a", "a1", "a2b", "a010", "a10", "b", "b_9", "b_10", "c0", "c00",
            ]
        )
    }

    @Test("have other fingerprints when a name, a size or a split differs")
    func fingerprints() throws {
        let place = try folder(of: ["a/1.jpg", "b/1.jpg"])
        let fingerprint = try read(place).fingerprint()
        #expect(try read(place).fingerprint() == fingerprint)
        #expect(try read(place).limited(train: 1, test: nil).fingerprint() != fingerprint)
        try place.add([1], at: "b/1.jpg")
        #expect(try read(place).fingerprint() != fingerprint)
    }
}
