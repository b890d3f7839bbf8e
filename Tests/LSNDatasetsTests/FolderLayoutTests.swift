import Foundation
import LSNFileFormats
import LSNHostSystem
import LSNTestSupport
import Testing

@testable import LSNDatasets

@Suite("Layouts of folders")
struct FolderLayoutTests {
    private let classes = ["a/1.jpg", "b/1.jpg"]

    private func read(_ path: String, rule: SplitRule? = nil) throws -> ClassFolders {
        try ClassFolders(path, extensions: ["jpg", "jpeg"], rule: rule, candidates: [.every(5), .all])
    }

    private func complaint(_ path: String, rule: SplitRule? = nil) -> String {
        let error = #expect(throws: DatasetError.self) { try read(path, rule: rule) }
        return error?.description ?? ""
    }

    /// Two classes in each of some folders.
    private func twoClasses(in folders: String...) throws -> TemporaryFolder {
        try folder(of: folders.flatMap { name in classes.map { "\(name)/\($0)" } })
    }

    private func link(_ target: String, _ name: String, in place: TemporaryFolder) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(place.path)/\(name)", withDestinationPath: target)
    }

    @Test(
        "divide by any usual spelling",
        arguments: ["train", "Train", "TRAIN", "training", "Training"],
        ["val", "Val", "valid", "validation", "Validation", "test", "TEST", "testing"]
    )
    func spellings(train: String, test: String) throws {
        let folders = try read(twoClasses(in: train, test).path)
        #expect(folders.split == .folders && folders.classes == ["a", "b"] && folders.warnings.isEmpty)
        #expect(folders.train.paths == ["\(train)/a/1.jpg", "\(train)/b/1.jpg"])
        #expect(folders.test.paths == ["\(test)/a/1.jpg", "\(test)/b/1.jpg"])
    }

    @Test("test with val before test, and say so; two spellings of one name are an error")
    func several() throws {
        let three = try read(twoClasses(in: "train", "validation", "test").path)
        #expect(three.test.paths.first == "validation/a/1.jpg")
        #expect(three.warnings.map { $0.hasSuffix(": validation tests, test is not used") } == [true])
        for pair in [["val", "valid"], ["Test", "test"], ["test", "testing"]] {
            let text = complaint(try twoClasses(in: "train", pair[0], pair[1]).path)
            #expect(text.contains("has \(pair[0]) and \(pair[1]), which mean the same split"), "\(text)")
        }
        #expect(complaint(try twoClasses(in: "train", "training", "val").path).contains("has train and training"))
    }

    @Test("need both splits, and say which is missing", arguments: ["train", "Training", "val", "test", "Validation"])
    func lone(name: String) throws {
        let place = try twoClasses(in: name)
        let missing =
            name.lowercased().hasPrefix("train") ? "no folder to test with (val" : "no folder to train on (train"
        for rule in [nil, SplitRule.first] {
            let text = complaint(place.path, rule: rule)
            #expect(text.contains("has \(name), but \(missing)") && text.contains("give --data \(place.path)/\(name)"))
        }
        // What it advises to do works.
        #expect(try read("\(place.path)/\(name)").classes == ["a", "b"])
        // Trains are vehicles, too.
        let vehicles = try folder(of: ["\(name)/1.jpg", "ship/1.jpg"])
        #expect(try read(vehicles.path).classes.sorted() == [name, "ship"].sorted())
    }

    @Test("that are one level off are errors that name the folder to give")
    func levels() throws {
        let high = try twoClasses(in: "set/train", "set/val", "other")
        #expect(complaint(high.path).contains("--data lies too high, give --data \(high.path)/set"))
        let flat = try twoClasses(in: "set")
        #expect(
            complaint(flat.path).contains("has one class, set")
                && complaint(flat.path).contains("give --data \(flat.path)/set")
        )
        let low = try twoClasses(in: "train", "val")
        let place = FolderPath.absolute(low.path)
        #expect(complaint("\(low.path)/train/a").contains("--data lies too low") == true)
        #expect(complaint("\(low.path)/train/a").contains("(--data \(place))"))
        let half = try read("\(low.path)/train", rule: nil)
        #expect(half.split == .all)
        #expect(half.warnings.map { $0.contains("although \(place) has train and val: give that folder") } == [true])
        #expect(try read("\(low.path)/train", rule: .all).warnings.isEmpty)
    }

    @Test("with one class are errors")
    func single() throws {
        for paths in [["a/1.jpg", "a/2.jpg"], ["train/a/1.jpg", "val/a/1.jpg"], ["a/x/1.jpg", "a/2.jpg"]] {
            let text = complaint(try folder(of: paths).path)
            #expect(text.contains("has one class, a, and") && text.contains("two or more"), "\(text)")
        }
        let cache = try TemporaryFolder()
        let recordings = try folder(of: ["a/1.aedat", "a/2.aedat"])
        let error = #expect(throws: DatasetError.self) {
            try EventFolder(
                recordings.path,
                split: nil,
                cutting: EventCutting(timeSteps: 2, by: .number, format: .aedat2),
                imageSize: .native,
                maxBadFiles: 0,
                cacheFolder: cache.path
            )
        }
        #expect(error?.description.contains("has one class, a, and") == true)
    }

    @Test("with classes that have no file are errors that name these, and what is there instead")
    func empty() throws {
        let place = try folder(of: classes + ["c/1.png", "c/2.PNG", "c/x/3.gif", "c/README"])
        try FileManager.default.createDirectory(atPath: "\(place.path)/d", withIntermediateDirectories: false)
        let text = complaint(place.path)
        #expect(
            text.contains(
                "has folders without .jpeg, .jpg files: c (2 .png, 1 without extension, 1 .gif), d (it holds no file)"
            )
        )
        let divided = try folder(of: ["train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg", "val/b/1.txt"])
        #expect(complaint(divided.path).contains("/val has folders without .jpeg, .jpg files: b (1 .txt)"))
        // A split may lack a class's folder; a hidden one is none.
        let partly = try folder(of: ["train/a/1.jpg", "train/b/1.jpg", "val/b/1.jpg", "train/.c/1.png"])
        #expect(try read(partly.path).test.labels == [1])
    }

    @Test("pass links to folders above over, and follow others")
    func links() throws {
        let place = try folder(of: classes)
        try link("..", "up", in: place)
        try link("..", "a/up", in: place)
        try link(".", "a/self", in: place)
        try link("/", "a/top", in: place)
        let folders = try read(place.path)
        #expect(folders.classes == ["a", "b"] && folders.train.paths == ["a/1.jpg", "b/1.jpg"])
        #expect(folders.warnings.count == 4)
        #expect(folders.warnings.allSatisfy { $0.contains("leads to a folder above it, and is passed over") })

        let elsewhere = try folder(of: ["c/1.jpg"])
        let linked = try folder(of: classes)
        try link("\(elsewhere.path)/c", "c", in: linked)
        #expect(try read(linked.path).classes == ["a", "b", "c"])
        #expect(try read(linked.path).warnings.isEmpty)

        let divided = try folder(of: ["train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg"])
        try link("../val", "train/c", in: divided)
        #expect(try read(divided.path).classes == ["a", "b"])
    }

    @Test("that train and test with one folder say so")
    func shared() throws {
        let place = try twoClasses(in: "train")
        try link("train", "val", in: place)
        #expect(
            try read(place.path).warnings.map { $0.contains("links put 2 folders into both train and val") } == [true]
        )
        let partly = try twoClasses(in: "train")
        try partly.add([], at: "val/b/1.jpg")
        try link("../train/a", "val/a", in: partly)
        #expect(try read(partly.path).warnings.map { $0.contains("links put a folder into both") } == [true])
    }

    @Test("in which two paths lead to one folder are errors, where it holds files")
    func aliases() throws {
        let empty = try folder(of: classes + ["a/notes/1.txt"])
        try link("../a/notes", "b/notes", in: empty)
        #expect(try read(empty.path).classes == ["a", "b"])
        let twice = try folder(of: classes)
        try link("a", "c", in: twice)
        #expect(complaint(twice.path).contains("a and c are one folder"))
        let inside = try folder(of: classes)
        try link("../b", "a/more", in: inside)
        #expect(complaint(inside.path).contains("a/more and b are one folder"))
    }

    @Test("with names that are no UTF-8 are errors that escape them, where they count")
    func encodings() throws {
        func add(_ name: [UInt8], to folder: TemporaryFolder, isFolder: Bool = false) throws {
            let path = (folder.path + "/").utf8.map { CChar(bitPattern: $0) } + name.map { CChar(bitPattern: $0) } + [0]
            let code = unsafe isFolder ? mkdir(path, 0o700) : close(open(path, O_CREAT | O_WRONLY, 0o600))
            #expect(code == 0)
        }
        let latin = [UInt8]("a/caf".utf8) + [0xE9]
        let file = try folder(of: classes)
        try add(latin + [UInt8](".JPG".utf8), to: file)
        #expect(complaint(file.path).contains("/a/caf\\xe9.JPG: the name is not UTF-8"))
        let inner = try folder(of: classes)
        try add(latin, to: inner, isFolder: true)
        #expect(complaint(inner.path).contains("/a/caf\\xe9: the name is not UTF-8"))
        let other = try folder(of: classes)
        try add(latin + [UInt8](".txt".utf8), to: other)
        #expect(try read(other.path).classes == ["a", "b"])
        #expect(complaint("/nowhere/caf\u{FFFD}").contains("its name is not UTF-8"))
    }

    @Test("keep names apart whose accents are written in two ways, and classes of such names are errors")
    func accents() throws {
        // é as one character, and as e with an accent.
        for prefix in ["", "train/"] {
            let names = ["\(prefix)caf\u{E9}/1.jpg", "\(prefix)cafe\u{301}/1.jpg"]
            let text = complaint(try folder(of: names + (prefix.isEmpty ? [] : ["val/caf\u{E9}/1.jpg"])).path)
            #expect(
                text.contains("has two folders called caf\u{E9}, whose accents are written in different ways"),
                "\(text)"
            )
        }
        // One way here and another there is one class: systems differ.
        let both = try folder(of: ["train/caf\u{E9}/1.jpg", "train/b/1.jpg", "val/cafe\u{301}/1.jpg"])
        #expect(try read(both.path).test.labels == [1])
        let files = try folder(of: ["a/caf\u{E9}.jpg", "a/cafe\u{301}.jpg", "b/1.jpg"])
        #expect(try read(files.path, rule: .all).allPaths.count == 3)
        let bad = BadFiles(limit: 5)
        for name in ["caf\u{E9}", "cafe\u{301}"] {
            #expect(bad.error(of: name) == nil)
            try bad.add(name, FileFormatError(path: name, problem: "is damaged"))
        }
        #expect(bad.list.count == 2)
    }
}

@Suite("Lists of files")
struct FileListTests {
    private let list = FileList(
        split: .random(seed: 7),
        classes: ["a\tb", "c\nd\\e\u{1B}", "caf\u{E9}"],
        train: [.init(path: "a\tb/1.jpg", label: 0, size: 3), .init(path: "c\nd/\u{2028}x\\t", label: 1, size: 0)],
        test: [.init(path: "x/y", label: 2, size: -1)]
    )

    @Test("come back from their text, whatever is in the names")
    func roundTrip() throws {
        let bytes = list.serialized()
        #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 7)
        #expect(try FileList.parse(bytes, path: "f") == list)
    }

    @Test("that are damaged are errors with the line")
    func damaged() {
        let cases: [(String, String)] = [
            ("", "line 1"), ("split\t\t\tfirst\n", "how the files"), ("split\t\t\tall\nclass\t1\t\ta\n", "line 2"),
            ("split\t\t\tall\nclass\t0\t\ta\ntrain\t1\t5\tx\n", "line 3 has no label below 1"),
            ("split\t\t\tall\nclass\t0\t\ta\ntrain\t0\tx\tx\n", "line 3"),
            ("split\t\t\tall\nclass\t0\t\ta\ntrain\t0\t1\t\\q\n", "line 3"),
            ("split\t\t\tall\nother\t\t\t\n", "line 2"),
        ]
        for (text, expected) in cases where !text.isEmpty {
            let error = #expect(throws: FileFormatError.self) { try FileList.parse([UInt8](text.utf8), path: "f") }
            #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
        }
        #expect(throws: FileFormatError.self) { try FileList.parse([], path: "f") }
    }

    @Test("keep every file's place when files are gone, changed or new, up to the limit")
    func changes() throws {
        let paths = (0..<12).map { "cat/\($0).jpg" } + (0..<12).map { "dog/\($0).jpg" }
        let place = try folder(of: paths)
        let before = try ClassFolders(place.path, extensions: ["jpg"], rule: nil, candidates: [.every(5)])
        let list = before.fileList()
        try place.remove("cat/2.jpg")
        try place.add([1, 2], at: "dog/4.jpg")
        try place.add([], at: "dog/03.jpg")
        // Listed anew, the files behind move from one split to the other.
        let anew = try ClassFolders(place.path, extensions: ["jpg"], rule: nil, candidates: [.every(5)])
        #expect(anew.test.paths != before.test.paths && anew.fingerprint() != before.fingerprint())

        let after = try ClassFolders(place.path, files: list, maxBadFiles: 2)
        #expect(after.train.paths == before.train.paths && after.test.paths == before.test.paths)
        #expect(after.classes == before.classes && after.split == .every(5))
        #expect(after.fingerprint() == Self.fingerprint(of: list))
        #expect(after.warnings.map { $0.contains("1 is gone (cat/2.jpg), 1 is of another size (dog/4.jpg)") } == [true])
        let error = #expect(throws: DatasetError.self) { try ClassFolders(place.path, files: list, maxBadFiles: 1) }
        #expect(error?.description.contains("--max-bad-files 1 bears no more") == true)
        #expect(error?.description.contains("--max-bad-files 2") == true)
        #expect(after.limited(train: 3, test: nil).fileList().train == Array(list.train.prefix(3)))
    }

    /// As runs before this one wrote it to their `config.json`.
    private static func fingerprint(of list: FileList) -> String {
        var fingerprint = Fingerprint()
        fingerprint.add(list.split.description)
        for entry in list.train + list.test {
            fingerprint.add(entry.path)
            fingerprint.add("\(entry.label) \(entry.size)")
        }
        return fingerprint.text
    }
}
