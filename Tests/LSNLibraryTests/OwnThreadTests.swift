import Foundation
import Testing

@testable import LSNLibrary

/// Trainings that wait for each other, as those of callbacks do.
@Suite struct OwnThreadTests {
    // More than Swift's pool has threads: on those, the innermost would wait for ever.
    @Test func trainingsWithinTrainings() throws {
        let depth = ProcessInfo.processInfo.activeProcessorCount + 2
        #expect(try nested(depth) == depth)
    }

    private func nested(_ depth: Int) throws -> Int {
        depth == 0 ? 0 : try waiting { try self.nested(depth - 1) + 1 }
    }
}
