import LSNBundledDigits
import LSNFileFormats

extension ImageDataset {
    /// One of the four files: what it is called, and what it holds, compressed or not.
    struct IDXFile {
        var path: String
        var bytes: [UInt8]
    }

    /// The names of MNIST's files: training images and labels, test images and labels.
    static let mnistFiles = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]

    /// The digits that travel inside the program.
    static func bundledDigits() throws(DatasetError) -> ImageDataset {
        let embedded = unsafe lsn_digits_files
        let files = unsafe [embedded.0, embedded.1, embedded.2, embedded.3].map { file in
            unsafe IDXFile(
                path: "bundled \(String(cString: file.name))",
                bytes: [UInt8](UnsafeBufferPointer(start: file.bytes, count: file.length))
            )
        }
        return try mnist(files, name: .digits, source: "bundled (5,000 digits of MNIST)")
    }

    /// MNIST from the four files in `directory`, each with or without `.gz`.
    static func mnist(in directory: String) throws(DatasetError) -> ImageDataset {
        let folder = try DataFolder(directory)
        let found = mnistFiles.map { folder.first(of: [$0 + ".gz", $0]) }
        let missing = zip(mnistFiles, found).filter { $0.1 == nil }.map(\.0)
        guard missing.isEmpty else {
            throw DatasetError(
                "\(directory) lacks \(missing.joined(separator: ", ")) (with or without .gz): "
                    + "--data must name the folder of MNIST's four IDX files"
            )
        }
        var files: [IDXFile] = []
        for path in found.compactMap({ $0 }) {
            do throws(FileFormatError) {
                files.append(IDXFile(path: path, bytes: try FileSystem.read(path)))
            } catch {
                throw DatasetError(error)
            }
        }
        return try mnist(files, name: .mnist, source: directory)
    }

    /// A data set from the four files, in the order of ``mnistFiles``.
    static func mnist(_ files: [IDXFile], name: DatasetName, source: String) throws(DatasetError) -> ImageDataset {
        do throws(FileFormatError) {
            let train = try split(images: files[0], labels: files[1], classes: name.classes)
            let test = try split(images: files[2], labels: files[3], classes: name.classes)
            guard (train.height, train.width) == (test.height, test.width) else {
                throw FileFormatError(
                    path: files[2].path,
                    byteOffset: 8,
                    problem: "has images of \(test.height)×\(test.width) pixels, "
                        + "\(files[0].path) of \(train.height)×\(train.width)",
                    advice: "use the files of one data set"
                )
            }
            return ImageDataset(
                name: name,
                height: train.height,
                width: train.width,
                train: train.split,
                test: test.split,
                source: source
            )
        } catch {
            throw DatasetError(error)
        }
    }

    private static func split(
        images: IDXFile,
        labels: IDXFile,
        classes: Int
    ) throws(FileFormatError) -> (height: Int, width: Int, split: ImageSplit) {
        let pictures = try IDX.images(images.bytes, path: images.path)
        let classesOfPictures = try IDX.labels(labels.bytes, path: labels.path, classes: classes)
        guard pictures.count == classesOfPictures.count else {
            throw FileFormatError(
                path: labels.path,
                byteOffset: 4,
                problem: "has \(classesOfPictures.count) labels, \(images.path) has \(pictures.count) images",
                advice: "use the images and the labels of one data set"
            )
        }
        let split = ImageSplit(
            pixels: pictures.pixels,
            labels: classesOfPictures,
            bytesPerImage: pictures.height * pictures.width
        )
        return (pictures.height, pictures.width, split)
    }
}
