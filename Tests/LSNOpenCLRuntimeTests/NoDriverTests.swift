import Foundation
import LSNTestSupport
import Testing

@testable import LSNOpenCLRuntime

/// What a machine without a driver says. Each looks in a process of its own, because the loader does so once.
@Suite struct NoDriverTests {
    @Test func missingDriverIsExplained() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            _ = unsafe setenv("OCL_ICD_VENDORS", folder.path, 1)
            let error = #expect(throws: OpenCLError.self) { try OpenCL.devices() }
            let drivers = ["no .icd file is in \(folder.path) (OCL_ICD_VENDORS)"]
            #expect(error == .noPlatform(codeName: "CL_PLATFORM_NOT_FOUND_KHR", drivers: drivers))
        }
    }

    @Test func driverThatCannotBeLoadedIsExplained() async throws {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            try folder.write("libno-such-driver.so\n", to: "broken.icd")
            _ = unsafe setenv("OCL_ICD_VENDORS", folder.path, 1)
            let error = #expect(throws: OpenCLError.self) { try OpenCL.device(named: "auto") }
            let text = error.map { "\($0)" } ?? ""
            #expect(
                text.contains(
                    "\(folder.file("broken.icd")) names libno-such-driver.so, which cannot be loaded (libno-such-driver.so: "
                ),
                "\(text)"
            )
        }
    }

    /// Every form of the variable, and every fault that a file may have, named with the file.
    @Test(.timeLimit(.minutes(1))) func everyFileThatCannotBeUsedIsNamed() throws {
        let folder = try TemporaryFolder()
        let made = unsafe mkfifo(folder.file("a-pipe.icd"), 0o600)
        try #require(made == 0)
        try folder.write("\n", to: "b-empty.icd")
        try folder.write([0xff, 0xfe], to: "c-bytes.icd")
        try folder.write(String(repeating: "x", count: 5000), to: "d-long.icd")
        try folder.write("no library", to: "e-text.icd")
        // The C library: it can be loaded.
        try folder.write("libc.so.6\n", to: "f-good.icd")
        try folder.write("libno-such-driver.so", to: "not-registered.txt")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("g-link.icd"),
            withDestinationPath: folder.file("nowhere")
        )
        let lines = RegisteredDrivers.problems([RegisteredDrivers.variable: folder.path])
        #expect(lines.count == 6)
        #expect(
            lines.prefix(4) == [
                "\(folder.file("a-pipe.icd")) is no regular file",
                "\(folder.file("b-empty.icd")) is empty: it names no library",
                "\(folder.file("c-bytes.icd")) is not UTF-8 text",
                "\(folder.file("d-long.icd")) is longer than the name of a library",
            ]
        )
        #expect(lines.dropFirst(4).first?.hasPrefix("\(folder.file("e-text.icd")) names no library, which") == true)
        #expect(lines.last == "\(folder.file("g-link.icd")) cannot be read (No such file or directory)")

        let one = RegisteredDrivers.problems([RegisteredDrivers.variable: folder.file("b-empty.icd")])
        #expect(one == ["\(folder.file("b-empty.icd")) is empty: it names no library"])
        let library = RegisteredDrivers.problems([RegisteredDrivers.variable: "libno-such-driver.so"])
        #expect(
            library.first?.hasPrefix("OCL_ICD_VENDORS names libno-such-driver.so, which cannot be loaded (") == true
        )
        #expect(RegisteredDrivers.problems([RegisteredDrivers.variable: "libc.so.6"]) == [])
    }

    @Test func driversThatAreLoadedAndShowNothingAreNamed() throws {
        let folder = try TemporaryFolder()
        try folder.write("libc.so.6\n", to: "good.icd")
        #expect(
            RegisteredDrivers.explanation([RegisteredDrivers.variable: folder.path])
                == ["what good.icd in \(folder.path) name can be loaded, but shows no platform"]
        )
        #expect(
            RegisteredDrivers.explanation([RegisteredDrivers.variable: folder.file("good.icd")])
                == ["the driver that OCL_ICD_VENDORS names shows no platform"]
        )
    }
}
