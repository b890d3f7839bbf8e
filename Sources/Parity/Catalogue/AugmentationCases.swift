import Tensors

/// Pictures from bytes: shifted in every direction, flipped, of one channel and of three.
enum AugmentationCases {
    static let all = [
        make("small", ImageShape(images: 1, height: 1, width: 1, channels: 1), shift: 0),
        make("small", ImageShape(images: 5, height: 8, width: 8, channels: 1), shift: 2),
        make("small", ImageShape(images: 3, height: 7, width: 5, channels: 3), shift: 4),
        make("small", ImageShape(images: 2, height: 3, width: 9, channels: 9), shift: 12),
        make("large", ImageShape(images: 50, height: 28, width: 28, channels: 1), shift: 2),
        make("large", ImageShape(images: 32, height: 32, width: 32, channels: 3), shift: 4),
    ]

    private static func make(_ kind: String, _ shape: ImageShape, shift: Int) -> ParityCase {
        ParityCase(name: "prepare_images/\(kind)/\(shape.title)-shift\(shift)", operation: "prepare_images") {
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
