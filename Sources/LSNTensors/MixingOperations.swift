/// How two samples become one, and what each of them counts in the label: mixup (Zhang et al., 2018) or cutmix (Yun et al., 2019).
public struct SampleMix: Hashable, Sendable {
    /// λ: the first sample's share, from 0 to 1. The other has the rest.
    public var share: Double
    /// The rows and columns that are the other sample's, of cutmix; nil: all is blended, as mixup does.
    public var box: PictureBox?

    /// Mixup, unless there is a box.
    public init(share: Double, box: PictureBox? = nil) {
        self.share = share
        self.box = box
    }

    /// Whether a sample counts as classified rightly by its own label, whose share is the larger (or both are alike), rather than by
    /// the other's.
    public var countsOwn: Bool { Float(share) >= 0.5 }
}

/// A rectangle of a picture.
public struct PictureBox: Hashable, Sendable {
    /// From the top.
    public var rows: Range<Int>
    /// From the left.
    public var columns: Range<Int>

    /// Gathers what belongs together.
    public init(rows: Range<Int>, columns: Range<Int>) {
        self.rows = rows
        self.columns = columns
    }
}

/// The labels of the samples that others are mixed with.
public struct MixedLabels: Sendable {
    /// Of each sample, that of its partner: N integers.
    public var labels: any Storage
    /// What both count.
    public var mix: SampleMix

    /// Gathers what belongs together.
    public init(labels: any Storage, mix: SampleMix) {
        self.labels = labels
        self.mix = mix
    }
}

extension Backend {
    /// Mixes every sample n of `tensor` with sample N − 1 − n of `other`: timm's pairs, where both are one batch.
    ///
    /// - Parameters:
    ///   - tensor: `[timeSteps · N, C, H, W]`, time outermost.
    ///   - other: of the same shape; nil: `tensor` itself.
    ///   - mix: how. A box lies inside the pictures.
    ///   - timeSteps: T; 1 for pictures.
    /// - Returns: another tensor.
    public func mix(
        _ tensor: RealTensor,
        with other: RealTensor? = nil,
        by mix: SampleMix,
        timeSteps: Int = 1
    ) throws(BackendError) -> RealTensor {
        let (operation, shape) = ("mix", tensor.shape)
        try require(tensor, operation, "the tensor")
        let partner = other ?? tensor
        try requireEqual(partner.shape, shape, operation, "the other tensor")
        try require(partner, operation, "the other tensor")
        try require(
            timeSteps >= 1 && shape.images % max(timeSteps, 1) == 0,
            operation,
            "\(shape.images) images do not divide into \(timeSteps) time steps"
        )
        try require(0...1 ~= mix.share, operation, "a share of \(mix.share) is not from 0 to 1")
        if let box = mix.box {
            try require(
                box.rows.lowerBound >= 0 && box.rows.upperBound <= shape.height && box.columns.lowerBound >= 0
                    && box.columns.upperBound <= shape.width,
                operation,
                "rows \(box.rows) and columns \(box.columns) do not lie in pictures of \(shape.height)×\(shape.width)"
            )
        }
        let output = try newTensor(shape)
        try kernels.augmentation.mix(
            tensor,
            with: partner,
            by: mix,
            samples: shape.images / timeSteps,
            output: output
        )
        return output
    }
}
