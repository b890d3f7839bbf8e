import LSNTensors

/// Pictures from bytes: shifted in every direction, flipped, of one channel and of three; resized up and down, square and
/// not; and frames of events, rolled beyond their edges.
enum AugmentationCases {
    static let all = [
        make("small", ImageShape(images: 1, height: 1, width: 1, channels: 1), shift: 0),
        make("small", ImageShape(images: 5, height: 8, width: 8, channels: 1), shift: 2),
        make("small", ImageShape(images: 3, height: 7, width: 5, channels: 3), shift: 4),
        make("small", ImageShape(images: 2, height: 3, width: 9, channels: 9), shift: 12),
        make("large", ImageShape(images: 50, height: 28, width: 28, channels: 1), shift: 2),
        make("large", ImageShape(images: 32, height: 32, width: 32, channels: 3), shift: 4),
        resize("small", [[1, 1], [5, 3]], channels: 1, height: 2, width: 3),
        resize("small", [[9, 31], [40, 7], [6, 6]], channels: 3, height: 6, width: 5),
        resize("small", [[13, 4]], channels: 9, height: 7, width: 1),
        resize("large", [[375, 500], [90, 120], [640, 427]], channels: 3, height: 224, width: 224),
        frames("small", ImageShape(images: 6, height: 3, width: 5, channels: 2), timeSteps: 3),
        frames("small", ImageShape(images: 1, height: 1, width: 1, channels: 1), timeSteps: 1),
        frames("large", ImageShape(images: 40, height: 48, width: 48, channels: 2), timeSteps: 10),
        erase("small", [1, 3, 1, 1], rectangles: 1),
        erase("small", [5, 3, 9, 7], rectangles: 2),
        erase("small", [3, 4, 9, 5, 6], rectangles: 1),
        erase("large", [40, 17, 32, 31], rectangles: 2),
        mix("small", [1, 3, 1, 1], box: nil),
        mix("small", [5, 3, 9, 7], box: nil, hasOthers: true),
        mix("small", [4, 1, 6, 5], box: [1, 4, 2, 5]),
        mix("small", [3, 4, 9, 5, 6], box: nil),
        mix("small", [3, 2, 17, 5, 6], box: [0, 5, 3, 4], hasOthers: true),
        mix("large", [40, 3, 32, 31], box: nil),
        mix("large", [40, 17, 32, 31], box: [3, 20, 0, 31], hasOthers: true),
    ]

    private static func mix(
        _ kind: String,
        _ extents: [Int],
        box: [Double]?,
        hasOthers: Bool = false
    ) -> ConformanceCase {
        let title = extents.map { "\($0)" }.joined(separator: "x")
        return ConformanceCase(
            name: "mix/\(kind)/\(title)-\(box == nil ? "blend" : "box")\(hasOthers ? "-others" : "")",
            operation: "mix"
        ) { numbers in
            var attributes: [String: AttributeValue] = ["share": .number(0.3)]
            if let box { attributes["box"] = .list(box.map { .number($0) }) }
            return CaseData(
                attributes: attributes,
                tensors: (hasOthers ? ["input.x", "input.others"] : ["input.x"]).map {
                    numbers.tensor($0, extents, in: -2...2)
                }
            )
        }
    }

    /// Of each sample other rectangles, some of them empty and some that reach beyond the edges.
    private static func erase(_ kind: String, _ extents: [Int], rectangles: Int) -> ConformanceCase {
        let title = extents.map { "\($0)" }.joined(separator: "x")
        return ConformanceCase(name: "erase/\(kind)/\(title)-\(rectangles)", operation: "erase") { numbers in
            let samples = extents[extents.count - 4]
            let (height, width) = (extents[extents.count - 2], extents[extents.count - 1])
            let places = (0..<samples * rectangles).flatMap { _ in
                [height, width].flatMap { numbers.integers(2, below: $0 + 3) }
            }
            return CaseData(tensors: [
                numbers.tensor("input.x", extents, in: 1...2),
                NamedTensor(name: "input.rectangles", shape: [samples, rectangles, 4], values: places),
            ])
        }
    }

    private static func resize(
        _ kind: String,
        _ pictures: [[Int]],
        channels: Int,
        height: Int,
        width: Int
    ) -> ConformanceCase {
        let title = pictures.map { "\($0[0])x\($0[1])" }.joined(separator: "-")
        return ConformanceCase(
            name: "resize_images/\(kind)/\(channels)x\(title)-to-\(height)x\(width)",
            operation: "resize_images"
        ) { numbers in
            var offset = 0
            var crops: [Float] = []
            for (index, extents) in pictures.enumerated() {
                // The part lies inside a resized picture that is larger by a few pixels.
                let integers = [
                    offset, extents[0], extents[1], height + 2 * index, width + index, index, index, index % 2,
                ]
                crops += integers.map { Float($0) }
                offset += (extents[0] * extents[1] * channels + 3) / 4
            }
            return CaseData(
                attributes: [
                    "size": .list([.number(Double(height)), .number(Double(width))]),
                    "mean": .list((0..<channels).map { .number(0.4 + 0.01 * Double($0)) }),
                    "deviation": .list((0..<channels).map { .number(0.25 + 0.01 * Double($0)) }),
                ],
                tensors: [
                    NamedTensor(
                        name: "input.pixels",
                        shape: [4 * offset],
                        values: numbers.integers(4 * offset, below: 256)
                    ),
                    NamedTensor(name: "input.crops", shape: [pictures.count, 8], values: crops),
                ]
            )
        }
    }

    private static func frames(_ kind: String, _ shape: ImageShape, timeSteps: Int) -> ConformanceCase {
        let samples = shape.images / timeSteps
        return ConformanceCase(
            name: "prepare_frames/\(kind)/\(shape.title)-t\(timeSteps)",
            operation: "prepare_frames"
        ) { numbers in
            let transforms = (0..<samples).flatMap { _ in
                numbers.integers(2, below: 201).map { $0 - 100 } + numbers.integers(1, below: 2)
            }
            return CaseData(
                tensors: [
                    NamedTensor(
                        name: "input.counts",
                        shape: [samples, timeSteps, shape.channels, shape.height, shape.width],
                        values: numbers.integers(shape.count, below: 65_535).map { $0 + 1 }
                    ),
                    NamedTensor(name: "input.transforms", shape: [samples, 3], values: transforms),
                ]
            )
        }
    }

    private static func make(_ kind: String, _ shape: ImageShape, shift: Int) -> ConformanceCase {
        ConformanceCase(name: "prepare_images/\(kind)/\(shape.title)-shift\(shift)", operation: "prepare_images") {
            numbers in
            let channels = shape.channels
            let transforms = (0..<shape.images).flatMap { _ in
                numbers.integers(2, below: 2 * shift + 1).map { $0 - Float(shift) } + numbers.integers(1, below: 2)
            }
            return CaseData(
                attributes: [
                    "mean": .list((0..<channels).map { .number(0.4 + 0.01 * Double($0)) }),
                    "deviation": .list((0..<channels).map { .number(0.25 + 0.01 * Double($0)) }),
                ],
                tensors: [
                    NamedTensor(
                        name: "input.pixels",
                        shape: shape.extents,
                        values: numbers.integers(shape.count, below: 256)
                    ),
                    NamedTensor(name: "input.transforms", shape: [shape.images, 3], values: transforms),
                ]
            )
        }
    }
}
