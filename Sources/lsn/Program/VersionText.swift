import LSNBuildDescription
import LSNTraining

/// What `lsn --version` prints: the version, and in parentheses what was built and how.
enum VersionText {
    static var current: String {
        let description = unsafe String(cString: lsn_build_description())
        let build = description.isEmpty ? "built from source, \(configuration)" : description
        return "\(ProgramVersion.current) (\(build))"
    }

    private static var configuration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }
}
