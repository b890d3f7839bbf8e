import Foundation
import LSNHostSystem
import Testing

@Suite struct CacheFolderTests {
    @Test func followsTheEnvironment() async {
        await #expect(processExitsWith: .success) {
            _ = unsafe setenv("LSN_CACHE_DIR", "", 1)
            _ = unsafe setenv("XDG_CACHE_HOME", "relative", 1)
            _ = unsafe setenv("HOME", "/c", 1)
            #expect(CacheFolder.standard() == "/c/.cache/lsn")
            _ = unsafe setenv("XDG_CACHE_HOME", "/b", 1)
            #expect(CacheFolder.standard() == "/b/lsn")
            _ = unsafe setenv("LSN_CACHE_DIR", "/a", 1)
            #expect(CacheFolder.standard() == "/a")
        }
    }
}
