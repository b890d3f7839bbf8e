public import LSNDatasets
public import LSNNetworks
public import LSNTensors

/// Everything that decides how a run goes, with no default left open: the network, the data, how it learns, how it runs.
///
/// It stands in `config.json`, so that a later version with other defaults repeats an old run. In JSON, names are those of
/// the options of `lsn train`, with underscores; the network's keys are those of docs/Networks.md.
public struct TrainingConfiguration: Codable, Hashable, Sendable {
    /// The network; input, classes and a stem by size are open until the data are known.
    public var network: NetworkTemplate
    /// Multiplier of the model's widths, which ``network`` has already.
    public var width: Double
    /// What it is trained on.
    public var data: DataConfiguration
    /// How it is trained.
    public var learning: LearningConfiguration
    /// Where, and how long.
    public var run: RunConfiguration

    /// Gathers what belongs together.
    public init(
        network: NetworkTemplate,
        width: Double,
        data: DataConfiguration,
        learning: LearningConfiguration,
        run: RunConfiguration
    ) {
        self.network = network
        self.width = width
        self.data = data
        self.learning = learning
        self.run = run
    }

    /// The network for these samples.
    ///
    /// - Throws: `NetworkError` where it cannot be built; ``ConfigurationError`` where an option does not fit the samples, see
    ///   `DataFit`.
    public func networkDescription(for data: any TrainingData) throws -> NetworkDescription {
        let description = try network.described(
            input: NetworkTemplate.Input(channels: data.channels, height: data.height, width: data.width),
            classes: data.classes
        )
        try DataFit.check(self, description, data)
        return description
    }

    /// The data as a run trains on them: where a part of the training split chooses the best epoch, that is the test split.
    ///
    /// - Throws: `DatasetError` where the training split is too small for that.
    package func trainingData(_ data: any TrainingData) throws(DatasetError) -> any TrainingData {
        guard let split = self.data.valSplit else { return data }
        return try split.divide(data, seed: run.seed)
    }

    /// That network on a backend, frozen as ``LearningConfiguration/freeze`` says; its parameters are zero.
    ///
    /// - Throws: ``ConfigurationError`` where what is to be frozen, or to learn at another rate, is not there, or nothing is left to
    ///   learn; `BackendError`.
    package func network(_ description: NetworkDescription, on backend: Backend) throws -> Network {
        try freezing(Network(description, backend: backend))
    }

    /// A network on the same parameters, frozen as ``LearningConfiguration/freeze`` says; learning rates must be those of
    /// parameters that it has.
    ///
    /// - Throws: as ``network(_:on:)``.
    package func freezing(_ network: Network) throws -> Network {
        let frozen: Set<String>
        do throws(NetworkError) {
            let parameters = network.parameters
            frozen = try parameters.names(below: learning.freeze?.paths ?? [])
            for scale in learning.learningRateScale?.scales ?? [] {
                let scaled = try parameters.names(below: scale.path, of: "learning-rate-scale")
                guard scaled.allSatisfy(frozen.contains) else { continue }
                throw .misplaced(
                    key: "learning-rate-scale",
                    problem: "all parameters below \(scale.path) are frozen, and learn at no rate",
                    advice: "Leave it out, or freeze less"
                )
            }
        } catch {
            // A key that is misplaced is an option here.
            guard case .misplaced(let key, let problem, let advice) = error else { throw error }
            throw ConfigurationError.misplaced(option: "--\(key)", problem: problem, advice: advice)
        }
        if learning.surrogateSearch ?? false, frozen.contains(SurrogateSearch.filterName) {
            throw ConfigurationError.misplaced(
                option: "--freeze",
                problem: "--surrogate-search chooses by the gradient of the stem's convolution, which would be frozen",
                advice: "Leave one of them out"
            )
        }
        return try network.freezing(frozen)
    }

    /// The data to load.
    public var dataRequest: DataRequest { data.request(timeSteps: network.timeSteps ?? 1) }
}

/// What a network is trained on.
public struct DataConfiguration: Codable, Hashable, Sendable {
    /// The data set.
    public var dataset: DatasetName
    /// Folder of its files; nil where it comes with the program.
    public var data: String?
    /// Which files train and which test; nil until the folder decides.
    public var split: SplitRule?
    /// Which part of the training split chooses the best epoch; nil: the test split does.
    public var valSplit: ValidationSplit?
    /// Rows and columns that the network sees; nil: as the files have them.
    public var imageSize: ImageSize?
    /// How recordings of events are cut into frames.
    public var framesBy: FramesBy?
    /// Microseconds of a frame; nil: a recording's T-th part.
    public var duration: Int?
    /// In which format recordings are read; nil: the data set's.
    public var eventFormat: EventFormat?
    /// Rows and columns of the sensor; nil: the data set's, or the format's.
    public var eventSize: EventSize?
    /// How arrays are normalised; in a run's record the constants.
    public var normalize: ArrayNormalization?
    /// Damaged files that are borne; nil: `DataRequest.standardMaxBadFiles`.
    public var maxBadFiles: Int?
    /// Where the frames of recordings are kept; nil: in the user's cache folder.
    public var cache: String?
    /// Only the first samples of the training split.
    public var limitTrain: Int?
    /// Only the first samples of the test split.
    public var limitTest: Int?
    /// Largest shift of a training picture, in pixels.
    public var shift: Int
    /// Whether training pictures are flipped at random.
    public var flip: Bool
    /// Rows and columns of the square that is cut out of training pictures; nil: none.
    public var cutout: Int?
    /// How often a rectangle of a training picture is erased; nil: never.
    public var randomErasing: Double?

    /// Data of this name, whole and as they are, unless told otherwise.
    public init(dataset: DatasetName, data: String? = nil, shift: Int = 0, flip: Bool = false) {
        self.dataset = dataset
        self.data = data
        self.shift = shift
        self.flip = flip
    }

    /// Names in files.
    public enum CodingKeys: String, CodingKey {
        case dataset
        case data
        case split
        case valSplit = "val_split"
        case imageSize = "image_size"
        case framesBy = "frames_by"
        case duration
        case eventFormat = "event_format"
        case eventSize = "event_size"
        case normalize
        case maxBadFiles = "max_bad_files"
        case cache
        case limitTrain = "limit_train"
        case limitTest = "limit_test"
        case shift
        case flip
        case cutout
        case randomErasing = "random_erasing"
    }

    /// The data to load, for a network of so many time steps.
    public func request(timeSteps: Int) -> DataRequest {
        var request = DataRequest(name: dataset, directory: data)
        request.split = split
        request.imageSize = imageSize
        request.framesBy = framesBy
        request.duration = duration
        request.eventFormat = eventFormat
        request.eventSize = eventSize
        request.normalization = normalize
        request.timeSteps = timeSteps
        request.maxBadFiles = maxBadFiles ?? DataRequest.standardMaxBadFiles
        request.cacheFolder = cache
        request.limitTrain = limitTrain
        request.limitTest = limitTest
        return request
    }

    /// How training pictures vary.
    public var augmentation: AugmentationPolicy {
        AugmentationPolicy(shift: shift, flip: flip, cutout: cutout ?? 0, randomErasing: randomErasing ?? 0)
    }
}

/// How a network learns.
public struct LearningConfiguration: Codable, Hashable, Sendable {
    /// Where the defaults came from.
    public var recipe: Recipe
    /// Passes over the training split.
    public var epochs: Int
    /// Samples a step.
    public var batchSize: Int
    /// Into how many micro-batches a step's samples are cut, see `MicroBatchCut`; 1 in runs of earlier versions.
    public var microBatches: Int
    /// The update rule.
    public var optimizer: OptimizerKind
    /// Highest learning rate.
    public var learningRate: Double
    /// Decay of every parameter.
    public var weightDecay: Double
    /// Whether norms and biases do not decay, see `ParameterGroups`; nil: they do.
    public var noDecayNorms: Bool?
    /// Which parameters learn at another rate; nil: none.
    public var learningRateScale: LearningRateScales?
    /// Where the cosine ends; nil: at 0.
    public var minLearningRate: Double?
    /// The largest norm of a step's gradient, see `GradientClip`; nil: any.
    public var clipGradNorm: Float?
    /// α of mixup, see `BatchMixing`; nil: none.
    public var mixup: Double?
    /// α of cutmix; nil: none.
    public var cutmix: Double?
    /// What an average of the parameters keeps of itself in a step, see `WeightAverage`; nil: there is none.
    public var ema: Double?
    /// Epochs of linear warm-up.
    public var warmupEpochs: Int
    /// What follows the warm-up.
    public var schedule: ScheduleKind
    /// What is made small.
    public var loss: LossKind
    /// λ of TET; nil for other losses.
    public var tetLambda: Float?
    /// φ of TET; nil for other losses.
    public var tetPhi: Float?
    /// Weight of the MPD loss; nil for other losses.
    public var mpdWeight: Float?
    /// The share of the target that all classes divide among themselves.
    public var labelSmoothing: Float
    /// Whether Dspike's temperature is chosen anew at each epoch, see `SurrogateSearch`; nil for other surrogates.
    public var surrogateSearch: Bool?
    /// The checkpoint whose weights the run starts from; nil: none.
    public var pretrained: String?
    /// Whether no layer may start anew beside it; nil: some may.
    public var strict: Bool?
    /// What stays as it is; nil: nothing.
    public var freeze: ParameterPaths?

    /// Gathers what belongs together.
    public init(
        recipe: Recipe,
        epochs: Int,
        batchSize: Int,
        microBatches: Int = 1,
        optimizer: OptimizerKind,
        learningRate: Double,
        weightDecay: Double,
        warmupEpochs: Int,
        schedule: ScheduleKind,
        loss: LossKind,
        labelSmoothing: Float
    ) {
        self.recipe = recipe
        self.epochs = epochs
        self.batchSize = batchSize
        self.microBatches = microBatches
        self.optimizer = optimizer
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.warmupEpochs = warmupEpochs
        self.schedule = schedule
        self.loss = loss
        self.labelSmoothing = labelSmoothing
    }

    /// Names in files.
    public enum CodingKeys: String, CodingKey {
        case recipe
        case epochs
        case batchSize = "batch_size"
        case microBatches = "micro_batches"
        case optimizer
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
        case noDecayNorms = "no_decay_norms"
        case learningRateScale = "learning_rate_scale"
        case minLearningRate = "min_learning_rate"
        case clipGradNorm = "clip_grad_norm"
        case mixup
        case cutmix
        case ema
        case warmupEpochs = "warmup_epochs"
        case schedule
        case loss
        case tetLambda = "tet_lambda"
        case tetPhi = "tet_phi"
        case mpdWeight = "mpd_weight"
        case labelSmoothing = "label_smoothing"
        case surrogateSearch = "surrogate_search"
        case pretrained
        case strict
        case freeze
    }

    /// Reads what `encode(to:)` writes, now and in earlier versions.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            recipe: try values.decode(Recipe.self, forKey: .recipe),
            epochs: try values.decode(Int.self, forKey: .epochs),
            batchSize: try values.decode(Int.self, forKey: .batchSize),
            microBatches: try values.decodeIfPresent(Int.self, forKey: .microBatches) ?? 1,
            optimizer: try values.decode(OptimizerKind.self, forKey: .optimizer),
            learningRate: try values.decode(Double.self, forKey: .learningRate),
            weightDecay: try values.decode(Double.self, forKey: .weightDecay),
            warmupEpochs: try values.decode(Int.self, forKey: .warmupEpochs),
            schedule: try values.decode(ScheduleKind.self, forKey: .schedule),
            loss: try values.decode(LossKind.self, forKey: .loss),
            labelSmoothing: try values.decode(Float.self, forKey: .labelSmoothing)
        )
        tetLambda = try values.decodeIfPresent(Float.self, forKey: .tetLambda)
        tetPhi = try values.decodeIfPresent(Float.self, forKey: .tetPhi)
        mpdWeight = try values.decodeIfPresent(Float.self, forKey: .mpdWeight)
        surrogateSearch = try values.decodeIfPresent(Bool.self, forKey: .surrogateSearch)
        pretrained = try values.decodeIfPresent(String.self, forKey: .pretrained)
        strict = try values.decodeIfPresent(Bool.self, forKey: .strict)
        freeze = try values.decodeIfPresent(ParameterPaths.self, forKey: .freeze)
        noDecayNorms = try values.decodeIfPresent(Bool.self, forKey: .noDecayNorms)
        learningRateScale = try values.decodeIfPresent(LearningRateScales.self, forKey: .learningRateScale)
        minLearningRate = try values.decodeIfPresent(Double.self, forKey: .minLearningRate)
        clipGradNorm = try values.decodeIfPresent(Float.self, forKey: .clipGradNorm)
        mixup = try values.decodeIfPresent(Double.self, forKey: .mixup)
        cutmix = try values.decodeIfPresent(Double.self, forKey: .cutmix)
        ema = try values.decodeIfPresent(Double.self, forKey: .ema)
    }

    /// Whether samples are mixed.
    var mixes: Bool { mixup != nil || cutmix != nil }

    /// How a step's samples are cut.
    var cut: MicroBatchCut { MicroBatchCut(microBatches) }

    /// Samples that are evaluated at a time: no more than go through the network at a time in training.
    package var evaluationBatchSize: Int { cut.largest(of: batchSize) }

    /// The learning rate of every epoch.
    public var rates: LearningRateSchedule {
        LearningRateSchedule(
            kind: schedule,
            base: learningRate,
            epochs: epochs,
            warmupEpochs: warmupEpochs,
            minimum: minLearningRate ?? 0
        )
    }

    /// How parameters differ in what an update does to them.
    var groups: ParameterGroups {
        ParameterGroups(excludesVectors: noDecayNorms ?? false, rateScales: learningRateScale)
    }

    /// The loss of the logits.
    public var logitsLoss: Loss {
        switch loss {
        case .meanCrossEntropy, .mpd: .meanCrossEntropy
        case .temporalEfficient: .tet(lambda: tetLambda, phi: tetPhi)
        }
    }

    /// The MPD loss of every neuron layer, whose mean over the layers is added; nil where there is none.
    public var mpdLoss: MPDLoss? {
        loss == .mpd ? mpdWeight.map { MPDLoss(weight: $0) } : nil
    }
}

/// Where a network is trained, and how long.
public struct RunConfiguration: Codable, Hashable, Sendable {
    /// As `--device` takes it.
    public var device: String
    /// Key of all random numbers.
    public var seed: UInt64
    /// Steps after which training stops, counted from the run's beginning.
    public var maxSteps: Int?
    /// Steps between checkpoints inside an epoch.
    public var checkpointEvery: Int?
    /// What is kept for the backward pass, as it was asked for: `auto` is decided anew by every process.
    public var memory: MemoryChoice

    /// Names in files.
    public enum CodingKeys: String, CodingKey {
        case device
        case seed
        case maxSteps = "max_steps"
        case checkpointEvery = "checkpoint_every"
        case memory
    }

    /// Gathers what belongs together.
    public init(device: String = "auto", seed: UInt64 = 0, memory: MemoryChoice = .auto) {
        self.device = device
        self.seed = seed
        self.memory = memory
    }
}
