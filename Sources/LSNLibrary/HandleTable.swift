import Synchronization

/// Values behind numbers, which callers of C hold. A number has a place and a generation, so that one that was freed is never
/// taken for another.
final class HandleTable<Value: Sendable>: Sendable {
    private struct Slot {
        var generation: UInt32
        var value: Value?
    }

    private let slots = Mutex<[Slot]>([])

    /// A number for a value.
    func insert(_ value: Value) -> UInt64 {
        slots.withLock { slots in
            // A place whose generations are used up stays empty.
            let free = slots.firstIndex { $0.value == nil && $0.generation < .max }
            let place = free ?? slots.count
            if free == nil { slots.append(Slot(generation: 0, value: nil)) }
            slots[place].generation += 1
            slots[place].value = value
            return UInt64(slots[place].generation) << 32 | UInt64(place)
        }
    }

    /// The value of a number.
    ///
    /// - Throws: ``LibraryError/noHandle(_:)``.
    func value(_ handle: UInt64) throws(LibraryError) -> Value {
        let found = slots.withLock { slots in Self.place(handle, in: slots).flatMap { slots[$0].value } }
        guard let found else { throw .noHandle(handle) }
        return found
    }

    /// Takes a value away.
    ///
    /// - Throws: ``LibraryError/noHandle(_:)``.
    func remove(_ handle: UInt64) throws(LibraryError) {
        // The value goes after the lock does: what it holds may take long to free.
        let removed = slots.withLock { slots -> Value? in
            guard let place = Self.place(handle, in: slots) else { return nil }
            defer { slots[place].value = nil }
            return slots[place].value
        }
        guard removed != nil else { throw .noHandle(handle) }
    }

    private static func place(_ handle: UInt64, in slots: [Slot]) -> Int? {
        let place = Int(handle & 0xFFFF_FFFF)
        guard place < slots.count, slots[place].generation == handle >> 32, slots[place].value != nil else {
            return nil
        }
        return place
    }
}
