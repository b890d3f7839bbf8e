import LSNFileFormats
import LSNNetworks

/// What the weights of a residual network decide.
struct ResNetShape: Equatable {
    /// Blocks of one width.
    struct Stage: Equatable {
        var blocks: Int
        var width: Int
    }

    var stem: Stem
    var inChannels: Int
    var stemWidth: Int
    var stages: [Stage]
    var isBottleneck: Bool
    var classes: Int

    /// Reads it off the tensors' shapes.
    ///
    /// - Throws: ``InterchangeError`` that says which tensor is missing, or has a shape that no such network has.
    init(_ tensors: ForeignTensors, layout: ResNetKeys.Layout) throws(InterchangeError) {
        func filter(_ name: String) throws(InterchangeError) -> [Int] {
            guard let shape = tensors.shape(name) else { throw tensors.lacks(name) }
            guard shape.count == 4, shape.allSatisfy({ $0 > 0 }), shape[2] == shape[3] else {
                throw tensors.unusable(name, "is no filter [outputs, inputs, window, window]")
            }
            return shape
        }
        let first = try filter("conv1.weight")
        switch first[2] {
        case 3: stem = .cifar
        case 7: stem = .imagenet
        default: throw tensors.unusable("conv1.weight", "is no stem that is known here: 3×3, or 7×7 with pooling")
        }
        (stemWidth, inChannels) = (first[0], first[1])

        func name(_ stage: Int, _ block: Int, _ convolution: Int) -> String {
            let ours = "stages.\(stage).\(block).branch.\(convolution).conv.weight"
            return layout.names(of: ours, convolutions: 0).first ?? ""
        }
        isBottleneck = tensors.shape(name(0, 0, 2)) != nil
        stages = []
        while tensors.shape(name(stages.count, 0, 0)) != nil {
            let stage = stages.count
            var blocks = 1
            while tensors.shape(name(stage, blocks, 0)) != nil { blocks += 1 }
            stages.append(Stage(blocks: blocks, width: try filter(name(stage, 0, 0))[0]))
        }
        guard let head = tensors.shape("fc.weight") else { throw tensors.lacks("fc.weight") }
        guard head.count == 2, head.allSatisfy({ $0 > 0 }) else {
            throw tensors.unusable("fc.weight", "is no matrix [classes, channels]")
        }
        classes = head[0]
    }

    /// For people: `2,2,2,2 basic`.
    var title: String { Self.title(stages.map(\.blocks), isBottleneck: isBottleneck) }

    static func title(_ blocks: [Int], isBottleneck: Bool) -> String {
        blocks.map(String.init).joined(separator: ",") + (isBottleneck ? " bottleneck" : " basic")
    }
}

extension ForeignTensors {
    func lacks(_ name: String) -> InterchangeError {
        InterchangeError("\(file.path) has no tensor \(name)")
    }

    func unusable(_ name: String, _ problem: String) -> InterchangeError {
        InterchangeError("\(file.path): \(name), of shape \(shape(name) ?? []), \(problem)")
    }
}
