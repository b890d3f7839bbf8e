public import LSNNetworks
public import LSNTensors

/// Where the defaults start from.
public enum Recipe: String, CaseIterable, Codable, Sendable {
    /// This project's own.
    case standard
    /// The paper's Table 4, and norms that start at weight 1, bias 0, with a surrogate of height 1.
    case paper
}

/// The first layers of a network.
public enum StemChoice: String, CaseIterable, Codable, Sendable {
    /// By the size of the images: the CIFAR stem up to 64 pixels, ImageNet's above.
    case auto
    /// 3×3, stride 1.
    case cifar
    /// 7×7, stride 2, and max-pooling.
    case imagenet

    /// The stem asked for, or nil where the size of the images decides.
    public var stem: Stem? {
        switch self {
        case .auto: nil
        case .cifar: .cifar
        case .imagenet: .imagenet
        }
    }
}

/// Losses by name.
public enum LossKind: String, CaseIterable, Codable, Sendable {
    /// Cross-entropy of the logits' mean over time.
    case meanCrossEntropy = "mean-ce"
    /// Temporal efficient training (Deng et al.).
    case temporalEfficient = "tet"
    /// Cross-entropy of the mean, and the project's own MPD loss.
    case mpd
}

extension Reset: Codable {}
