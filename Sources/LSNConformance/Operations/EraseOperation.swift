import LSNTensors

/// Rectangles of pictures that become 0: `input.x`, `[N, C, H, W]` or `[T, N, C, H, W]`; `input.rectangles` `[N, R, 4]`: the first
/// row, the row behind the last, and columns alike.
enum EraseOperation: ConformanceOperation {
    static let name = "erase"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let x = try operands.tensor("input.x")
        let shape = try operands.imageShape(x)
        let timeSteps = x.shape.count == 5 ? x.shape[0] : 1
        let rectangles = try operands.tensor("input.rectangles")
        let places = rectangles.values.map { UInt32(exactly: $0) }
        guard rectangles.shape.count == 3, rectangles.shape[0] * timeSteps == shape.images, rectangles.shape[2] == 4,
            !places.contains(nil)
        else {
            throw operands.refuse(rectangles, "is not four integers for each rectangle of \(shape.images) images")
        }
        let tensor = try backend.realTensor(x.values, shape: shape)
        try backend.erase(
            tensor,
            rectangles: try backend.upload(places.compactMap(\.self)),
            count: rectangles.shape[1],
            timeSteps: timeSteps
        )
        try results.add("output.y", tensor, as: x.shape)
    }
}
