public import ArgumentParser
package import LSNDatasets

extension DatasetName: ExpressibleByArgument {}
extension FramesBy: ExpressibleByArgument {}

/// Options that say on what it is trained.
package struct DataOptions: ParsableArguments {
    /// The data set.
    @Option(
        help: .choice(DatasetName.self, "Data set; digits come with the program (default: digits)."),
        transform: named
    )
    package var dataset: DatasetName?

    /// Folder of its files, of arrays perhaps a file.
    @Option(help: "Folder of the data set's files; of arrays an .npz file, or a folder of .npy files.")
    package var data: String?

    /// How its files are read.
    @OptionGroup package var files: FileOptions

    /// Which part of the training split chooses the best epoch.
    @Option(
        help: ArgumentHelp(
            """
            Keep a part of the training split from training, a share (0.1) or a number of samples (5000), each class in proportion, \
            drawn by the seed: it chooses the best epoch, and the test split is scored once, at the end (default: none; the test \
            split is evaluated after every epoch, and chooses).
            """,
            valueName: "share|samples"
        ),
        transform: readValidationSplit
    )
    package var valSplit: ValidationSplit?

    /// Only the first samples of the training split.
    @Option(
        parsing: .unconditional,
        help: "Use the first so many training samples only.",
        transform: atLeast(1)
    )
    package var limitTrain: Int?

    /// Only the first samples of the test split.
    @Option(
        parsing: .unconditional,
        help: "Use the first so many test samples only.",
        transform: atLeast(1)
    )
    package var limitTest: Int?

    /// Largest shift of a training picture.
    @Option(
        parsing: .unconditional,
        help:
            "Largest random shift of a training picture in pixels, as RandomCrop with so much padding (default: digits and mnist 2, cifar10 and cifar100 4, both less where pictures are made smaller; recordings 5, n-mnist 2; arrays and events 0; images and imagenet 0, and others only with --image-size native).",
        transform: number("from 0 to 1024") { 0...1024 ~= $0 }
    )
    package var shift: Int?

    /// Whether training pictures are flipped.
    @Flag(
        inversion: .prefixedNo,
        exclusivity: .chooseLast,
        help:
            "Flip training pictures left to right at random (default: no for digits, mnist, n-mnist, dvs128-gesture, arrays and events, else yes)."
    )
    package var flip: Bool?

    /// Rows and columns of the square that is cut out.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Cut a square of so many rows and columns, centred on a random pixel, out of every training picture: it becomes 0 \
            after normalisation (default: 0, none).
            """,
            valueName: "pixels"
        ),
        transform: number("from 0 to 1024") { 0...1024 ~= $0 }
    )
    package var cutout: Int?

    /// How often a rectangle is erased.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            With this probability, erase a rectangle of 2 to 33 % of a training picture, as RandomErasing of torchvision \
            (default: 0).
            """,
            valueName: "probability"
        ),
        transform: number("from 0 to 1") { 0...1 ~= $0 }
    )
    package var randomErasing: Double?

    /// Nothing given.
    package init() {}
}
