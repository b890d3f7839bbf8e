import ArgumentParser
import Foundation
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNHostSystem
import LSNTraining

/// `lsn data extract`.
struct DataExtractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Write pictures of a data set as PNG files, in a folder for every class.",
        discussion: """
            OUTPUT/CLASS/N.png, N being the picture's number in its split: a folder that --dataset images takes, and that \
            can be looked at. Grey pictures become grey RGB. OUTPUT must be new or empty, so that no other pictures are \
            taken for these.
            """
    )

    @Option(
        help: ArgumentHelp("Pictures (default: digits).", valueName: "digits|mnist|cifar10|cifar100|cifar100-coarse"),
        transform: named
    )
    var dataset: DatasetName = .digits

    @Option(help: "Folder of the data set's files.")
    var data: String?

    @Option(help: "Folder to write to, new or empty.")
    var output: String

    @Option(help: "Pictures of each class, the first ones; where a class has fewer, all.")
    var perClass = 100

    @Flag(help: "Of the test split, not of the training split.")
    var test = false

    func validate() throws {
        if perClass < 1 { throw ValidationError("--per-class must be at least 1") }
    }

    func run() throws {
        guard dataset.kind == .pictures else {
            throw InputError(
                "--dataset \(dataset.rawValue): pictures are written of digits, mnist, cifar10, cifar100 or cifar100-coarse"
            )
        }
        // What is no folder, or cannot be listed, is refused when the folders of classes are made.
        let present = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
        guard present.isEmpty else {
            throw InputError("--output \(ShellText.path(output)) holds something: name a folder that is new or empty")
        }
        let images = try ImageDataset.load(dataset, directory: data)
        let split = test ? images.test : images.train
        let width = String(max(split.labels.count - 1, 0)).count
        var counts = [Int](repeating: 0, count: images.classes)
        let progress = DataProgress("writing")
        defer { progress.clear() }
        try TrainingError.saving(run: nil) { () throws(FileFormatError) in
            for name in images.classNames { try FileSystem.createFolders(HostPath.join(output, name)) }
            for (picture, label) in split.labels.enumerated() where counts[Int(label)] < perClass {
                counts[Int(label)] += 1
                let number = String(picture)
                let file = String(repeating: "0", count: width - number.count) + number + ".png"
                let folder = HostPath.join(output, images.classNames[Int(label)])
                try FileSystem.writeAtomically(Self.png(picture, of: split, images), to: HostPath.join(folder, file))
                progress.show(picture + 1, split.labels.count)
            }
        }
        progress.clear()
        Terminal.write(
            """
            \(ProgressText.count(counts.reduce(0, +))) pictures of \(ProgressText.count(images.classes)) classes in \(output)
            train on them with: lsn train --dataset images --data \(ShellText.path(output)) --image-size native

            """
        )
    }

    /// Picture `index` as a file; its planes become bytes red, green, blue by pixel.
    private static func png(_ index: Int, of split: ImageSplit, _ images: ImageDataset) -> [UInt8] {
        let area = images.height * images.width
        let start = index * split.bytesPerImage
        var rgb = [UInt8](repeating: 0, count: 3 * area)
        for pixel in 0..<area {
            for channel in 0..<3 {
                rgb[3 * pixel + channel] = split.pixels[start + min(channel, images.channels - 1) * area + pixel]
            }
        }
        return PNG.serialize(rgb: rgb, width: images.width, height: images.height)
    }
}
