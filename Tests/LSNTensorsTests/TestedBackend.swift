import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

/// Backends for tests of operands. OpenCL's is a dry run, which needs no device: nothing is launched anyway.
enum TestedBackend: CaseIterable {
    case reference, openCL

    var backend: Backend {
        switch self {
        case .reference: Backend(ReferenceBackend())
        case .openCL: Backend(OpenCLBackend(dryRunFor: nil))
        }
    }
}

/// Operands of one backend.
struct Operands {
    let backend: Backend
    let shape = ImageShape(images: 4, height: 3, width: 3, channels: 10)
    let other = ImageShape(images: 4, height: 3, width: 3, channels: 11)

    init(_ tested: TestedBackend) {
        backend = tested.backend
    }

    func real(_ shape: ImageShape) throws -> RealTensor {
        RealTensor(shape: shape, storage: try backend.zeros(words: shape.realWords))
    }

    func spikes(_ shape: ImageShape) throws -> SpikeTensor {
        SpikeTensor(shape: shape, storage: try backend.zeros(words: shape.spikeWords))
    }

    func vector(_ channels: Int) throws -> ChannelVector {
        try backend.channelVector([Float](repeating: 1, count: channels))
    }

    func filter(_ shape: FilterShape) throws -> Filter {
        Filter(shape: shape, storage: try backend.zeros(words: shape.words))
    }

    func norm(_ channels: Int) throws -> Normalization {
        let parameters = NormalizationParameters(
            weight: try vector(channels),
            bias: try vector(channels),
            runningMean: try vector(channels),
            runningVariance: try vector(channels)
        )
        return Normalization(statistics: try backend.runningStatistics(of: parameters), parameters: parameters)
    }

    func gradients(_ channels: Int) throws -> NormalizationGradients {
        NormalizationGradients(weight: try vector(channels), bias: try vector(channels))
    }
}

/// `body` must be a mismatch of this operation.
func expectMismatch(
    _ operation: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    let error = #expect(throws: BackendError.self, sourceLocation: sourceLocation, performing: body)
    guard case .mismatch(operation, let detail) = error else {
        Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
        return
    }
    #expect(!detail.isEmpty, sourceLocation: sourceLocation)
}
