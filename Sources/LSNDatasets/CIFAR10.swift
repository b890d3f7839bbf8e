import LSNFileFormats

/// The binary version of CIFAR-10: records of a label and 32×32 red, green and blue bytes, each plane row by row.
/// Source: the data set's page.
enum CIFARBinary {
    static let extent = 32
    static let bytesPerImage = 3 * extent * extent
    static let recordSize = 1 + bytesPerImage

    /// Appends the records of a file.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    ///   - pixels: gets the pictures.
    ///   - labels: gets the labels.
    static func append(
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
                advice: "the file was cut short or is not of CIFAR-10's binary version: download it again"
            )
        }
        for start in stride(from: 0, to: bytes.count, by: recordSize) {
            guard bytes[start] < DatasetName.cifar10.classes else {
                throw FileFormatError(
                    path: path,
                    byteOffset: start,
                    problem: "record \(start / recordSize) has label \(bytes[start]), labels run from 0 to 9",
                    advice: "use CIFAR-10's binary version (CIFAR-100's is another), or download it again"
                )
            }
            labels.append(bytes[start])
            pixels.append(contentsOf: bytes[start + 1..<start + recordSize])
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
        let given = try DataFolder(directory)
        let folder = given.folder(cifar10Folder) ?? given
        let names = cifar10TrainFiles + [cifar10TestFile]
        let missing = names.filter { folder.first(of: [$0]) == nil }
        guard missing.isEmpty else {
            throw DatasetError(
                "\(folder.path) lacks \(missing.joined(separator: ", ")): --data must name the folder of the six files "
                    + "of CIFAR-10's binary version, or the one that holds it as \(cifar10Folder)"
            )
        }
        return ImageDataset(
            name: .cifar10,
            height: CIFARBinary.extent,
            width: CIFARBinary.extent,
            train: try split(cifar10TrainFiles, in: folder),
            test: try split([cifar10TestFile], in: folder),
            source: folder.path
        )
    }

    private static func split(_ names: [String], in folder: DataFolder) throws(DatasetError) -> ImageSplit {
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        do throws(FileFormatError) {
            for name in names {
                let path = "\(folder.path)/\(name)"
                try CIFARBinary.append(FileSystem.read(path), path: path, pixels: &pixels, labels: &labels)
            }
        } catch {
            throw DatasetError(error)
        }
        return ImageSplit(pixels: pixels, labels: labels, bytesPerImage: CIFARBinary.bytesPerImage)
    }
}
