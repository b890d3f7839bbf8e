import LSNOpenCLRuntime
import LSNTensors
import Synchronization

/// A kernel that a dry run would have launched, as it would have been launched.
public struct PlannedLaunch: Hashable, Sendable {
    /// The function.
    public let kernel: String
    /// Its file below Kernels.
    public let file: String
    /// The macros that specialise it, as a compiler takes them.
    public let options: [String]
    /// Work-items in one to three dimensions.
    public let global: [Int]
    /// Those of a work-group.
    public let local: [Int]
    /// Bytes of each storage that it is given.
    public let bytes: [Int]
    /// Its other arguments that are integers.
    public let integers: [Int]
}

/// What a dry run would have launched while somebody wants to know.
final class LaunchPlan: Sendable {
    private let launches = Mutex<[PlannedLaunch]?>(nil)

    func begin() { launches.withLock { $0 = [] } }

    func add(_ launch: @autoclosure () -> PlannedLaunch) { launches.withLock { $0?.append(launch()) } }

    func end() -> [PlannedLaunch] {
        launches.withLock { launches in
            defer { launches = nil }
            return launches ?? []
        }
    }
}

extension OpenCLBackend {
    /// Goes through `body` and says what it would launch, in order; nothing where this is no dry run. Only kernels count, not
    /// copies and fills.
    public func plannedLaunches(_ body: () throws -> Void) rethrows -> [PlannedLaunch] {
        launchPlan.begin()
        do {
            try body()
        } catch {
            _ = launchPlan.end()
            throw error
        }
        return launchPlan.end()
    }
}

extension PlannedLaunch {
    init(_ name: String, _ file: String, _ options: [KernelOption], _ arguments: [KernelArgument], _ range: WorkRange) {
        var (bytes, integers): ([Int], [Int]) = ([], [])
        for argument in arguments {
            switch argument {
            // The storages of a dry run: see `KernelArgument.storage`.
            case .local(let size): bytes.append(size)
            case .int32(let value): integers.append(Int(value))
            case .uint32(let value): integers.append(Int(value))
            case .float, .buffer: break
            }
        }
        self.init(
            kernel: name,
            file: file,
            options: options.map(\.text),
            global: range.global,
            local: range.local,
            bytes: bytes,
            integers: integers
        )
    }
}

/// Work-items, and those of a work-group.
struct WorkRange {
    let global: [Int]
    let local: [Int]
}
