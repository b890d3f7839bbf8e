import ArgumentParser
import Datasets

/// Options of data sets that are folders of files.
struct FileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which files of each class train and which test.",
            discussion: "\(SplitRule.expectation). Default: folders where there are train and val (or test), else "
                + "first-900 for recordings, every-5 for pictures.",
            valueName: "rule"
        ),
        transform: readSplit
    )
    var split: SplitRule?

    @Option(
        help:
            "Pixels that the network sees: N, or native (default: imagenet 224, cifar10-dvs 48; digits, mnist and cifar10 native, which whole factors make smaller).",
        transform: readImageSize
    )
    var imageSize: ImageSize?

    @Option(
        help: .choice(
            FramesBy.self,
            "Cut recordings into frames of equal numbers of events, or of equal time (default: number)."
        ),
        transform: named
    )
    var framesBy: FramesBy?

    @Option(help: "Leave out so many damaged files (default: \(DataRequest.standardMaxBadFiles)).")
    var maxBadFiles: Int?

    @Option(help: "Folder for frames of recordings (default: frames in the user's cache folder).")
    var cache: String?

    func validate() throws {
        if let maxBadFiles, maxBadFiles < 0 {
            throw ValidationError("--max-bad-files must be 0 or more, not \(maxBadFiles)")
        }
    }
}
