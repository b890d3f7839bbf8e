import Foundation
import LSNTestSupport
import Testing

@testable import LSNHostSystem

@Suite struct HostMemoryTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("MemTotal:       2000 kB\nMemFree: 1 kB\nMemAvailable:   1000 kB\n", to: "proc/meminfo")
    }

    private var available: Int { HostMemory.availableBytes(root: folder.path) }

    @Test func withoutGroupsTheSystemDecides() throws {
        #expect(available == 1_024_000)
        try folder.write("0::/\n", to: "proc/self/cgroup")
        try folder.write("max\n", to: "sys/fs/cgroup/memory.max")
        #expect(available == 1_024_000)
        #expect(HostMemory.availableBytes > 0)
    }

    @Test func theTightestGroupDecides() throws {
        try folder.write("0::/user/job\n", to: "proc/self/cgroup")
        try folder.write("900000\n", to: "sys/fs/cgroup/user/memory.max")
        try folder.write("100000\n", to: "sys/fs/cgroup/user/memory.current")
        #expect(available == 800_000)
        try folder.write("500000\n", to: "sys/fs/cgroup/user/job/memory.max")
        try folder.write("50000\n", to: "sys/fs/cgroup/user/job/memory.current")
        #expect(available == 450_000)
        try folder.write("600000\n", to: "sys/fs/cgroup/user/job/memory.current")
        #expect(available == 0)
    }

    @Test func theFirstVersionHasControllers() throws {
        try folder.write("5:cpu,cpuacct:/a\n4:memory:/job\n1:name=systemd:/b\n", to: "proc/self/cgroup")
        try folder.write("9223372036854771712\n", to: "sys/fs/cgroup/memory/memory.limit_in_bytes")
        #expect(available == 1_024_000)
        try folder.write("700000\n", to: "sys/fs/cgroup/memory/job/memory.limit_in_bytes")
        try folder.write("200000\n", to: "sys/fs/cgroup/memory/job/memory.usage_in_bytes")
        #expect(available == 500_000)
    }

    @Test func withoutAnyFileThereIsAllMemory() throws {
        try FileManager.default.removeItem(atPath: folder.file("proc"))
        #expect(available == Int(clamping: ProcessInfo.processInfo.physicalMemory))
    }
}
