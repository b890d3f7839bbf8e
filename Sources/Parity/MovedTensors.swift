import Tensors

// The same tensors, seen by another backend that shares the storage.
extension RealTensor {
    func moved<Other: StorageOperations>() -> RealTensor<Other> where Other.Storage == B.Storage {
        RealTensor<Other>(shape: shape, storage: storage)
    }
}

extension SpikeTensor {
    func moved<Other: StorageOperations>() -> SpikeTensor<Other> where Other.Storage == B.Storage {
        SpikeTensor<Other>(shape: shape, storage: storage)
    }
}

extension Activation {
    func moved<Other: StorageOperations>() -> Activation<Other> where Other.Storage == B.Storage {
        switch self {
        case .spikes(let tensor): .spikes(tensor.moved())
        case .real(let tensor): .real(tensor.moved())
        }
    }
}

extension Filter {
    func moved<Other: StorageOperations>() -> Filter<Other> where Other.Storage == B.Storage {
        Filter<Other>(shape: shape, storage: storage)
    }
}

extension ChannelVector {
    func moved<Other: StorageOperations>() -> ChannelVector<Other> where Other.Storage == B.Storage {
        ChannelVector<Other>(channels: channels, storage: storage)
    }
}

extension ChannelStatistics {
    func moved<Other: StorageOperations>() -> ChannelStatistics<Other> where Other.Storage == B.Storage {
        ChannelStatistics<Other>(channels: channels, storage: storage)
    }
}

extension NormalizationParameters {
    func moved<Other: StorageOperations>() -> NormalizationParameters<Other> where Other.Storage == B.Storage {
        NormalizationParameters<Other>(
            weight: weight.moved(),
            bias: bias.moved(),
            runningMean: runningMean.moved(),
            runningVariance: runningVariance.moved(),
            gain: gain
        )
    }
}

extension NormalizationGradients {
    func moved<Other: StorageOperations>() -> NormalizationGradients<Other> where Other.Storage == B.Storage {
        NormalizationGradients<Other>(weight: weight.moved(), bias: bias.moved())
    }
}

extension Normalization {
    func moved<Other: StorageOperations>() -> Normalization<Other> where Other.Storage == B.Storage {
        Normalization<Other>(statistics: statistics.moved(), parameters: parameters.moved())
    }
}

extension LearnedLeak {
    func moved<Other: StorageOperations>() -> LearnedLeak<Other> where Other.Storage == B.Storage {
        LearnedLeak<Other>(weight: weight.moved(), gradient: gradient.moved())
    }
}

extension PotentialPenalty {
    func moved<Other: StorageOperations>() -> PotentialPenalty<Other> where Other.Storage == B.Storage {
        PotentialPenalty<Other>(channels: channels, storage: storage)
    }
}
