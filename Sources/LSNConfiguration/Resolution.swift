import LSNDatasets
package import LSNNetworks
import LSNTensors
package import LSNTraining

extension TrainingOptions {
    /// What these options come to, with no default left open but what the data decide.
    ///
    /// - Parameters:
    ///   - device: as `--device` gives it; nil: `auto`.
    ///   - model: the network instead of that of ``NetworkOptions/model``, whose widths are final: of a run that is continued.
    /// - Throws: ``ConfigurationError`` for values that no run can have, `NetworkError` for a model that does not exist or
    ///   cannot be built so.
    package func configuration(device: String? = nil, model: NetworkTemplate? = nil) throws -> TrainingConfiguration {
        let dataset = data.dataset ?? .digits
        let recipe = learning.recipe ?? .standard
        let optimizer = learning.optimizer ?? .adam
        let defaults = TrainingDefaults(
            dataset: dataset,
            imageSize: data.files.imageSize,
            sequenceLength: DataRequest.sequenceLength(of: dataset, in: data.data),
            recipe: recipe,
            optimizer: optimizer
        )
        let (network, width) = try resolvedNetwork(model: model, defaults: defaults)
        return TrainingConfiguration(
            network: network,
            width: width,
            data: try resolvedData(dataset, defaults: defaults),
            learning: try resolvedLearning(network, recipe: recipe, optimizer: optimizer, defaults: defaults),
            run: resolvedRun(device: device)
        )
    }

    /// The network, and the multiplier of its widths.
    private func resolvedNetwork(
        model given: NetworkTemplate?,
        defaults: TrainingDefaults
    ) throws -> (NetworkTemplate, Double) {
        var overrides = network.overrides
        var fallback = NetworkDefaults(
            start: defaults.start,
            surrogateHeight: defaults.surrogateHeight,
            raisesHead: defaults.raisesHead
        )
        var recordedWidth = 1.0
        let template: NetworkTemplate
        if let given {
            (template, overrides.width) = (given, 1)
        } else if network.model == nil, let pretrained = weights.pretrained {
            // The checkpoint's own, for other data.
            let found = try PretrainedWeights(pretrained).metadata
            var own = found.network.template
            (own.input, own.classes) = (nil, nil)
            guard overrides.width == nil || overrides.width == found.width else {
                throw ConfigurationError.misplaced(
                    option: "--width",
                    problem: "the network is the checkpoint's, of width \(found.width)",
                    advice: "Leave it out, or name a --model, whose tensors must fit"
                )
            }
            overrides.width = nil
            (template, recordedWidth) = (own, found.width)
        } else if let model = network.model, NetworkFile.isNamed(by: model) {
            let file = try NetworkFile(model)
            template = file.template
            recordedWidth = file.width
            fallback.timeSteps = defaults.timeSteps ?? 4
        } else {
            let architecture = try Architecture.named(network.model ?? defaults.model)
            template = architecture.template
            overrides.width = overrides.width ?? defaults.width ?? architecture.defaultWidth
            fallback.timeSteps = defaults.timeSteps ?? architecture.defaultTimeSteps
        }
        return (try Self.settle(template, by: overrides, defaults: fallback), recordedWidth * (overrides.width ?? 1))
    }

    /// A key that is misplaced is an option here.
    private static func settle(
        _ template: NetworkTemplate,
        by overrides: NetworkOverrides,
        defaults: NetworkDefaults
    ) throws -> NetworkTemplate {
        do throws(NetworkError) {
            return try template.settled(by: overrides, defaults: defaults)
        } catch {
            guard case .misplaced(let key, let problem, let advice) = error else { throw error }
            throw ConfigurationError.misplaced(option: "--\(key)", problem: problem, advice: advice)
        }
    }

    private func resolvedData(
        _ dataset: DatasetName,
        defaults: TrainingDefaults
    ) throws(ConfigurationError) -> DataConfiguration {
        // Pictures that are resized are cut from anywhere in training; who asks for a shift beside it expects another thing.
        if dataset.kind == .pictureFiles, data.files.imageSize != .native, let shift = data.shift, shift > 0 {
            throw .withoutEffect(
                option: "--shift",
                value: "\(shift)",
                reason:
                    "in training, pictures of --dataset \(dataset.rawValue) are cut from anywhere and resized. Leave it out, or keep "
                    + "pictures of one size as they are with --image-size native"
            )
        }
        var result = DataConfiguration(
            dataset: dataset,
            data: data.data,
            shift: data.shift ?? defaults.augmentation.shift,
            flip: data.flip ?? defaults.augmentation.flip
        )
        result.split = data.files.split
        result.valSplit = data.valSplit
        result.imageSize = data.files.imageSize ?? DataRequest.standardImageSize(of: dataset)
        let standard: FramesBy = data.files.duration == nil ? .number : .time
        result.framesBy = data.files.framesBy ?? (dataset.kind == .recordings ? standard : nil)
        result.duration = data.files.duration
        result.eventFormat = data.files.eventFormat
        result.eventSize = data.files.eventSize
        result.normalize = data.files.normalize ?? (dataset.kind == .arrays ? .auto : nil)
        result.maxBadFiles = data.files.maxBadFiles
        result.cache = data.files.cache
        result.limitTrain = data.limitTrain
        result.limitTest = data.limitTest
        result.cutout = data.cutout
        result.randomErasing = data.randomErasing
        return result
    }

    private func resolvedLearning(
        _ network: NetworkTemplate,
        recipe: Recipe,
        optimizer: OptimizerKind,
        defaults: TrainingDefaults
    ) throws -> LearningConfiguration {
        let neuron = try network.neuron.applied(to: network.family.standardNeuron)
        let epochs = learning.epochs ?? defaults.epochs
        var result = LearningConfiguration(
            recipe: recipe,
            epochs: epochs,
            batchSize: learning.batchSize ?? defaults.batchSize,
            microBatches: learning.microBatches ?? 1,
            optimizer: optimizer,
            learningRate: learning.learningRate ?? defaults.learningRate(for: network),
            weightDecay: learning.weightDecay ?? defaults.weightDecay,
            warmupEpochs: learning.warmupEpochs ?? epochs * defaults.warmupShare / 300,
            schedule: learning.schedule ?? .cosine,
            loss: learning.loss ?? .meanCrossEntropy,
            labelSmoothing: learning.labelSmoothing ?? 0
        )
        guard result.warmupEpochs <= epochs else {
            throw ConfigurationError.outOfRange(
                option: "--warmup-epochs",
                value: "\(result.warmupEpochs)",
                allowed: "from 0 to --epochs (\(epochs))"
            )
        }
        guard result.microBatches <= result.batchSize else {
            throw ConfigurationError.outOfRange(
                option: "--micro-batches",
                value: "\(result.microBatches)",
                allowed: "from 1 to --batch-size (\(result.batchSize))"
            )
        }
        guard weights.pretrained != nil || !weights.strict else {
            throw ConfigurationError.misplaced(
                option: "--strict",
                problem: "it belongs to --pretrained, and no checkpoint is given",
                advice: "Leave it out"
            )
        }
        try setRates(&result)
        result.clipGradNorm = learning.clipGradNorm
        (result.mixup, result.cutmix, result.ema) = (learning.mixup, learning.cutmix, learning.ema)
        result.pretrained = weights.pretrained
        result.strict = weights.strict ? true : nil
        result.freeze = ParameterPaths(weights.freeze)
        try setLoss(&result, neuron: neuron)
        try setSearch(&result, neuron: neuron)
        return result
    }

    /// Where the schedule ends, and which parameters learn or decay otherwise.
    private func setRates(_ result: inout LearningConfiguration) throws(ConfigurationError) {
        if let minimum = learning.minLearningRate {
            guard result.schedule == .cosine else {
                throw .misplaced(
                    option: "--min-learning-rate",
                    problem: "it is where the cosine ends, and the schedule is \(result.schedule.rawValue)",
                    advice: "Leave it out, or use --schedule cosine"
                )
            }
            guard minimum <= result.learningRate else {
                throw .outOfRange(
                    option: "--min-learning-rate",
                    value: "\(minimum)",
                    allowed: "from 0 to --learning-rate (\(result.learningRate))"
                )
            }
            result.minLearningRate = minimum
        }
        if learning.noDecayNorms {
            guard result.weightDecay > 0 else {
                throw .misplaced(
                    option: "--no-decay-norms",
                    problem: "no parameter decays, for the weight decay is 0",
                    advice: "Leave it out, or give a --weight-decay"
                )
            }
            result.noDecayNorms = true
        }
        result.learningRateScale = LearningRateScales(learning.learningRateScale)
    }

    /// The constants of the loss.
    private func setLoss(_ result: inout LearningConfiguration, neuron: Neuron) throws(ConfigurationError) {
        let constants: [(option: String, isGiven: Bool, owner: LossKind)] = [
            ("--tet-lambda", learning.tetLambda != nil, .temporalEfficient),
            ("--tet-phi", learning.tetPhi != nil, .temporalEfficient),
            ("--mpd-weight", learning.mpdWeight != nil, .mpd),
        ]
        for (option, isGiven, owner) in constants where isGiven && owner != result.loss {
            throw .misplaced(
                option: option,
                problem: "it belongs to the loss \(owner.rawValue), and the loss is \(result.loss.rawValue)",
                advice: "Leave it out, or use --loss \(owner.rawValue)"
            )
        }
        switch result.loss {
        case .meanCrossEntropy: break
        case .temporalEfficient:
            guard
                case .temporalEfficient(let lambda, let phi) = Loss.tet(
                    lambda: learning.tetLambda,
                    phi: learning.tetPhi
                )
            else { return }
            (result.tetLambda, result.tetPhi) = (lambda, phi)
        case .mpd:
            guard !neuron.isReLU else {
                throw .misplaced(
                    option: "--loss",
                    problem: "the MPD loss is one on membrane potentials, and ReLUs have none",
                    advice: "Use --loss mean-ce"
                )
            }
            result.mpdWeight = learning.mpdWeight ?? 0.1
        }
    }

    /// Whether Dspike's temperature is searched for.
    private func setSearch(_ result: inout LearningConfiguration, neuron: Neuron) throws(ConfigurationError) {
        let isDspike = !neuron.isReLU && neuron.surrogate.kind == .dspike
        guard isDspike || !(network.surrogateSearch ?? false) else {
            throw .misplaced(
                option: "--surrogate-search",
                problem: "it looks for Dspike's temperature, and the surrogate is "
                    + (neuron.isReLU ? "none" : neuron.surrogate.kind.rawValue),
                advice: "Leave it out, or use --surrogate dspike"
            )
        }
        result.surrogateSearch = isDspike ? network.surrogateSearch ?? false : nil
    }

    private func resolvedRun(device: String?) -> RunConfiguration {
        var result = RunConfiguration(device: device ?? "auto", seed: run.seed ?? 0, memory: run.memory ?? .auto)
        result.maxSteps = run.maxSteps
        result.checkpointEvery = run.checkpointEvery
        return result
    }
}

extension NetworkOptions {
    /// What they ask of any network.
    package var overrides: NetworkOverrides {
        var result = NetworkOverrides()
        result.width = width
        result.timeSteps = timesteps
        result.stem = stem?.stem
        result.head = head
        result.sew = sew
        result.residual = residual
        result.neuron = neurons.options
        result.start = NetworkTemplate.Start(branchScale: branchScale, branchBias: branchBias)
        result.headGain = headGain
        return result
    }
}

extension NetworkOptions {
    /// Whether any of them is given.
    package var isAsked: Bool { overrides != NetworkOverrides() || model != nil || surrogateSearch != nil }

    /// The network of this name, or in this file, with what is asked of it.
    ///
    /// - Throws: as ``TrainingOptions/configuration(device:model:)``.
    package func shown(_ model: String) throws -> NetworkTemplate {
        if NetworkFile.isNamed(by: model) { return try NetworkFile(model).template.settled(by: overrides) }
        return try Architecture.named(model).settled(by: overrides)
    }
}
