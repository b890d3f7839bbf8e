import Foundation
import LSNTestSupport
import Testing

@testable import LSNOpenCLRuntime

@Suite(.needsDevice) struct DiskCacheTests {
    private static let source = "kernel void put(global int *x) { x[get_global_id(0)] = VALUE; }"

    private let folder: TemporaryFolder
    private let cacheFolder: String

    init() throws {
        folder = try TemporaryFolder()
        cacheFolder = folder.path + "/new/cache"
    }

    private var entries: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: cacheFolder).sorted() }
    }

    private func queue(device: DeviceInfo? = nil, source: String = Self.source) throws -> ComputeQueue {
        try ComputeQueue(
            device: device ?? TestDevice.find(),
            sources: KernelSourceTree(files: ["put.cl": source], origin: "Kernels"),
            cache: ProgramCache(directory: cacheFolder),
            profiling: false
        )
    }

    /// Builds and runs the kernel in a new queue: the result tells that what was loaded is the program asked for.
    @discardableResult
    private func use(value: Int32 = 5, device: DeviceInfo? = nil, source: String = Self.source) throws
        -> BuildStatistics
    {
        let queue = try queue(device: device, source: source)
        let kernel = try queue.kernel("put", file: "put.cl", options: ["-DVALUE=\(value)"])
        let x = try queue.allocate(bytes: 4)
        try queue.launch(kernel, [.buffer(x)], global: [1], local: nil)
        var result: [Int32] = [0]
        try queue.read(x, into: &result)
        #expect(result == [value])
        return queue.buildStatistics
    }

    private func change(_ edit: (inout [UInt8]) -> Void) throws {
        let file = URL(fileURLWithPath: cacheFolder + "/" + (try #require(entries.first)))
        var bytes = Array(try Data(contentsOf: file))
        edit(&bytes)
        try Data(bytes).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    @Test func secondQueueLoadsWhatTheFirstCompiled() throws {
        #expect(try use() == BuildStatistics(compiled: 1, stored: 1))
        #expect(try use() == BuildStatistics(loaded: 1))
        #expect(try entries.count == 1)
    }

    @Test func otherOptionsAndOtherSourcesAreOtherPrograms() throws {
        try use()
        #expect(try use(value: 6) == BuildStatistics(compiled: 1, stored: 1))
        #expect(try use(source: Self.source + "\n") == BuildStatistics(compiled: 1, stored: 1))
        #expect(try entries.count == 3)
    }

    @Test func upgradedDriverFindsNothing() throws {
        try use()
        let upgraded = try TestDevice.find().pretending(driverVersion: "99.1")
        #expect(try use(device: upgraded) == BuildStatistics(compiled: 1, stored: 1))
        #expect(try use(device: upgraded) == BuildStatistics(loaded: 1))
        #expect(try use() == BuildStatistics(loaded: 1))
        #expect(try entries.count == 2)
    }

    @Test func entryOfAnotherDriverUnderThisNameIsRejected() throws {
        let device = try TestDevice.find()
        let upgraded = device.pretending(driverVersion: "99.1")
        try use(device: upgraded)
        let foreign = try #require(entries.first)
        try use()
        let own = try #require(entries.first { $0 != foreign })
        let content = try Data(contentsOf: URL(fileURLWithPath: cacheFolder + "/" + foreign))
        try content.write(to: URL(fileURLWithPath: cacheFolder + "/" + own))
        #expect(try use() == BuildStatistics(compiled: 1, stored: 1, rejected: 1))
        #expect(try use() == BuildStatistics(loaded: 1))
    }

    @Test(arguments: [
        "empty", "header", "one byte short", "one byte more", "flipped program", "flipped key", "version", "text",
    ])
    func damagedEntryIsReplaced(damage: String) throws {
        try use()
        try change { bytes in
            switch damage {
            case "empty": bytes = []
            case "header": bytes.removeLast(bytes.count - 40)
            case "one byte short": bytes.removeLast()
            case "one byte more": bytes.append(0)
            case "flipped program": bytes[bytes.count - 1] ^= 1
            case "flipped key": bytes[20] ^= 1
            case "version": bytes[8] += 1
            default: bytes = Array("not a program at all".utf8)
            }
        }
        #expect(try use() == BuildStatistics(compiled: 1, stored: 1, rejected: 1))
        #expect(try use() == BuildStatistics(loaded: 1))
        #expect(try entries.count == 1)
    }

    /// The file is whole, but the driver cannot use what is in it.
    @Test func entryThatTheDriverRefusesIsReplaced() throws {
        try use()
        let name = try #require(entries.first)
        let digest = try #require(
            Data(contentsOf: URL(fileURLWithPath: cacheFolder + "/" + name)).dropFirst(16).prefix(32).map(\.self)
                as [UInt8]?
        )
        let key = CacheKey(digest: digest)
        #expect(key.fileName == name)
        #expect(ProgramCache(directory: cacheFolder).store(Array("garbage".utf8), for: key))
        #expect(try use() == BuildStatistics(compiled: 1, stored: 1, rejected: 1))
        #expect(try use() == BuildStatistics(loaded: 1))
    }

    @Test func concurrentWritersAndReadersAgree() async throws {
        let all = try await withThrowingTaskGroup(of: BuildStatistics.self) { group in
            for index in 0..<12 {
                group.addTask { try use(value: Int32(index % 3)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all.count == 12)
        for statistics in all {
            #expect(statistics.compiled + statistics.loaded == 1)
            #expect(statistics.rejected == 0)
            #expect(statistics.stored == statistics.compiled)
        }
        // Three programs, and nothing half written beside them.
        #expect(try entries.count == 3)
        for value: Int32 in 0..<3 { #expect(try use(value: value) == BuildStatistics(loaded: 1)) }
    }

    @Test func folderAndFilesArePrivate() throws {
        try use()
        #expect(try folder.mode("new/cache") == 0o700)
        #expect(try folder.mode("new") == 0o700)
        #expect(try folder.mode("new/cache/" + #require(entries.first)) == 0o600)
    }

    @Test func openFolderIsClosedBeforeUse() throws {
        try use()
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: cacheFolder)
        // Others might have put something there: compiled anew, then private again.
        #expect(try use() == BuildStatistics(compiled: 1, stored: 1))
        #expect(try folder.mode("new/cache") == 0o700)
        #expect(try use() == BuildStatistics(loaded: 1))
    }

    @Test func entryThatOthersCanWriteIsRejected() throws {
        try use()
        let file = cacheFolder + "/" + (try #require(entries.first))
        try FileManager.default.setAttributes([.posixPermissions: 0o622], ofItemAtPath: file)
        #expect(try use() == BuildStatistics(compiled: 1, stored: 1, rejected: 1))
        #expect(try folder.mode("new/cache/" + #require(entries.first)) == 0o600)
    }

    @Test func linkInPlaceOfAnEntryIsReplacedNotFollowed() throws {
        try use()
        let file = cacheFolder + "/" + (try #require(entries.first))
        let elsewhere = folder.path + "/elsewhere"
        try FileManager.default.moveItem(atPath: file, toPath: elsewhere)
        let content = try Data(contentsOf: URL(fileURLWithPath: elsewhere))
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: elsewhere)
        #expect(try use() == BuildStatistics(compiled: 1, stored: 1, rejected: 1))
        #expect(try use() == BuildStatistics(loaded: 1))
        #expect(try Data(contentsOf: URL(fileURLWithPath: elsewhere)) == content)
    }

    @Test func folderThatCannotBeMadeCostsOnlyTheCache() throws {
        try folder.write("a file in the way", to: "new")
        #expect(try use() == BuildStatistics(compiled: 1))
        #expect(try use() == BuildStatistics(compiled: 1))
    }

    @Test func oldFilesAreTidiedAway() throws {
        try use()
        let entry = cacheFolder + "/" + (try #require(entries.first))
        let old = Date(timeIntervalSinceNow: -40 * 86_400)
        let digest = String(repeating: "0af", count: 21) + "9"
        let others = ["readme.txt", "data_batch_1.bin", "notes.tmp", "\(digest).bin.old", "0\(digest).bin"]
        for name in ["\(digest).bin", "\(digest).bin.1.2.tmp", ".lsn-1a2b.tmp"] + others {
            try folder.write("x", to: "new/cache/" + name)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: cacheFolder + "/" + name)
        }
        let young = "\(digest).bin.3.4.tmp"
        try folder.write("x", to: "new/cache/" + young)
        // Being used keeps an entry young.
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: entry)
        #expect(try use() == BuildStatistics(loaded: 1))
        try use(value: 6)
        let left = try entries
        #expect(left.count == others.count + 3)
        #expect(Set(left).isSuperset(of: others + [young]))
        #expect(try use() == BuildStatistics(loaded: 1))
    }

    @Test func programThatDoesNotCompileIsNotStored() throws {
        let queue = try queue()
        #expect(throws: OpenCLError.self) { try queue.kernel("put", file: "put.cl", options: ["-DVALUE=nonsense"]) }
        #expect(!FileManager.default.fileExists(atPath: cacheFolder))
    }

    @Test func launchesOfLoadedProgramsAreCheckedToo() throws {
        try use()
        let queue = try queue()
        let kernel = try queue.kernel("put", file: "put.cl", options: ["-DVALUE=5"])
        #expect(queue.buildStatistics.loaded == 1)
        #expect(throws: OpenCLError.self) { try queue.launch(kernel, [], global: [1], local: nil) }
    }
}

@Suite struct CacheFolderTests {
    @Test(
        arguments: [
            (["LSN_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"], "/a/programs"),
            (["LSN_CACHE_DIR": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"], "/b/lsn/programs"),
            (["XDG_CACHE_HOME": "relative", "HOME": "/c"], "/c/.cache/lsn/programs"),
            (["HOME": "/c"], "/c/.cache/lsn/programs"),
            (["HOME": ""], nil), ([:], nil),
        ] as [([String: String], String?)]
    )
    func folderFollowsTheEnvironment(environment: [String: String], expected: String?) {
        #expect(ProgramCache.standardDirectory(environment) == expected)
    }

    @Test func standardCacheIsMadePrivate() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            _ = unsafe setenv("LSN_CACHE_DIR", folder.path + "/deep/cache", 1)
            #expect(ProgramCache.standard()?.directory == folder.path + "/deep/cache/programs")
            #expect(try folder.mode("deep/cache/programs") == 0o700)
        }
    }

    @Test func folderAboveItIsLeftAsItIs() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            try folder.write("", to: "shared/data_batch_1.bin")
            let mode = try folder.mode("shared")
            _ = unsafe setenv("LSN_CACHE_DIR", folder.path + "/shared", 1)
            #expect(ProgramCache.standard() != nil)
            #expect(try folder.mode("shared") == mode && mode != 0o700)
        }
    }

    @Test func unusableFolderGivesNoCache() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            try folder.write("", to: "file")
            _ = unsafe setenv("LSN_CACHE_DIR", folder.path + "/file/cache", 1)
            #expect(ProgramCache.standard() == nil)
            _ = unsafe setenv("LSN_CACHE_DIR", folder.path + "/file", 1)
            #expect(ProgramCache.standard() == nil)
        }
    }
}

@Suite struct CacheKeyTests {
    @Test func everyPartCounts() {
        let keys = [
            CacheKey(source: "s", options: ["a", "b"], driverFingerprint: "d"),
            CacheKey(source: "t", options: ["a", "b"], driverFingerprint: "d"),
            CacheKey(source: "s", options: ["a", "c"], driverFingerprint: "d"),
            CacheKey(source: "s", options: ["b", "a"], driverFingerprint: "d"),
            CacheKey(source: "s", options: ["ab"], driverFingerprint: "d"),
            CacheKey(source: "s", options: ["a", "b", ""], driverFingerprint: "d"),
            CacheKey(source: "s", options: ["a", "b"], driverFingerprint: "e"),
            CacheKey(source: "", options: ["a", "b"], driverFingerprint: "ds"),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(Set(keys.map(\.fileName)).count == keys.count)
        #expect(keys[0] == CacheKey(source: "s", options: ["a", "b"], driverFingerprint: "d"))
    }
}
