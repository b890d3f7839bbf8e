import Foundation

/// The memory of the machine, as far as this process may have it.
package enum HostMemory {
    /// What can be had without swapping: what the system has left, and no more than the control groups (cgroup v1 and v2)
    /// that the process is in, and its limit on address space (`ulimit -v`), leave it. Where none says anything, all memory
    /// there is.
    package static var availableBytes: Int {
        availableBytes(root: "")
    }

    /// The same of a system whose files stand below `root`.
    static func availableBytes(root: String) -> Int {
        let left = [systemBytes(root: root), addressBytes(root: root)] + groupBytes(root: root)
        return left.compactMap(\.self).min() ?? Int(clamping: ProcessInfo.processInfo.physicalMemory)
    }

    private static func systemBytes(root: String) -> Int? {
        let line = lines(root + "/proc/meminfo").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").compactMap { Int($0) }.first.map { 1024 * $0 }
    }

    /// What a limit on address space leaves for data: less than it leaves, for threads reserve tens of megabytes each, and a
    /// compiler of kernels that runs in this process some hundred. It is not asked twice: drivers abort where they get none.
    private static func addressBytes(root: String) -> Int? {
        let line = lines(root + "/proc/self/limits").first { $0.hasPrefix("Max address space") }
        guard let limit = line?.dropFirst("Max address space".count).split(separator: " ").first.flatMap({ Int($0) })
        else {
            // There is none, or it is `unlimited`.
            return nil
        }
        let pages = lines(root + "/proc/self/statm").first?.split(separator: " ").first.flatMap { Int($0) } ?? 0
        return max(0, limit - pages * Int(sysconf(Int32(_SC_PAGESIZE))) - addressReserve)
    }

    private static let addressReserve = 512 << 20

    /// What is left below the limit of each group, the process's own and those above it.
    private static func groupBytes(root: String) -> [Int] {
        lines(root + "/proc/self/cgroup").flatMap { line -> [Int] in
            // hierarchy:controllers:path; the second version has no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let controllers = parts[1].split(separator: ",")
            if controllers.isEmpty {
                return left(below: root + "/sys/fs/cgroup", parts[2], limit: "memory.max", usage: "memory.current")
            }
            guard controllers.contains("memory") else { return [] }
            return left(
                below: root + "/sys/fs/cgroup/memory",
                parts[2],
                limit: "memory.limit_in_bytes",
                usage: "memory.usage_in_bytes"
            )
        }
    }

    private static func left(below top: String, _ path: Substring, limit: String, usage: String) -> [Int] {
        // A container may see its own group at the top, whatever the path says.
        var folders = [top]
        for name in path.split(separator: "/") where name != ".." {
            folders.append(folders[folders.count - 1] + "/\(name)")
        }
        return folders.compactMap { folder in
            // Without a limit the file says `max`, or a number near 2⁶³.
            guard let most = number("\(folder)/\(limit)"), most < 1 << 60 else { return nil }
            return max(0, most - (number("\(folder)/\(usage)") ?? 0))
        }
    }

    private static func number(_ path: String) -> Int? {
        lines(path).first.flatMap { Int($0) }
    }

    /// The lines of a small file of the system; none where it is not there.
    private static func lines(_ path: String) -> [Substring] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }
}
