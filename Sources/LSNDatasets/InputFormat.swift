package import LSNFileFormats

/// What a network takes of a single file: what an evaluation on the data set that it was trained on would make of it.
package struct InputFormat: Sendable {
    /// The data set whose preparation counts.
    package let dataset: DatasetName
    /// C.
    package let channels: Int
    /// H.
    package let height: Int
    /// W.
    package let width: Int
    /// T of recordings; 1 of pictures.
    package let timeSteps: Int
    /// One value a channel, of pixels from 0 to 1.
    let mean: [Float]
    /// One value a channel, of pixels from 0 to 1.
    let deviation: [Float]
    private let cutting: EventCutting
    private let isNative: Bool
    private let arrays: ArrayFormat?

    /// Whether samples are recordings.
    var isFrames: Bool { dataset.kind == .recordings }
    /// Whether a sample has a picture for each time step.
    var hasTime: Bool { isFrames || arrays?.isSequence ?? false }

    /// What a network takes that was trained on a data set.
    ///
    /// - Parameters:
    ///   - data: which, and how its samples were prepared.
    ///   - channels: C of the network's input.
    ///   - height: H of the network's input.
    ///   - width: W of the network's input.
    ///   - arrays: what arrays it was trained on; nil: none, or that is not known.
    /// - Throws: ``DatasetError`` where the data set has not so many channels.
    package init(
        _ data: DataRequest,
        channels: Int,
        height: Int,
        width: Int,
        arrays: ArrayFormat? = nil
    ) throws(DatasetError) {
        dataset = data.name
        self.channels = channels
        self.height = height
        self.width = width
        self.arrays = dataset.kind == .arrays ? arrays : nil
        if dataset.kind == .arrays {
            let normalization = data.normalization ?? .none
            // A run writes down the constants that `auto` came to.
            let constants = try (normalization == .auto ? .none : normalization).constants(channels: channels)
            (mean, deviation) = constants ?? ([], [])
        } else {
            guard channels == dataset.mean.count else {
                throw DatasetError(
                    "the network takes \(channels) channels, and \(dataset.rawValue) has \(dataset.mean.count): choose the "
                        + "--dataset whose pictures or recordings it was trained on"
                )
            }
            (mean, deviation) = (dataset.mean, dataset.deviation)
        }
        cutting = data.cutting
        isNative = dataset.kind == .pictureFiles && (data.imageSize == .native || height != width)
        timeSteps = dataset.kind == .recordings || self.arrays?.isSequence ?? false ? data.timeSteps : 1
    }

    /// For people: a sample of the network's.
    var text: String {
        if dataset.kind == .arrays {
            return "arrays of \(hasTime ? "\(timeSteps)×" : "")\(channels)×\(height)×\(width)"
        }
        return isFrames
            ? "recordings of \(channels)×\(height)×\(width) at T = \(timeSteps)"
            : "pictures of \(channels)×\(height)×\(width)"
    }

    /// Endings of names that count in folders, in lower case: of recordings those of all formats.
    package var extensions: Set<String> {
        isFrames ? InputKind.extensions.union(EventFormat.auto.endings) : InputKind.extensions
    }

    /// The samples in a file: one, or as many as an array has. Of recordings also that in a span of one, see ``RecordingPath``.
    ///
    /// What the file is, its first bytes say, and its name only where these say nothing.
    ///
    /// - Throws: `FileFormatError` where it cannot be read, is damaged, or is nothing that the network takes.
    package func read(_ path: String) throws(FileFormatError) -> [InputSample] {
        if isFrames, RecordingPath(path).span != nil { return [try recording(path)] }
        let bytes = try FileSystem.read(path, limit: EventFrames.byteLimit)
        if isFrames, EventFormat.detect([UInt8](bytes.prefix(EventFormat.startSize)), path: path) == .nmnist {
            return [try recording(bytes, path: path)]
        }
        switch InputKind(bytes) {
        case .picture: return [try picture(Picture.decode(bytes, path: path), path: path)]
        case .array: return try array(NPY.parse(bytes, path: path), path: path)
        case .archive:
            let archive = try NPZArchive(FileBytes(bytes, path: path), limit: EventFrames.byteLimit)
            if isFrames, try EventArrays.areIn(archive) { return [try recording(bytes, path: path)] }
            return try array(of: archive, path: path)
        case .recording: return [try recording(bytes, path: path)]
        case nil:
            throw Picture.foreign(
                bytes,
                path: path,
                starts: "neither as a picture (JPEG, PNG) nor as an array (.npy, .npz) or a recording (AEDAT, .npz)"
            )
        }
    }

    private func unfit(_ path: String, _ problem: String, _ advice: String) -> FileFormatError {
        FileFormatError(path: path, problem: "\(problem), and the network takes \(text)", advice: advice)
    }

    private func recording(_ bytes: [UInt8], path: String) throws(FileFormatError) -> InputSample {
        guard isFrames else { throw unfit(path, "is a recording", "give it pictures") }
        let frames = try frames(of: [UInt8](bytes.prefix(EventFormat.startSize)), path: path)
        let counted = try frames.counted(FileBytes(bytes, path: path))
        return .stored(.frames, FileSample(bytes: counted.bytes, transform: [0, 0, 0]))
    }

    /// A span of a recording.
    private func recording(_ path: String) throws(FileFormatError) -> InputSample {
        let file = try InputFile(RecordingPath(path).file)
        let frames = try frames(of: file.read(0..<min(EventFormat.startSize, file.size)), path: file.path)
        return .stored(.frames, FileSample(bytes: try frames.read(path).bytes, transform: [0, 0, 0]))
    }

    /// How a recording is cut that starts so.
    private func frames(of start: [UInt8], path: String) throws(FileFormatError) -> EventFrames {
        var cutting = cutting
        cutting.format = EventFormat.detect(start, path: path) ?? cutting.format
        guard let sensor = cutting.sensor ?? cutting.format.reader?.sensor else {
            throw unfit(path, "does not say how large the sensor is", "train with --event-size")
        }
        return EventFrames(cutting, sensor: sensor, height: height, width: width)
    }

    private func picture(_ picture: Picture, path: String) throws(FileFormatError) -> InputSample {
        guard !hasTime else { throw unfit(path, "is a picture", "give it \(isFrames ? "recordings" : "arrays")") }
        let extents = (picture.height, picture.width)
        if dataset.kind == .arrays {
            guard arrays?.isBytes ?? true, channels == 1 || channels == 3, extents == (height, width) else {
                throw unfit(path, "is a picture of \(extents.0)×\(extents.1) pixels", "give it arrays")
            }
            let planes = channels == 1 ? picture.grey() : picture.planes()
            return .stored(.pictures, FileSample(bytes: planes, transform: [0, 0, 0]))
        }
        if isNative {
            guard extents == (height, width) else {
                throw unfit(path, "has \(extents.0)×\(extents.1) pixels", "scale it to \(height)×\(width)")
            }
            return .stored(.pictures, FileSample(bytes: picture.planes(), transform: [0, 0, 0]))
        }
        let pixels = channels == 1 ? picture.grey() : picture.pixels
        if let whole = dataset.pictureSize, extents == (whole, whole) {
            // As the set's own.
            let planes = channels == 1 ? pixels : picture.planes()
            let split = ImageSplit(pixels: planes, labels: [0], bytesPerImage: planes.count)
            let reduced = whole == height ? split : split.reduced(rows: whole, columns: whole, by: whole / height)
            return .stored(.pictures, FileSample(bytes: reduced.pixels, transform: [0, 0, 0]))
        }
        // Of sets whose pictures have one size nothing is cut off but what makes a picture longer than wide.
        let transform = CropGeometry(size: height).evaluationTransform(
            height: extents.0,
            width: extents.1,
            side: dataset.pictureSize == nil ? nil : height
        )
        return .stored(.crops, FileSample(bytes: pixels, transform: transform))
    }

    /// The samples of an archive: those that its data set tests with, or its only array.
    private func array(of archive: NPZArchive, path: String) throws(FileFormatError) -> [InputSample] {
        let name = ["x_test", "x"].first(where: archive.names.contains) ?? archive.names.first
        guard let name, archive.names.count == 1 || name.hasPrefix("x"), let found = try archive.array(name) else {
            throw FileFormatError(
                path: path,
                problem:
                    "has the arrays \(archive.names.prefix(8).map { PrintableText.name($0) }.joined(separator: ", "))",
                advice: "save the samples as x, or alone"
            )
        }
        try found.verify()
        let array = NPY.Array(shape: found.shape, values: try found.floats(), type: found.type)
        return try self.array(array, path: path)
    }

    private func array(_ array: NPY.Array, path: String) throws(FileFormatError) -> [InputSample] {
        var sample = [channels, height, width]
        if hasTime { sample.insert(timeSteps, at: 0) }
        // Grey pictures may lack the axis of channels.
        let shapes = channels == 1 && !hasTime ? [sample, [height, width]] : [sample]
        let count: Int
        if shapes.contains(array.shape) {
            count = 1
        } else if shapes.contains(Array(array.shape.dropFirst())), let first = array.shape.first {
            count = first
        } else {
            throw unfit(
                path,
                "has shape \(array.shape)",
                "save it as \(sample), or \(["N"] + sample.map(String.init))".replacing("\"", with: "")
            )
        }
        let size = sample.reduce(1, *)
        func values(_ index: Int) -> [Float] { Array(array.values[index * size..<(index + 1) * size]) }
        let isBytes = array.type == .uint8
        if isBytes, !hasTime, arrays?.isBytes ?? true {
            return (0..<count).map { index in
                .stored(.pictures, FileSample(bytes: values(index).map { UInt8($0) }, transform: [0, 0, 0]))
            }
        }
        let isFloat = [.float64, .float32, .float16, .brainFloat16].contains(array.type)
        // Numbers mean what they meant in training: of recordings counts.
        let areRaw = arrays.map { !$0.isBytes || isBytes } ?? false
        guard isFloat || isFrames || areRaw else {
            throw FileFormatError(
                path: path,
                problem: "has elements of type \(array.type.rawValue)",
                advice: "save pixels from 0 to 255 as uint8, or what goes into the network, normalised, as float32"
            )
        }
        if let place = array.values.firstIndex(where: { !$0.isFinite }) {
            throw FileFormatError(
                path: path,
                problem: "element \(place) is \(array.values[place])",
                advice: "write it again with numbers that are finite"
            )
        }
        guard let arrays, areRaw else { return (0..<count).map { .values(values($0)) } }
        let preparation = ValuePreparation(
            mean: mean,
            deviation: deviation,
            isBytes: arrays.isBytes,
            height: height,
            width: width
        )
        return (0..<count).map { .values(preparation.prepared(values($0))) }
    }
}

/// A sample as a network takes it.
package enum InputSample: Sendable {
    /// Bytes that are prepared on the device.
    case stored(SampleForm, FileSample)
    /// What goes into the network, `[C][H][W]`, of recordings `[T][C][H][W]`.
    case values([Float])

    /// How it travels; nil where nothing is left to prepare.
    package var form: SampleForm? {
        switch self {
        case .stored(let form, _): form
        case .values: nil
        }
    }
}

/// The kinds of files that hold samples.
package enum InputKind {
    case picture, array, archive, recording

    /// Endings of names that count in folders, in lower case.
    package static let extensions = PictureFile.extensions.union(EventFormat.aedat2.endings).union(["npy", "npz"])

    /// What a file is by its first bytes; nil where that is nothing known.
    init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0xFF, 0xD8]) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = .picture
        } else if bytes.starts(with: [0x93] + "NUMPY".utf8) {
            self = .array
        } else if NPZArchive.isArchive(bytes) {
            self = .archive
        } else if bytes.starts(with: AEDAT.signature.utf8) {
            self = .recording
        } else {
            return nil
        }
    }
}

extension Picture {
    /// The bytes `[height][width]` of a picture without colour, as Pillow's `convert("L")` weighs it: (19595·r + 38470·g +
    /// 7471·b) / 2¹⁶, rounded.
    func grey() -> [UInt8] {
        (0..<height * width).map { pixel in
            let (red, green, blue) = (Int(pixels[3 * pixel]), Int(pixels[3 * pixel + 1]), Int(pixels[3 * pixel + 2]))
            return UInt8((19595 * red + 38470 * green + 7471 * blue + 1 << 15) >> 16)
        }
    }
}
