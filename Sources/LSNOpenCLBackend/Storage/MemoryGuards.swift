import LSNOpenCLRuntime
public import LSNTensors
import Synchronization

/// Words before and behind every storage that nobody may touch, for checking kernels: one that writes beyond what it was
/// given changes them. Storages start out as a pattern that is no number, has every spare bit set, and is no index, so
/// that kernels which rely on undefined contents, or leave padding as it was, are found as well.
///
/// What is guarded stays in memory until it is looked at.
final class MemoryGuards: Sendable {
    /// Not a number, as a float.
    static let pattern: UInt32 = 0xFFFF_A5A5

    private struct Guarded {
        let whole: any Storage
        let words: Int
    }

    private let guarded = Mutex<[Guarded]>([])

    /// The words `margin..<margin + words` of `whole`, which is `words + 2·margin` long.
    func surround(
        _ whole: any Storage,
        words: Int,
        margin: Int,
        on backend: OpenCLBackend
    ) throws(BackendError) -> any Storage {
        try backend.fill(whole, with: Self.pattern, count: whole.words)
        let inner = try backend.slice(whole, offset: margin, count: words)
        guarded.withLock { $0.append(Guarded(whole: whole, words: words)) }
        return inner
    }

    /// One line for each storage around which something changed; forgets them all.
    func damaged(margin: Int, on backend: OpenCLBackend) throws(BackendError) -> [String] {
        let all = guarded.withLock { guarded in
            defer { guarded = [] }
            return guarded
        }
        var lines: [String] = []
        for item in all {
            let words = try backend.read(item.whole, count: item.whole.words)
            if let place = words[..<margin].lastIndex(where: { $0 != Self.pattern }) {
                lines.append("a word \(margin - place) before a storage of \(item.words) words was written")
            }
            if let place = words[(margin + item.words)...].firstIndex(where: { $0 != Self.pattern }) {
                let distance = place - margin - item.words + 1
                lines.append("a word \(distance) behind a storage of \(item.words) words was written")
            }
        }
        return lines
    }
}

extension OpenCLBackend: MemoryGuarding {
    /// What was found around storages since the last call; nothing where the backend was made without guards.
    public func damagedStorages() throws(BackendError) -> [String] {
        try guards?.damaged(margin: sliceAlignment, on: self) ?? []
    }
}
