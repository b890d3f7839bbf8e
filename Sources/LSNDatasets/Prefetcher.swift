import Foundation

/// Makes values ahead of their use, several at once on threads of its own, and hands them out in the order asked for.
///
/// What it holds is bounded: the values asked for, those announced to follow, and one for every thread.
final class Prefetcher<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let shared: Shared

    /// - Parameters:
    ///   - threads: at least 1.
    ///   - make: the value of a key; called on several threads at once.
    init(threads: Int, make: @escaping @Sendable (Key) -> Value) {
        shared = Shared(make: make)
        for _ in 0..<max(threads, 1) {
            // The threads know the shared part only, so that they do not keep the prefetcher alive.
            let thread = Thread { [shared] in shared.work() }
            thread.name = "lsn data"
            thread.start()
        }
    }

    deinit {
        shared.stop()
    }

    /// The values of `keys`, each of which is new; waits for them.
    ///
    /// - Parameters:
    ///   - keys: wanted now.
    ///   - following: to be made afterwards. Values announced earlier that are in neither list are dropped.
    func values(_ keys: [Key], following: [Key]) -> [Value] {
        shared.values(keys, following: following)
    }

    /// Values in hand and in the making, for tests.
    var held: Int { shared.held }

    // All state is guarded by the condition's lock.
    private final class Shared: @unchecked Sendable {
        private let condition = NSCondition()
        private let make: @Sendable (Key) -> Value
        private var wanted: Set<Key> = []
        private var pending: [Key] = []
        private var making: Set<Key> = []
        private var ready: [Key: Value] = [:]
        private var isStopped = false

        init(make: @escaping @Sendable (Key) -> Value) {
            self.make = make
        }

        func values(_ keys: [Key], following: [Key]) -> [Value] {
            condition.lock()
            defer { condition.unlock() }
            wanted = Set(keys).union(following)
            ready = ready.filter { wanted.contains($0.key) }
            // Backwards, so that the next one is taken from the end.
            pending = (keys + following).filter { ready[$0] == nil && !making.contains($0) }.reversed()
            condition.broadcast()
            while !keys.allSatisfy({ ready[$0] != nil }) { condition.wait() }
            wanted.subtract(keys)
            return keys.compactMap { ready.removeValue(forKey: $0) }
        }

        var held: Int {
            condition.lock()
            defer { condition.unlock() }
            return ready.count + making.count
        }

        func stop() {
            condition.lock()
            defer { condition.unlock() }
            isStopped = true
            condition.broadcast()
        }

        /// A thread's life.
        func work() {
            condition.lock()
            defer { condition.unlock() }
            while !isStopped {
                guard let key = pending.popLast() else {
                    condition.wait()
                    continue
                }
                making.insert(key)
                condition.unlock()
                let value = make(key)
                condition.lock()
                making.remove(key)
                if wanted.contains(key) { ready[key] = value }
                condition.broadcast()
            }
        }
    }
}
