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
                "Tensors", "ReferenceBackend", "OpenCLRuntime", "OpenCLBackend", "Networks", "FileFormats", "Datasets",
                "Training",
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
            name: "COpenCL",
            pkgConfig: "OpenCL",
            providers: [.apt(["ocl-icd-opencl-dev", "opencl-headers"])]
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Linked statically (see its module map), so that the binary travels without it; no pkg-config, which would ask
        // for the shared library.
        .systemLibrary(name: "CTurboJPEG", providers: [.apt(["libturbojpeg0-dev"])]),

        // Files that travel inside the binary.
        .target(name: "Kernels", path: "Kernels", sources: ["Kernels.c"]),
        .target(name: "BundledDigits", sources: ["BundledDigits.c"]),
        .target(name: "KnownValues", sources: ["KnownValues.c"]),

        .target(name: "HostSystem", swiftSettings: house),
        .target(name: "OpenCLRuntime", dependencies: ["HostSystem", "COpenCL"], swiftSettings: house),
        .target(name: "Tensors", swiftSettings: house),
        .target(name: "FileFormats", dependencies: ["HostSystem", "CZlib", "CTurboJPEG"], swiftSettings: house),
        .target(name: "ReferenceBackend", dependencies: ["Tensors"], swiftSettings: house),
        .target(name: "OpenCLBackend", dependencies: ["Tensors", "OpenCLRuntime", "Kernels"], swiftSettings: house),
        .target(name: "Networks", dependencies: ["Tensors"], swiftSettings: house),
        .target(
            name: "Datasets",
            dependencies: ["HostSystem", "Tensors", "FileFormats", "BundledDigits"],
            swiftSettings: house
        ),
        .target(
            name: "Training",
            dependencies: ["HostSystem", "Tensors", "Networks", "Datasets", "FileFormats"],
            swiftSettings: house
        ),
        .target(
            name: "Configuration",
            dependencies: [
                "Tensors", "Networks", "Datasets", "Training", "FileFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: house
        ),
        .target(name: "Reports", dependencies: ["HostSystem", "Training", "FileFormats"], swiftSettings: house),
        .target(
            name: "Experiments",
            dependencies: [
                "HostSystem", "Tensors", "Networks", "Datasets", "Training", "Configuration", "FileFormats", "Reports",
            ],
            swiftSettings: house
        ),
        .target(name: "Interchange", dependencies: ["Tensors", "Networks", "FileFormats"], swiftSettings: house),
        // Made by protoc from the file beside it: not compiled as strictly as what people wrote.
        .target(
            name: "TensorBoardMessages",
            dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Events.proto"]
        ),
        .target(
            name: "TensorBoard",
            dependencies: [
                "HostSystem", "Training", "FileFormats", "TensorBoardMessages",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "Conformance",
            dependencies: ["HostSystem", "Tensors", "Networks", "Training", "FileFormats", "KnownValues"],
            swiftSettings: house
        ),
        .target(
            name: "Benchmarking",
            dependencies: [
                "Tensors", "OpenCLRuntime", "Networks", "Datasets", "Training", "Configuration", "Conformance",
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "lsn",
            dependencies: [
                "HostSystem", "Tensors", "OpenCLRuntime", "OpenCLBackend", "ReferenceBackend", "Networks", "Datasets",
                "Training", "Configuration", "Conformance", "Benchmarking", "FileFormats", "Interchange", "Reports",
                "Experiments", "TensorBoard",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house
        ),
        // A test target per module; ConformanceTests and CommandTests see everything.
        .testTarget(
            name: "TensorsTests",
            dependencies: ["Tensors", "ReferenceBackend", "OpenCLBackend"],
            swiftSettings: house
        ),
        // What several of them need.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
        .testTarget(name: "HostSystemTests", dependencies: ["HostSystem", "TestSupport"], swiftSettings: house),
        .testTarget(name: "OpenCLRuntimeTests", dependencies: ["OpenCLRuntime", "TestSupport"], swiftSettings: house),
        // Pictures that tests make for themselves.
        .target(
            name: "TestPictures",
            dependencies: ["CTurboJPEG"],
            path: "Tests/TestPictures",
            swiftSettings: house
        ),
        .testTarget(
            name: "FileFormatsTests",
            dependencies: ["FileFormats", "HostSystem", "TestPictures", "TestSupport"],
            swiftSettings: house
        ),
        .testTarget(
            name: "DatasetsTests",
            dependencies: [
                "Datasets", "HostSystem", "FileFormats", "ReferenceBackend", "Tensors", "TestPictures", "TestSupport",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "ReferenceBackendTests",
            dependencies: ["ReferenceBackend", "Tensors"],
            swiftSettings: house
        ),
        .testTarget(
            name: "OpenCLBackendTests",
            dependencies: ["OpenCLBackend", "OpenCLRuntime", "Kernels", "ReferenceBackend", "Tensors"],
            swiftSettings: house
        ),
        .testTarget(
            name: "NetworksTests",
            dependencies: ["Networks", "ReferenceBackend", "Tensors"],
            swiftSettings: house
        ),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: ["Configuration", "Training", "Networks", "Datasets", "FileFormats", "Tensors"],
            swiftSettings: house
        ),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Configuration", "Networks", "Datasets", "ReferenceBackend", "OpenCLBackend",
                "OpenCLRuntime", "FileFormats", "Tensors", "TestSupport",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "ExperimentsTests",
            dependencies: [
                "Experiments", "Configuration", "Networks", "Datasets", "Training", "Reports", "ReferenceBackend",
                "FileFormats", "Tensors", "TestSupport",
            ],
            swiftSettings: house
        ),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "Training", "FileFormats"], swiftSettings: house),
        .testTarget(
            name: "InterchangeTests",
            dependencies: ["Interchange", "Networks", "ReferenceBackend", "FileFormats", "Tensors"],
            swiftSettings: house
        ),
        .testTarget(
            name: "TensorBoardTests",
            dependencies: [
                "TensorBoard", "TensorBoardMessages", "Training", "FileFormats",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["golden.tfevents"],
            swiftSettings: house
        ),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Conformance", "OpenCLBackend", "OpenCLRuntime", "ReferenceBackend", "Networks", "Tensors",
                "FileFormats",
            ],
            exclude: ["Golden"],
            swiftSettings: house
        ),
        .testTarget(
            name: "BenchmarkingTests",
            dependencies: ["Benchmarking", "ReferenceBackend", "Tensors"],
            swiftSettings: house
        ),
        .testTarget(name: "ArchitectureTests", swiftSettings: house),
        .testTarget(
            name: "CommandTests",
            dependencies: ["lsn", "Configuration", "Training", "FileFormats", "Tensors", "TestPictures"],
            swiftSettings: house
        ),
    ],
    cLanguageStandard: .c2x
)
