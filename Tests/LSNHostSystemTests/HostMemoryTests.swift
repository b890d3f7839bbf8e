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

    @Test func aLimitOnAddressSpaceLeavesRoomForThreadsAndCompilers() throws {
        try folder.write("MemAvailable: 8000000 kB\n", to: "proc/meminfo")
        try folder.write(
            "Limit  Soft Limit  Hard Limit  Units\nMax address space  unlimited  unlimited  bytes\n",
            to: "proc/self/limits"
        )
        #expect(available == 8_192_000_000)
        try folder.write(
            "Max address space         2000000000           unlimited            bytes\n",
            to: "proc/self/limits"
        )
        try folder.write("100000 5 5 5 0 5 0\n", to: "proc/self/statm")
        #expect(available == 2_000_000_000 - 100_000 * Int(sysconf(Int32(_SC_PAGESIZE))) - (512 << 20))
        try folder.write("400000 5 5 5 0 5 0\n", to: "proc/self/statm")
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
