// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled alike: Swift 6, explicit existentials, imports that do not leak, unsafe code marked
/// where it stands, and no warning left over.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "lsn",
    products: [
        .executable(name: "lsn", targets: ["lsn"]),
        .library(
            name: "LogicSpikingNetworks",
            targets: [
                "LSNTensors", "LSNReferenceBackend", "LSNOpenCLRuntime", "LSNOpenCLBackend", "LSNNetworks",
                "LSNFileFormats", "LSNDatasets", "LSNTraining",
            ]
        ),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
        // No traits: messages are written and read, nothing else.
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
    targets: [
        // Other people's C libraries, as the system has them.
        .systemLibrary(
            name: "LSNCOpenCL",
            pkgConfig: "OpenCL",
            providers: [.apt(["ocl-icd-opencl-dev", "opencl-headers"])]
        ),
        .systemLibrary(name: "LSNCZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Linked statically (see its module map), so that the binary travels without it; no pkg-config, which would ask
        // for the shared library.
        .systemLibrary(name: "LSNCTurboJPEG", providers: [.apt(["libturbojpeg0-dev"])]),
        // libpng behind functions that do not jump, linked statically, too.
        .target(
            name: "LSNCPNG",
            linkerSettings: [.linkedLibrary(":libpng.a"), .linkedLibrary("z"), .linkedLibrary("m")]
        ),

        // Files that travel inside the binary.
        .target(name: "LSNKernels", path: "Kernels", sources: ["Kernels.c"]),
        .target(name: "LSNBundledDigits", sources: ["BundledDigits.c"]),
        .target(name: "LSNKnownValues", sources: ["KnownValues.c"]),
        // Embeds the source of liblsn-mpi.so, which is compiled where the program runs, and loads it.
        .target(name: "LSNMPIBinding", exclude: ["lsn-mpi.c"], sources: ["MPIBinding.c"]),
        // What lsn --version says of how the program was built, which is known when it is linked.
        .target(name: "LSNBuildDescription"),

        .target(name: "LSNHostSystem", swiftSettings: house),
        .target(name: "LSNOpenCLRuntime", dependencies: ["LSNHostSystem", "LSNCOpenCL"], swiftSettings: house),
        .target(name: "LSNTensors", swiftSettings: house),
        .target(name: "LSNCommunication", dependencies: ["LSNMPIBinding"], swiftSettings: house),
        .target(
            name: "LSNFileFormats",
            dependencies: ["LSNHostSystem", "LSNCZlib", "LSNCTurboJPEG", "LSNCPNG"],
            swiftSettings: house
        ),
        .target(name: "LSNReferenceBackend", dependencies: ["LSNTensors"], swiftSettings: house),
        .target(
            name: "LSNOpenCLBackend",
            dependencies: ["LSNTensors", "LSNOpenCLRuntime", "LSNKernels"],
            swiftSettings: house
        ),
        .target(name: "LSNNetworks", dependencies: ["LSNTensors"], swiftSettings: house),
        .target(
            name: "LSNDatasets",
            dependencies: ["LSNHostSystem", "LSNTensors", "LSNFileFormats", "LSNBundledDigits"],
            swiftSettings: house
        ),
        .target(
            name: "LSNTraining",
            dependencies: [
                "LSNHostSystem", "LSNTensors", "LSNCommunication", "LSNNetworks", "LSNDatasets", "LSNFileFormats",
            ],
            swiftSettings: house
        ),
        .target(
            name: "LSNConfiguration",
            dependencies: [
                "LSNHostSystem", "LSNTensors", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNFileFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "LSNReports",
            dependencies: ["LSNHostSystem", "LSNTraining", "LSNFileFormats"],
            swiftSettings: house
        ),
        .target(
            name: "LSNExperiments",
            dependencies: [
                "LSNHostSystem", "LSNTensors", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNConfiguration",
                "LSNFileFormats", "LSNReports",
            ],
            swiftSettings: house
        ),
        .target(
            name: "LSNInterchange",
            dependencies: ["LSNTensors", "LSNNetworks", "LSNFileFormats"],
            swiftSettings: house
        ),
        // Made by protoc from the file beside it: not compiled as strictly as what people wrote.
        .target(
            name: "LSNTensorBoardMessages",
            dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Events.proto"]
        ),
        .target(
            name: "LSNTensorBoard",
            dependencies: [
                "LSNHostSystem", "LSNTraining", "LSNFileFormats", "LSNTensorBoardMessages",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "LSNConformance",
            dependencies: [
                "LSNHostSystem", "LSNTensors", "LSNCommunication", "LSNNetworks", "LSNTraining", "LSNFileFormats",
                "LSNKnownValues",
            ],
            swiftSettings: house
        ),
        .target(
            name: "LSNBenchmarking",
            dependencies: [
                "LSNTensors", "LSNOpenCLRuntime", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNConfiguration",
                "LSNConformance",
            ],
            swiftSettings: house
        ),
        .target(
            name: "LSNDevices",
            dependencies: [
                "LSNHostSystem", "LSNTensors", "LSNCommunication", "LSNOpenCLRuntime", "LSNOpenCLBackend",
                "LSNReferenceBackend", "LSNDatasets", "LSNTraining", "LSNConfiguration", "LSNFileFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house
        ),
        // The functions of C, whose header is a module of its own: the compiler compares them with it. Scripts/make-library links
        // liblsn.so.
        .systemLibrary(name: "LSNCLibrary"),
        .target(
            name: "LSNLibrary",
            dependencies: [
                "LSNCLibrary", "LSNTensors", "LSNDevices", "LSNOpenCLRuntime", "LSNNetworks", "LSNDatasets",
                "LSNTraining",
                "LSNConfiguration", "LSNFileFormats", "LSNReports", "LSNTensorBoard",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNLibraryTests",
            dependencies: [
                "LSNLibrary", "LSNConfiguration", "LSNDevices",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "lsn",
            dependencies: [
                "LSNHostSystem", "LSNTensors", "LSNCommunication", "LSNDevices", "LSNOpenCLRuntime", "LSNOpenCLBackend",
                "LSNReferenceBackend", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNConfiguration",
                "LSNConformance", "LSNBenchmarking",
                "LSNFileFormats", "LSNInterchange", "LSNReports", "LSNExperiments", "LSNTensorBoard",
                "LSNBuildDescription",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house
        ),
        // A test target per module; ConformanceTests and CommandTests see everything.
        .testTarget(
            name: "LSNTensorsTests",
            dependencies: ["LSNTensors", "LSNReferenceBackend", "LSNOpenCLBackend"],
            swiftSettings: house
        ),
        // What several of them need.
        .target(name: "LSNTestSupport", path: "Tests/LSNTestSupport", swiftSettings: house),
        .testTarget(
            name: "LSNHostSystemTests",
            dependencies: ["LSNHostSystem", "LSNTestSupport"],
            swiftSettings: house
        ),
        .testTarget(name: "LSNCommunicationTests", dependencies: ["LSNCommunication"], swiftSettings: house),
        .testTarget(
            name: "LSNOpenCLRuntimeTests",
            dependencies: ["LSNOpenCLRuntime", "LSNTestSupport"],
            swiftSettings: house
        ),
        // Pictures that tests make for themselves.
        .target(
            name: "LSNTestPictures",
            dependencies: ["LSNCTurboJPEG"],
            path: "Tests/LSNTestPictures",
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNFileFormatsTests",
            dependencies: ["LSNFileFormats", "LSNHostSystem", "LSNTestPictures", "LSNTestSupport"],
            exclude: ["PNGs"],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNDatasetsTests",
            dependencies: [
                "LSNDatasets", "LSNHostSystem", "LSNFileFormats", "LSNReferenceBackend", "LSNTensors",
                "LSNTestPictures", "LSNTestSupport",
            ],
            exclude: ["Golden"],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNReferenceBackendTests",
            dependencies: ["LSNReferenceBackend", "LSNTensors"],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNOpenCLBackendTests",
            dependencies: [
                "LSNOpenCLBackend", "LSNOpenCLRuntime", "LSNKernels", "LSNReferenceBackend", "LSNTensors",
                "LSNTestSupport",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNNetworksTests",
            dependencies: ["LSNNetworks", "LSNReferenceBackend", "LSNTensors"],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNConfigurationTests",
            dependencies: [
                "LSNConfiguration", "LSNTraining", "LSNNetworks", "LSNDatasets", "LSNFileFormats", "LSNTensors",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNTrainingTests",
            dependencies: [
                "LSNTraining", "LSNConfiguration", "LSNCommunication", "LSNNetworks", "LSNDatasets",
                "LSNReferenceBackend", "LSNOpenCLBackend", "LSNOpenCLRuntime", "LSNFileFormats", "LSNTensors",
                "LSNTestSupport",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNExperimentsTests",
            dependencies: [
                "LSNExperiments", "LSNConfiguration", "LSNNetworks", "LSNDatasets", "LSNTraining", "LSNReports",
                "LSNReferenceBackend", "LSNFileFormats", "LSNTensors", "LSNTestSupport",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNReportsTests",
            dependencies: ["LSNReports", "LSNTraining", "LSNFileFormats"],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNInterchangeTests",
            dependencies: [
                "LSNInterchange", "LSNNetworks", "LSNReferenceBackend", "LSNFileFormats", "LSNTensors",
                "LSNTestSupport",
            ],
            exclude: ["ResNets"],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNTensorBoardTests",
            dependencies: [
                "LSNTensorBoard", "LSNTensorBoardMessages", "LSNTraining", "LSNFileFormats",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["golden.tfevents"],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNConformanceTests",
            dependencies: [
                "LSNConformance", "LSNOpenCLBackend", "LSNOpenCLRuntime", "LSNReferenceBackend", "LSNNetworks",
                "LSNTensors", "LSNFileFormats", "LSNTestSupport",
            ],
            exclude: ["Golden"],
            swiftSettings: house
        ),
        .testTarget(
            name: "LSNBenchmarkingTests",
            dependencies: ["LSNBenchmarking", "LSNReferenceBackend", "LSNTensors"],
            swiftSettings: house
        ),
        .testTarget(name: "ArchitectureTests", swiftSettings: house),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "lsn", "LSNConfiguration", "LSNCommunication", "LSNTraining", "LSNFileFormats", "LSNTensors",
                "LSNTestPictures",
            ],
            swiftSettings: house
        ),
    ],
    cLanguageStandard: .c2x
)
