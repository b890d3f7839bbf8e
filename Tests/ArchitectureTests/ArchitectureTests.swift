import Foundation
import Testing

/// The house of ARCHITECTURE.md: which room may look into which, read from the sources' own imports.
@Suite struct ArchitectureTests {
    /// The rooms that a room may import; everything else of this package is above it or beside it.
    static let mayImport: [String: Set<String>] = [
        "LSNHostSystem": [],
        "LSNTensors": [],
        "LSNCommunication": ["LSNMPIBinding"],
        "LSNOpenCLRuntime": ["LSNHostSystem", "LSNCOpenCL"],
        "LSNReferenceBackend": ["LSNTensors"],
        "LSNOpenCLBackend": ["LSNTensors", "LSNOpenCLRuntime", "LSNKernels"],
        "LSNFileFormats": ["LSNHostSystem", "LSNCZlib", "LSNCTurboJPEG", "LSNCPNG"],
        "LSNDatasets": ["LSNHostSystem", "LSNTensors", "LSNFileFormats", "LSNBundledDigits"],
        "LSNNetworks": ["LSNTensors"],
        "LSNTraining": [
            "LSNHostSystem", "LSNTensors", "LSNCommunication", "LSNNetworks", "LSNDatasets", "LSNFileFormats",
        ],
        "LSNReports": ["LSNHostSystem", "LSNTraining", "LSNFileFormats"],
        "LSNConfiguration": [
            "LSNHostSystem", "LSNTensors", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNFileFormats",
        ],
        "LSNDevices": [
            "LSNHostSystem", "LSNTensors", "LSNCommunication", "LSNOpenCLRuntime", "LSNOpenCLBackend",
            "LSNReferenceBackend", "LSNDatasets", "LSNTraining", "LSNConfiguration", "LSNFileFormats",
        ],
        "LSNExperiments": [
            "LSNHostSystem", "LSNTensors", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNConfiguration",
            "LSNFileFormats", "LSNReports",
        ],
        "LSNInterchange": ["LSNTensors", "LSNNetworks", "LSNFileFormats"],
        "LSNTensorBoardMessages": [],
        "LSNTensorBoard": ["LSNHostSystem", "LSNTraining", "LSNFileFormats", "LSNTensorBoardMessages"],
        "LSNConformance": [
            "LSNHostSystem", "LSNTensors", "LSNCommunication", "LSNNetworks", "LSNTraining", "LSNFileFormats",
            "LSNKnownValues",
        ],
        "LSNBenchmarking": [
            "LSNTensors", "LSNOpenCLRuntime", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNConfiguration",
            "LSNConformance",
        ],
        "LSNLibrary": [
            "LSNCLibrary", "LSNTensors", "LSNDevices", "LSNOpenCLRuntime", "LSNNetworks", "LSNDatasets", "LSNTraining",
            "LSNConfiguration", "LSNFileFormats", "LSNReports", "LSNTensorBoard",
        ],
        "lsn": [
            "LSNHostSystem", "LSNTensors", "LSNCommunication", "LSNDevices", "LSNOpenCLRuntime", "LSNOpenCLBackend",
            "LSNReferenceBackend", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNConfiguration", "LSNConformance",
            "LSNBenchmarking",
            "LSNFileFormats", "LSNInterchange", "LSNReports", "LSNExperiments", "LSNTensorBoard", "LSNBuildDescription",
        ],
    ]

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: mayImport.keys.sorted())
    func arrowsPointDown(_ room: String) throws {
        let allowed = try #require(Self.mayImport[room])
        let rooms = try Self.folders(below: "Sources").union(["LSNKernels"])
        let files = try Self.swiftFiles(of: room)
        #expect(!files.isEmpty)
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /(?m)^(?:@testable )?(?:public |package |internal |private )?import (\w+)/) {
                let imported = String(match.1)
                #expect(
                    !rooms.contains(imported) || allowed.contains(imported),
                    "\(room)/\(file.lastPathComponent) imports \(imported)"
                )
            }
        }
    }

    @Test func everyRoomIsNamed() throws {
        let withSwift = try Self.folders(below: "Sources").filter { try !Self.swiftFiles(of: $0).isEmpty }
        #expect(withSwift == Set(Self.mayImport.keys))
    }

    @Test(arguments: ["LSNOpenCLBackend", "LSNReferenceBackend"])
    func everyOperationFamilyHasItsFile(_ room: String) throws {
        let families = try FileManager.default
            .contentsOfDirectory(atPath: Self.root.appending(path: "Sources/LSNTensors").path)
            .filter { $0.hasSuffix("Operations.swift") }
            .map { $0.replacing("Operations.swift", with: "") }
        #expect(families.count > 8)
        let files = try Self.swiftFiles(of: room).map(\.lastPathComponent)
        for family in families {
            #expect(files.contains { $0.hasPrefix(family) }, "\(room) has no file for \(family)Operations")
        }
    }

    private static func folders(below path: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path))
    }

    private static func swiftFiles(of room: String) throws -> [URL] {
        let folder = root.appending(path: "Sources/\(room)")
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".swift") }
            .map { folder.appending(path: $0) }
    }
}
