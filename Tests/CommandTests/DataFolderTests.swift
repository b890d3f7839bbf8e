import Foundation
import LSNFileFormats
import LSNTestPictures
import Testing

/// Folders as people have them: other names, other levels, damaged files, names that are no words, pipes.
@Suite struct DataFolderTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func lsn(_ arguments: [String]) throws -> CommandResult {
        try place.lsn(arguments, environment: ["LSN_CACHE_DIR": place.file("cache")])
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: place.file(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: url)
    }

    /// Pictures, `count` of each class.
    private func writePictures(_ folder: String, classes: [String] = ["ant", "bee"], count: Int) throws {
        for (label, name) in classes.enumerated() {
            for index in 0..<count {
                let picture = TestPicture(width: 30 + index, height: 24, seed: 5 * label + index)
                try write(picture.jpeg(), to: "\(folder)/\(name)/\(index).jpg")
            }
        }
    }

    private func training(_ folder: String, _ more: String...) -> [String] {
        [
            "train", "--dataset", "imagenet", "--data", folder, "--model", "lsn19", "--width", "0.02", "--image-size",
            "16", "--timesteps", "1", "--batch-size", "4", "--device", "reference", "--output",
        ] + more
    }

    private func data(_ command: String, _ folder: String, _ more: String...) throws -> CommandResult {
        try lsn(["data", command, "--dataset", "imagenet", "--image-size", "8", "--data", folder] + more)
    }

    private func makePipe(_ name: String) throws {
        let url = URL(fileURLWithPath: place.file(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        let made = unsafe mkfifo(url.path, 0o600)
        try #require(made == 0)
    }

    @Test func classesAreSaidByWhateverTrainsOrEvaluates() throws {
        try writePictures("set/Training", count: 3)
        try writePictures("set/Validation", count: 1)
        let trained = try lsn(training("set", "run", "--epochs", "1"))
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(trained.output.contains("\nclasses 2 (ant, bee)\n"), "\(trained.output)")
        #expect(try place.read("run/config.json").contains("\"split\" : \"folders\""))
        let evaluated = try lsn(["eval", "--checkpoint", "run", "--device", "reference"])
        #expect(evaluated.output.contains("\nclasses  2 (ant, bee)\n"), "\(evaluated.output)")
        let digits = try lsn(tinyTraining + ["--epochs", "1", "--output", "digits"])
        #expect(digits.output.contains("\nclasses 10 (0, 1, 2, 3, 4, …)\n"), "\(digits.output)")
        let report = try lsn(["eval", "--checkpoint", "digits", "--limit-test", "5", "--device", "reference", "--json"])
        let values = try #require(try report.json() as? [String: Any])
        #expect(values["classes"] as? Int == 10 && (values["class_names"] as? [String])?.last == "9")
        #expect(values["samples"] as? Int == 5 && values["left_out"] as? Int == 0)
    }

    @Test func theWrongLevelIsAnErrorOfEveryCommand() throws {
        try writePictures("above/set/train", count: 2)
        try writePictures("above/set/val", count: 1)
        try writePictures("alone/train", count: 2)
        let cases = [
            ("above", "above/set is divided into train and val: --data lies too high, give --data "),
            ("above/set/train/ant", "--data lies too low"), ("alone", "has train, but no folder to test with"),
        ]
        for (folder, message) in cases {
            for command in [
                training(folder, "run"), ["data", "verify", "--dataset", "imagenet", "--data", folder],
                ["data", "inspect", "--dataset", "imagenet", "--data", folder],
            ] {
                let result = try lsn(command)
                #expect(result.code == 2 && result.errors.contains(message), "\(command): \(result.errors)")
            }
        }
        #expect(!place.exists("run"))
    }

    @Test func inspectSaysAllClassesAndWhereTheirOrderIsAnother() throws {
        try writePictures("few", classes: (1...12).map { "cat_\($0)" }, count: 1)
        let few = try data("inspect", "few", "--split", "all")
        #expect(few.output.contains("cat_10, cat_11, cat_12)"), "\(few.output)")
        #expect(
            few.output.contains(
                "order    natural: number 1 is cat_2, and with torchvision, which sorts by characters, cat_10"
            )
        )
        let json = try data("inspect", "few", "--split", "all", "--json")
        let report = try #require((try json.json() as? [String: Any])?["data"] as? [String: Any])
        #expect(report["torchvision_order_differs"] as? Bool == true)
        #expect((report["class_names"] as? [String])?.count == 12)
        try writePictures("many", classes: (10...34).map { "cat_\($0)" }, count: 1)
        let many = try data("verify", "many", "--split", "all")
        #expect(many.output.contains("cat_19 and 15 more; --json names all)"), "\(many.output)")
        #expect(!many.output.contains("torchvision"))
    }

    @Test func damagedTestFilesAreLeftOutOfWhatIsEvaluated() throws {
        try writePictures("set", count: 15)
        // The first test file, and one that trains.
        try write([1, 2, 3], to: "set/ant/4.jpg")
        try write([1, 2, 3], to: "set/bee/7.jpg")
        let trained = try lsn(training("set", "run", "--epochs", "1"))
        #expect(trained.code == 0, "\(trained.errors)")
        let line = try #require(try metrics(place.file("run")).last)
        #expect(line["test_samples"] == 5)
        #expect(trained.output.contains(" % of 5  "), "\(trained.output)")

        let evaluated = try lsn([
            "eval", "--checkpoint", "run", "--device", "reference", "--logits", "logits.npy", "--json",
        ])
        #expect(evaluated.code == 0, "\(evaluated.errors)")
        let report = try #require(try evaluated.json() as? [String: Any])
        #expect(report["samples"] as? Int == 5 && report["left_out"] as? Int == 1)
        #expect(
            report["accuracy"] as? Double == line["test_accuracy"] && report["loss"] as? Double == line["test_loss"]
        )
        let correct = try #require(report["correct"] as? Int)
        #expect(report["accuracy"] as? Double == Double(correct) / 5)
        #expect((report["bad_files"] as? [[String: String]])?.map { $0["path"] } == ["ant/4.jpg"])
        #expect(try NPY.parse(FileSystem.read(place.file("logits.npy")), path: "l").shape == [1, 5, 2])
        let text = try lsn(["eval", "--checkpoint", "run", "--device", "reference"])
        #expect(text.output.contains("left out 1 of 6 test files"), "\(text.output)")
        #expect(text.output.contains("of 5)"))

        let dumped = try data(
            "dump",
            "set",
            "--output",
            "p.npy",
            "--list",
            "p.tsv",
            "--limit",
            "4",
            "--device",
            "reference"
        )
        #expect(dumped.code == 0, "\(dumped.errors)")
        #expect(try NPY.parse(FileSystem.read(place.file("p.npy")), path: "p").shape == [3, 3, 8, 8])
        #expect(try place.read("p.tsv") == "0\t1\tbee\tbee/4.jpg\n1\t0\tant\tant/9.jpg\n2\t1\tbee\tbee/9.jpg\n")
    }

    @Test func aTestSplitOfWhichNothingCanBeReadIsAnError() throws {
        try writePictures("set", count: 5)
        #expect(try lsn(training("set", "run", "--epochs", "1")).code == 0)
        for name in ["ant", "bee"] { try write([0], to: "set/\(name)/4.jpg") }
        let evaluated = try lsn(["eval", "--checkpoint", "run", "--device", "reference"])
        #expect(
            evaluated.code == 2 && evaluated.errors.contains("no file of the test split can be read"),
            "\(evaluated.errors)"
        )
        let dumped = try data("dump", "set", "--output", "p.npy", "--device", "reference")
        #expect(dumped.code == 2 && dumped.errors.contains("can be read"), "\(dumped.errors)")
        #expect(!place.exists("p.npy"))
    }

    /// What a bad file's warning advises to do must not cost the run, nor move samples between the splits.
    @Test func aRunContinuesOnItsFilesWhenBadOnesAreRemoved() throws {
        try writePictures("set", count: 15)
        for name in ["ant/4", "bee/7", "bee/0"] { try write([1, 2, 3], to: "set/\(name).jpg") }
        #expect(try lsn(training("set", "run", "--epochs", "3", "--max-steps", "7")).code == 0)
        for copy in ["whole", "removed", "old"] {
            try FileManager.default.copyItem(atPath: place.file("run"), toPath: place.file(copy))
        }
        #expect(try lsn(["train", "--resume", "whole"]).code == 0)
        // A run that was begun before its files were written down goes on as before.
        try FileManager.default.removeItem(atPath: place.file("old/files.tsv"))
        #expect(try lsn(["train", "--resume", "old"]).code == 0)
        #expect(place.exists("old/files.tsv"))

        for name in ["ant/4", "bee/7", "bee/0"] {
            try FileManager.default.removeItem(atPath: place.file("set/\(name).jpg"))
        }
        try write(TestPicture(width: 9, height: 9).jpeg(), to: "set/ant/00.jpg")
        let strict = try lsn(["train", "--resume", "removed", "--max-bad-files", "2"])
        #expect(
            strict.code == 2 && strict.errors.contains("3 are gone (") && strict.errors.contains("--max-bad-files 3")
        )
        let resumed = try lsn(["train", "--resume", "removed"])
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("warning: of the 30 files of "), "\(resumed.errors)")
        for name in ["whole", "old", "removed"] {
            #expect(try metrics(place.file(name)).map(Self.results) == metrics(place.file("whole")).map(Self.results))
        }
        let (whole, removed) = try (
            Safetensors.read(place.file("whole/checkpoint-last.safetensors")),
            Safetensors.read(place.file("removed/checkpoint-last.safetensors"))
        )
        #expect(whole.names.allSatisfy { whole[$0] == removed[$0] })
        // The run's own test files, whatever the folder would give now.
        let evaluated = try lsn(["eval", "--checkpoint", "removed", "--device", "reference", "--json"])
        #expect((try evaluated.json() as? [String: Any])?["samples"] as? Int == 5, "\(evaluated.errors)")
        #expect(try place.read("removed/files.tsv") == place.read("run/files.tsv"))

        try place.write("split\t\t\tfirst\n", to: "removed/files.tsv")
        let damaged = try lsn(["train", "--resume", "removed"])
        #expect(damaged.code == 2 && damaged.errors.contains("removed/files.tsv"), "\(damaged.errors)")
    }

    private static func results(_ line: [String: Double]) -> [String: Double] {
        line.filter { $0.key != "data_wait_seconds" }
    }

    @Test func namesWithControlCharactersBreakNeitherListsNorTerminals() throws {
        try writePictures("set", classes: ["a\tb", "c\nd", "e\\f\u{1B}[31m"], count: 5)
        let dumped = try data("dump", "set", "--output", "p.npy", "--list", "p.tsv", "--device", "reference")
        #expect(dumped.code == 0, "\(dumped.errors)")
        #expect(
            try place.read("p.tsv") == """
                0\t0\ta\\tb\ta\\tb/4.jpg
                1\t1\tc\\nd\tc\\nd/4.jpg
                2\t2\te\\\\f\\x1b[31m\te\\\\f\\x1b[31m/4.jpg

                """
        )
        try write([1], to: "set/c\nd/0.jpg")
        try write([1], to: "set/e\\f\u{1B}[31m/1.jpg")
        for result in [
            try data("verify", "set"), try data("inspect", "set"), try lsn(training("set", "run", "--epochs", "1")),
        ] {
            for text in [result.output, result.errors] { #expect(!text.contains("\u{1B}") && !text.contains("c\nd")) }
        }
        try writePictures("x\u{1B}y/one", count: 1)
        let error = try data("verify", "x\u{1B}y")
        #expect(error.code == 2 && error.errors.contains("x\\x1by"), "\(error.errors)")
    }

    // The limit is there for commands that wait for the other end of a pipe.
    @Test(.timeLimit(.minutes(5))) func pipesAreErrorsAndHangNothing() throws {
        try writePictures("set", count: 5)
        try makePipe("set/ant/pipe.JPEG")
        let verified = try data("verify", "set")
        #expect(verified.code == 1 && verified.output.contains("set/ant/pipe.JPEG: is a pipe"), "\(verified.output)")
        #expect(try data("inspect", "set").code == 0)
        let trained = try lsn(training("set", "run", "--epochs", "1"))
        #expect(trained.code == 0 && trained.errors.contains("pipe.JPEG: is a pipe"), "\(trained.errors)")

        for name in ["mnist/train-images-idx3-ubyte", "mnist/train-labels-idx1-ubyte", "mnist/t10k-images-idx3-ubyte"] {
            try makePipe(name)
        }
        try makePipe("mnist/t10k-labels-idx1-ubyte.gz")
        for batch in (1...5).map({ "data_batch_\($0)" }) + ["test_batch"] { try makePipe("cifar/\(batch).bin") }
        try makePipe("dvs/x/1.aedat")
        try makePipe("dvs/y/1.aedat")
        try makePipe("golden/case.safetensors")
        try makePipe("kernels/k.cl")
        try makePipe("p.safetensors")
        let cases: [([String], Int32)] = [
            (["data", "inspect", "--dataset", "mnist", "--data", "mnist"], 2),
            (["data", "inspect", "--dataset", "cifar10", "--data", "cifar"], 2),
            (["data", "verify", "--dataset", "cifar10-dvs", "--data", "dvs", "--split", "all"], 1),
            (["eval", "--checkpoint", "p.safetensors"], 2),
            (["check", "--device", "reference", "--golden", "golden"], 2),
        ]
        for (command, code) in cases {
            let result = try lsn(command)
            #expect(result.code == code, "\(command): \(result.errors)")
            #expect(
                (result.output + result.errors).contains("is a pipe"),
                "\(command): \(result.output) \(result.errors)"
            )
        }
        try FileManager.default.removeItem(atPath: place.file("run/config.json"))
        try makePipe("run/config.json")
        let resumed = try lsn(["train", "--resume", "run"])
        #expect(resumed.code == 2 && resumed.errors.contains("run/config.json: is a pipe"), "\(resumed.errors)")
    }

    @Test func optionsMayComeFromAPipeThatTheCommandLineNames() throws {
        let script =
            "\"$0\" train --print-config --config <(echo 'seed: 77') && "
            + "echo 'seed: 78' | \"$0\" train --print-config --config /dev/stdin"
        let result = try place.start(URL(fileURLWithPath: "/bin/bash"), ["-c", script, program.path]).result()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("seed: 77") && result.output.contains("seed: 78"), "\(result.output)")
        let endless = try lsn(["train", "--print-config", "--config", "/dev/zero"])
        #expect(endless.code == 2 && endless.errors.contains("/dev/zero: is larger than"), "\(endless.errors)")
    }

    @Test func wrongClocksAreDamageByTimeAlone() throws {
        for (name, last) in [("x/1", 60_000), ("x/2", 90_000_000), ("y/1", 60_000), ("y/2", 60_000)] {
            let times = (0..<500).map { 1_000 + 100 * $0 } + [last]
            let events = times.enumerated().map { AEDAT.Event(address: UInt16($0 % 900), time: UInt32($1)) }
            try write(AEDAT(comments: [], events: events).serialized(), to: "dvs/\(name).aedat")
        }
        let verify = ["data", "verify", "--dataset", "cifar10-dvs", "--data", "dvs"]
        let byTime = try lsn(verify + ["--frames-by", "time", "--json"])
        #expect(byTime.code == 1, "\(byTime.errors)")
        let files = (try byTime.json() as? [String: Any])?["bad_files"] as? [[String: String]]
        #expect(files?.map { $0["path"] } == ["x/2.aedat"])
        #expect(files?.first?["problem"]?.contains("the clock jumps by") == true)
        #expect(try lsn(verify).code == 0)
        let sparse = try lsn(verify + ["--timesteps", "600", "--json"])
        #expect(
            sparse.code == 0
                && sparse.errors.contains("warning: 4 recordings have fewer events than the T = 600 frames")
        )
        #expect(((try sparse.json() as? [String: Any])?["warnings"] as? [String])?.count == 1)
    }
}
