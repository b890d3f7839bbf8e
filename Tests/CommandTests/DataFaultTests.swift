import Foundation
import LSNFileFormats
import LSNTestPictures
import Testing

/// Disks that are full, folders without permission and files that vanish, as a user meets them.
///
/// Whoever may do everything meets no missing permission, so where the tests run as root these commands give root up.
@Suite struct DataFaultTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
        for (label, name) in ["ant", "bee"].enumerated() {
            let folder = place.file("pictures/\(name)")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for index in 0..<5 {
                let picture = TestPicture(width: 30 + index, height: 24, seed: 5 * label + index)
                try Data(picture.jpeg()).write(to: URL(fileURLWithPath: "\(folder)/\(index).jpg"))
            }
        }
    }

    private let training = [
        "train", "--dataset", "imagenet", "--data", "pictures", "--model", "lsn19", "--width", "0.02", "--image-size",
        "16", "--timesteps", "1", "--batch-size", "2", "--device", "reference", "--output", "run", "--epochs",
    ]

    /// Starts `lsn` as someone whom permissions bind.
    private func startUnprivileged(_ arguments: [String]) throws -> RunningCommand {
        let environment = ["LSN_CACHE_DIR": place.file("cache")]
        guard geteuid() == 0 else {
            return try place.start(program, arguments, environment: environment)
        }
        // The program may stand in a folder that only root can enter.
        let copy = place.file("lsn")
        if !FileManager.default.fileExists(atPath: copy) {
            // By a process of its own: a file that is open for writing here would be open in every program that other
            // tests start meanwhile, and a program that is open for writing cannot be started.
            let copied = try place.start(URL(fileURLWithPath: "/bin/cp"), [program.path, copy]).result()
            #expect(copied.code == 0, "\(copied.errors)")
        }
        try setPermissions(0o777, of: place.path)
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", copy]
        return try place.start(
            URL(fileURLWithPath: "/usr/bin/setpriv"),
            nobody + arguments,
            environment: environment
        )
    }

    /// Runs `lsn` where no file may be larger than so many blocks of 1,024 bytes: what a full disk is to a program.
    private func runWithLimit(_ blocks: Int, _ arguments: [String]) throws -> CommandResult {
        let script = "ulimit -f \(blocks) && exec \"$0\" \"$@\""
        return try place.start(
            URL(fileURLWithPath: "/bin/bash"),
            ["-c", script, program.path] + arguments,
            environment: ["LSN_CACHE_DIR": place.file("cache")]
        ).result()
    }

    private func setPermissions(_ permissions: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
    }

    /// The run's last checkpoint is whole: the run continues from it, once the data are there.
    private func expectThatTheRunContinues() throws {
        #expect(throws: Never.self) { try Safetensors.read(place.file("run/checkpoint-last.safetensors")) }
        let resumed = try place.lsn("train", "--resume", "run", "--max-steps", "1")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.output.contains("continued after step"))
    }

    @Test func aFolderThatMayNotBeReadIsNamed() throws {
        let folder = place.file("pictures/ant")
        try setPermissions(0, of: folder)
        defer { try? setPermissions(0o755, of: folder) }
        for command in [training + ["1"], ["data", "verify", "--dataset", "imagenet", "--data", "pictures"]] {
            let result = try startUnprivileged(command).result()
            #expect(result.code == 2, "\(result.output)")
            #expect(result.errors.contains("pictures/ant"), "\(result.errors)")
            #expect(result.errors.contains("Permission denied"), "\(result.errors)")
        }
        #expect(!place.exists("run"))
    }

    @Test func filesThatMayNotBeReadAreNamed() throws {
        for index in 0..<5 { try setPermissions(0, of: place.file("pictures/bee/\(index).jpg")) }
        let result = try startUnprivileged(training + ["1"]).result()
        #expect(result.code == 2, "\(result.output)")
        #expect(result.errors.contains("bee") && result.errors.contains("Permission denied"), "\(result.errors)")
    }

    @Test func aRunThatMayNotBeWrittenIsBadUsage() throws {
        try FileManager.default.createDirectory(atPath: place.file("closed"), withIntermediateDirectories: true)
        try setPermissions(0o555, of: place.file("closed"))
        defer { try? setPermissions(0o755, of: place.file("closed")) }
        let result = try startUnprivileged(tinyTraining + ["--output", "closed/run"]).result()
        #expect(result.code == 2, "\(result.output)")
        #expect(result.errors.contains("closed/run: cannot be made: Permission denied. "), "\(result.errors)")
        #expect(result.errors.contains("Choose another --output"))
    }

    @Test func permissionThatIsTakenAwayKeepsTheLastCheckpoint() throws {
        let run = try startUnprivileged(training + ["100000"])
        run.wait { place.exists("run/checkpoint-last.safetensors") }
        try setPermissions(0, of: place.file("pictures"))
        let result = try run.result()
        try setPermissions(0o755, of: place.file("pictures"))
        #expect(result.code == 2, "\(result.output)")
        #expect(result.errors.contains("Permission denied"), "\(result.errors)")
        try expectThatTheRunContinues()
    }

    @Test func filesThatVanishKeepTheLastCheckpoint() throws {
        let run = try place.start(program, training + ["100000"])
        run.wait { place.exists("run/checkpoint-last.safetensors") }
        try FileManager.default.moveItem(atPath: place.file("pictures/bee"), toPath: place.file("elsewhere"))
        let result = try run.result()
        try FileManager.default.moveItem(atPath: place.file("elsewhere"), toPath: place.file("pictures/bee"))
        #expect(result.code == 2, "\(result.output)")
        #expect(result.errors.contains("bee") && result.errors.contains("No such file or directory"))
        #expect(result.errors.contains("The last checkpoint is untouched: continue with lsn train --resume run"))
        try expectThatTheRunContinues()
    }

    @Test func recordingsThatVanishWithTheirFramesKeepTheLastCheckpoint() throws {
        #expect(
            try place.lsn("data", "simulate-dvs", "--output", "dvs", "--per-class", "2", "--milliseconds", "20").code
                == 0
        )
        let arguments = [
            "train", "--dataset", "cifar10-dvs", "--data", "dvs", "--split", "random:4", "--image-size", "12",
            "--timesteps", "2", "--width", "0.02", "--batch-size", "5", "--device", "reference", "--output", "run",
            "--cache", "frames", "--epochs", "100000",
        ]
        let run = try place.start(program, arguments)
        run.wait { place.exists("run/checkpoint-last.safetensors") }
        try FileManager.default.moveItem(atPath: place.file("dvs"), toPath: place.file("elsewhere"))
        try FileManager.default.removeItem(atPath: place.file("frames"))
        let result = try run.result()
        try FileManager.default.moveItem(atPath: place.file("elsewhere"), toPath: place.file("dvs"))
        #expect(result.code == 2, "\(result.output)")
        #expect(
            result.errors.contains(".aedat") && result.errors.contains("No such file or directory"),
            "\(result.errors)"
        )
        try expectThatTheRunContinues()
    }

    @Test func aFullDiskIsNamedByWhateverWritesToIt() throws {
        let simulated = try runWithLimit(1, ["data", "simulate-dvs", "--output", "dvs", "--per-class", "1"])
        #expect(simulated.code == 1, "\(simulated.output)")
        #expect(
            simulated.errors.contains(".aedat") && simulated.errors.contains("File too large"),
            "\(simulated.errors)"
        )

        let dumped = try runWithLimit(
            1,
            ["data", "dump", "--dataset", "digits", "--limit", "9", "--device", "reference", "--output", "x.npy"]
        )
        #expect(dumped.code == 1, "\(dumped.output)")
        #expect(dumped.errors.contains("x.npy") && dumped.errors.contains("File too large"), "\(dumped.errors)")
        #expect(!place.exists("x.npy"))

        #expect(
            try place.lsn("data", "simulate-dvs", "--output", "dvs", "--per-class", "2", "--milliseconds", "20").code
                == 0
        )
        let counted = try runWithLimit(
            1,
            ["train", "--dataset", "cifar10-dvs", "--data", "dvs", "--device", "reference", "--output", "run"]
        )
        #expect(counted.code == 2, "\(counted.output)")
        #expect(counted.errors.contains("cache") && counted.errors.contains("File too large"), "\(counted.errors)")
    }

    /// A folder in the place of an event file can be neither read nor written.
    @Test func eventsThatCannotBeWrittenDoNotStopTraining() throws {
        let obstacle = place.file("run/events.out.tfevents.1")
        try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
        let result = try place.lsn(tinyTraining + ["--output", "run"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
        #expect(result.errors.hasPrefix("warning: TensorBoard's events are not written: "), "\(result.errors)")
        #expect(try metrics(place.file("run")).count == 2)
    }
}
