import Foundation
import Synchronization

/// A value of each thread's own, made when it first asks for it.
///
/// Tests share an OpenCL queue in this way: one runs in one thread, and PoCL compiles one program of a context at a time, so
/// that threads which shared a context would wait for each other.
package final class PerThread<Value: Sendable>: Sendable {
    private let values = Mutex<[pthread_t: Value]>([:])
    private let make: @Sendable () throws -> Value

    /// Nothing is made yet.
    package init(_ make: @escaping @Sendable () throws -> Value) {
        self.make = make
    }

    /// The calling thread's.
    package func get() throws -> Value {
        let thread = pthread_self()
        if let value = values.withLock({ $0[thread] }) { return value }
        let value = try make()
        values.withLock { $0[thread] = value }
        return value
    }
}
