package import ArgumentParser
package import LSNDatasets

/// Options of data sets that are folders of files.
package struct FileOptions: ParsableArguments {
    /// Which files train and which test.
    @Option(
        help: ArgumentHelp(
            "Which files of each class train and which test.",
            discussion: "\(SplitRule.expectation). Default: folders where there are train and val (or test), else "
                + "first-900 for recordings, every-5 for pictures.",
            valueName: "rule"
        ),
        transform: readSplit
    )
    package var split: SplitRule?

    /// Rows and columns that the network sees.
    @Option(
        help:
            "Pixels that the network sees: N, or native (default: imagenet 224, cifar10-dvs 48; digits, mnist and cifar10 native, which whole factors make smaller).",
        transform: readImageSize
    )
    package var imageSize: ImageSize?

    /// How recordings are cut into frames.
    @Option(
        help: .choice(
            FramesBy.self,
            "Cut recordings into frames of equal numbers of events, or of equal time (default: number)."
        ),
        transform: named
    )
    package var framesBy: FramesBy?

    /// Damaged files that are borne.
    @Option(
        parsing: .unconditional,
        help: "Leave out so many damaged files (default: \(DataRequest.standardMaxBadFiles)).",
        transform: atLeast(0)
    )
    package var maxBadFiles: Int?

    /// Where frames of recordings are kept.
    @Option(help: "Folder for frames of recordings (default: frames in the user's cache folder).")
    package var cache: String?

    /// Nothing given.
    package init() {}
}
