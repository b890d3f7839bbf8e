package import ArgumentParser
package import LSNDatasets

/// Options of data sets that are folders of files.
package struct FileOptions: ParsableArguments {
    /// Which files train and which test.
    @Option(
        help: ArgumentHelp(
            "Which files of each class train and which test.",
            discussion: "\(SplitRule.expectation). Default: folders where there are train and val (or test), else "
                + "first-900 for recordings, every-5 for pictures and arrays.",
            valueName: "rule"
        ),
        transform: readSplit
    )
    package var split: SplitRule?

    /// Rows and columns that the network sees.
    @Option(
        help:
            "Pixels that the network sees: N, or native (default: images 64, imagenet 224, recordings 48, n-mnist native; digits, mnist, cifar10 and cifar100 native, which whole factors make smaller; arrays native).",
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

    /// Microseconds of a frame.
    @Option(
        parsing: .unconditional,
        help:
            "Microseconds of a frame, from the first event on: what comes behind T of them is left out (default: a recording's T-th part). With it --frames-by is time.",
        transform: number("from 1 to 1000000000") { 1...1_000_000_000 ~= $0 }
    )
    package var duration: Int?

    /// In which format recordings are read.
    @Option(
        help: .choice(
            EventFormat.self,
            "Format of recordings: what each file says, AEDAT 2.0 or 3.1, NumPy's arrays t, x, y and p, or 40 bits an event (default: events auto, cifar10-dvs aedat2, dvs128-gesture aedat3, n-mnist and n-caltech101 nmnist)."
        ),
        transform: named
    )
    package var eventFormat: EventFormat?

    /// Rows and columns of the sensor.
    @Option(
        help: ArgumentHelp(
            "Rows and columns of the sensor (default: AEDAT 128x128, n-mnist 34x34, n-caltech101 180x240; of npz files it must be given).",
            valueName: "height>x<width"
        ),
        transform: readEventSize
    )
    package var eventSize: EventSize?

    /// How arrays are normalised.
    @Option(
        help: ArgumentHelp(
            "How arrays are normalised.",
            discussion:
                "auto: by the mean and the deviation of the training split, each channel its own, which the run writes "
                + "down; none: bytes are divided by 255, all else is taken as it is; or numbers, one or one for each channel, as "
                + "0.5/0.25 or 0.49,0.48,0.45/0.25,0.24,0.26 (of bytes, of values from 0 to 1). Default: auto.",
            valueName: "auto|none|mean/std"
        ),
        transform: readNormalization
    )
    package var normalize: ArrayNormalization?

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
