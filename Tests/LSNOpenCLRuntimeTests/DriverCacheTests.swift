import Foundation
import LSNTestSupport
import Testing

@testable import LSNOpenCLRuntime

/// PoCL's own cache: a folder of this user's alone, which is there before PoCL is.
@Suite struct DriverCacheTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func whatTheUserChoseStays() {
        let choice = DriverCache.choose(["POCL_CACHE_DIR": "/somewhere", "LSN_CACHE_DIR": folder.path])
        #expect(choice == .chosen("/somewhere"))
        #expect(choice.warning == nil)
    }

    @Test(arguments: ["LSN_CACHE_DIR", "XDG_CACHE_HOME", "HOME"])
    func itLiesInTheCacheFolder(variable: String) throws {
        let choice = DriverCache.choose(["POCL_CACHE_DIR": "", variable: folder.path])
        let expected = ["LSN_CACHE_DIR": "pocl", "XDG_CACHE_HOME": "lsn/pocl", "HOME": ".cache/lsn/pocl"]
        let path = try #require(expected[variable])
        #expect(choice == .own("\(folder.path)/\(path)"))
        #expect(choice.warning == nil)
        #expect(try folder.mode(path) == 0o700)
    }

    /// Nobody, root included, makes folders in /proc.
    @Test(arguments: [["HOME": "/proc/nobody"], ["LSN_CACHE_DIR": "/proc/nobody"], ["HOME": "relative"], [:]])
    func withoutACacheFolderATemporaryOneTakesItsPlace(environment: [String: String]) throws {
        let choice = DriverCache.choose(environment.merging(["TMPDIR": folder.path]) { $1 })
        let own = "lsn-\(geteuid())"
        guard case .temporary(let path, let instead) = choice else {
            Issue.record("got \(choice)")
            return
        }
        #expect(path == "\(folder.path)/\(own)")
        #expect(try folder.mode(own) == 0o700)
        let warning = try #require(choice.warning)
        #expect(warning.contains(instead ?? "no cache folder is known"))
        #expect(warning.contains("LSN_CACHE_DIR"))
        // The next run finds what this one compiled.
        #expect(DriverCache.choose(environment.merging(["TMPDIR": folder.path]) { $1 }) == choice)
    }

    /// Whoever owns the link could let it point elsewhere later: PoCL loads code from there.
    @Test func aLinkInTheTemporaryFolderIsNotFollowed() throws {
        let own = "\(folder.path)/lsn-\(geteuid())"
        try FileManager.default.createDirectory(atPath: folder.path + "/elsewhere", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: own, withDestinationPath: folder.path + "/elsewhere")
        let choice = DriverCache.choose(["TMPDIR": folder.path])
        #expect(choice == .none(tried: [own]))
        #expect(choice.warning?.contains(own) == true)
    }

    @Test func noFolderAtAllIsSaid() {
        let choice = DriverCache.choose(["HOME": "/proc/nobody", "TMPDIR": "/proc/nobody"])
        #expect(choice == .none(tried: ["/proc/nobody/.cache/lsn", "/proc/nobody/lsn-\(geteuid())"]))
        #expect(choice.warning?.contains("/proc/nobody/.cache/lsn") == true)
    }

    @Test(.needsDevice) func aFolderThatPoCLCannotWriteToIsTheReasonGiven() async {
        await #expect(processExitsWith: .success) {
            _ = unsafe setenv("POCL_CACHE_DIR", "/proc/nobody", 1)
            do {
                // Another driver may be there; PoCL is not.
                let found = try OpenCL.devices()
                #expect(!found.contains { $0.platformName == "Portable Computing Language" })
            } catch {
                #expect("\(error)".contains("/proc/nobody (POCL_CACHE_DIR)"), "\(error)")
            }
        }
    }

    /// PoCL ends the process where the name is there and empty.
    @Test func anEmptyNameIsNotLeftToPoCL() async {
        await #expect(processExitsWith: .success) {
            for (variable, value) in [("POCL_CACHE_DIR", ""), ("HOME", ""), ("TMPDIR", "/proc/nobody")] {
                _ = unsafe setenv(variable, value, 1)
            }
            _ = unsafe unsetenv("LSN_CACHE_DIR")
            _ = unsafe unsetenv("XDG_CACHE_HOME")
            #expect(DriverCache.prepare() == .none(tried: ["/proc/nobody/lsn-\(geteuid())"]))
            #expect(ProcessInfo.processInfo.environment["POCL_CACHE_DIR"] == nil)
        }
    }

    /// The program's own choice makes PoCL work where its default does not.
    @Test(.needsDevice) func theDeviceIsThereWithoutAHome() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            _ = unsafe unsetenv("POCL_CACHE_DIR")
            _ = unsafe unsetenv("LSN_CACHE_DIR")
            _ = unsafe unsetenv("XDG_CACHE_HOME")
            _ = unsafe setenv("HOME", "/proc/nobody", 1)
            _ = unsafe setenv("TMPDIR", folder.path, 1)
            DriverCache.prepare()
            #expect(try !OpenCL.devices().isEmpty)
        }
    }
}
