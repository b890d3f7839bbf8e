import Foundation
import LSNTestSupport
import Testing

@testable import LSNOpenCLRuntime

@Suite struct IrregularFileTests {
    // The limit is there for a reader that waits for the other end of a pipe.
    @Test(.timeLimit(.minutes(1))) func pipesInTheCacheOrAmongSourcesAreNotWaitedFor() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path + "/k.cl"
        let made = unsafe mkfifo(pipe, 0o600)
        try #require(made == 0)
        #expect(PrivateFile.read(pipe) == nil)
        let error = #expect(throws: OpenCLError.self) { try KernelSourceTree.directory(folder.path) }
        #expect(error.map { "\($0)" }?.contains("is no regular file") == true)
    }
}
