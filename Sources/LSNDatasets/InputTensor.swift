package import LSNTensors

extension InputFormat {
    /// Samples as they go into the network.
    ///
    /// - Parameters:
    ///   - samples: one or more, that travel alike.
    ///   - backend: where they are prepared.
    /// - Returns: `[N, C, H, W]` where `isStatic`, of recordings `[T·N, C, H, W]` with time outermost.
    /// - Throws: ``DatasetError`` for more bytes than can be counted; `BackendError`.
    package func tensor(
        _ samples: [InputSample],
        on backend: Backend
    ) throws -> (input: RealTensor, isStatic: Bool) {
        guard let form = samples.first?.form else {
            return (try backend.realTensor(values(of: samples), shape: shape(samples.count)), !hasTime)
        }
        let stored = samples.compactMap { sample in
            if case .stored(_, let content) = sample { content } else { nil }
        }
        let batch = try Batch(
            stored,
            indices: Array(stored.indices),
            labels: stored.map { _ in 0 },
            alignsSamples: form == .crops
        )
        let preparer = BatchPreparer(backend: backend, form: form, input: self)
        return (try preparer.prepare(batch), preparer.isStatic)
    }

    private func shape(_ samples: Int) -> ImageShape {
        ImageShape(images: timeSteps * samples, height: height, width: width, channels: channels)
    }

    /// Time outermost.
    private func values(of samples: [InputSample]) -> [Float] {
        let contents = samples.map { sample -> [Float] in
            if case .values(let content) = sample { content } else { [] }
        }
        let size = channels * height * width
        return (0..<timeSteps).flatMap { step in contents.flatMap { $0[step * size..<(step + 1) * size] } }
    }
}
