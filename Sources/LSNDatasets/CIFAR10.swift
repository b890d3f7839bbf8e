import LSNFileFormats

/// The binary versions of CIFAR-10 and CIFAR-100: records of a label, of CIFAR-100 a coarse and a fine one, and 32×32 red,
/// green and blue bytes, each plane row by row. Source: the data sets' page.
struct CIFARBinary {
    static let extent = 32
    static let bytesPerImage = 3 * extent * extent

    /// Of errors: the data set.
    let title: String
    /// Classes of each of a record's labels.
    let classes: [Int]
    /// Which label counts.
    let label: Int
    /// Of errors: what may be mistaken for it.
    let other: String

    /// CIFAR-10's.
    static let ten = CIFARBinary(title: "CIFAR-10", classes: [10], label: 0, other: "CIFAR-100")

    private var recordSize: Int { classes.count + Self.bytesPerImage }

    /// Appends the records of a file.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    ///   - pixels: gets the pictures.
    ///   - labels: gets the labels.
    func append(
        _ bytes: [UInt8],
        path: String,
        pixels: inout [UInt8],
        labels: inout [UInt8]
    ) throws(FileFormatError) {
        guard !bytes.isEmpty, bytes.count % recordSize == 0 else {
            throw FileFormatError(
                path: path,
                byteOffset: bytes.count / recordSize * recordSize,
                problem: bytes.isEmpty
                    ? "is empty"
                    : "has \(bytes.count) bytes, which is no multiple of a record's \(recordSize)",
                advice: "the file was cut short or is not of \(title)'s binary version: download it again"
            )
        }
        for start in stride(from: 0, to: bytes.count, by: recordSize) {
            for (place, count) in classes.enumerated() where bytes[start + place] >= count {
                throw FileFormatError(
                    path: path,
                    byteOffset: start + place,
                    problem: "record \(start / recordSize) has label \(bytes[start + place]), labels run from 0 to "
                        + "\(count - 1)",
                    advice: "use \(title)'s binary version (\(other)'s is another), or download it again"
                )
            }
            labels.append(bytes[start + label])
            pixels.append(contentsOf: bytes[start + classes.count..<start + recordSize])
        }
    }
}

extension ImageDataset {
    /// The folder in which the binary version of CIFAR-10 is unpacked.
    static let cifar10Folder = "cifar-10-batches-bin"
    /// The files of the training split.
    static let cifar10TrainFiles = (1...5).map { "data_batch_\($0).bin" }
    /// The file of the test split.
    static let cifar10TestFile = "test_batch.bin"

    /// CIFAR-10 from the six files in `directory`, or in a folder `cifar-10-batches-bin` there.
    static func cifar10(in directory: String) throws(DatasetError) -> ImageDataset {
        try cifar(
            .cifar10,
            CIFARBinary.ten,
            train: cifar10TrainFiles,
            test: cifar10TestFile,
            inner: cifar10Folder,
            in: directory
        )
    }

    /// A set of CIFAR from its files in `directory`, or in a folder `inner` there.
    static func cifar(
        _ name: DatasetName,
        _ format: CIFARBinary,
        train: [String],
        test: String,
        inner: String,
        in directory: String
    ) throws(DatasetError) -> ImageDataset {
        let given = try DataFolder(directory)
        let folder = given.folder(inner) ?? given
        let names = train + [test]
        let missing = names.filter { folder.first(of: [$0]) == nil }
        guard missing.isEmpty else {
            throw DatasetError(
                "\(folder.path) lacks \(missing.joined(separator: ", ")): --data must name the folder of the "
                    + "\(names.count == 2 ? "two" : "six") files of \(format.title)'s binary version, or the one that "
                    + "holds it as \(inner)"
            )
        }
        return ImageDataset(
            name: name,
            height: CIFARBinary.extent,
            width: CIFARBinary.extent,
            train: try split(train, format, in: folder),
            test: try split([test], format, in: folder),
            source: folder.path
        )
    }

    private static func split(
        _ names: [String],
        _ format: CIFARBinary,
        in folder: DataFolder
    ) throws(DatasetError) -> ImageSplit {
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        do throws(FileFormatError) {
            for name in names {
                let path = "\(folder.path)/\(name)"
                try format.append(FileSystem.read(path), path: path, pixels: &pixels, labels: &labels)
            }
        } catch {
            throw DatasetError(error)
        }
        return ImageSplit(pixels: pixels, labels: labels, bytesPerImage: CIFARBinary.bytesPerImage)
    }
}
