public import ArgumentParser
public import Datasets

extension DatasetName: ExpressibleByArgument {}
extension FramesBy: ExpressibleByArgument {}

/// Options that say on what it is trained.
public struct DataOptions: ParsableArguments {
    /// The data set.
    @Option(
        help: .choice(DatasetName.self, "Data set; digits come with the program (default: digits)."),
        transform: named
    )
    public var dataset: DatasetName?

    /// Folder of its files.
    @Option(help: "Folder of the data set's files.")
    public var data: String?

    /// How its files are read.
    @OptionGroup public var files: FileOptions

    /// Only the first samples of the training split.
    @Option(
        parsing: .unconditional,
        help: "Use the first so many training samples only.",
        transform: atLeast(1)
    )
    public var limitTrain: Int?

    /// Only the first samples of the test split.
    @Option(
        parsing: .unconditional,
        help: "Use the first so many test samples only.",
        transform: atLeast(1)
    )
    public var limitTest: Int?

    /// Largest shift of a training picture.
    @Option(
        parsing: .unconditional,
        help:
            "Largest random shift of a training picture in pixels, as RandomCrop with so much padding (default: 2; cifar10: 4, both less where pictures are made smaller; cifar10-dvs: 5; imagenet: 0, and others only with --image-size native).",
        transform: number("from 0 to 1024") { 0...1024 ~= $0 }
    )
    public var shift: Int?

    /// Whether training pictures are flipped.
    @Flag(
        inversion: .prefixedNo,
        exclusivity: .chooseLast,
        help: "Flip training pictures left to right at random (default: no for digits and mnist, else yes)."
    )
    public var flip: Bool?

    /// Nothing given.
    public init() {}
}
