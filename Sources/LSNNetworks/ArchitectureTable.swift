import LSNTensors

extension Architecture {
    /// Every architecture, by family and depth.
    public static let all: [Architecture] =
        logic + spikingResNets + sewResNets + residuals + multiLevel

    /// The architecture of this name.
    ///
    /// - Throws: ``NetworkError/unknownArchitecture(name:nearest:known:)``.
    public static func named(_ name: String) throws(NetworkError) -> Architecture {
        if let found = all.first(where: { $0.name == name }) { return found }
        let known = all.map(\.name)
        let ranked = known.map { (name: $0, distance: NearestName.distance($0, name)) }
        let least = ranked.map(\.distance).min() ?? 0
        let nearest = ranked.filter { $0.distance == least && least <= 3 }.map(\.name)
        throw .unknownArchitecture(name: name, nearest: Array(nearest.prefix(3)), known: known)
    }

    /// Logic spiking networks.
    private static let logic: [Architecture] = [
        // Six basic blocks; the paper leaves the layout open, this one comes nearest to its count.
        lsn("lsn15", [2, 3, 1], head: .fc256, nominal: 8.9, settings: [.cifar10DVS]),
        lsn("lsn18", [2, 2, 2, 2], nominal: 13.2),
        lsn("lsn19", [3, 3, 2], head: .fc256, nominal: 13.2, settings: [.cifar10]),
        lsn("lsn34", [3, 4, 6, 3], nominal: 24.5),
        lsn("lsn34-standard", [3, 4, 6, 3], width: 1, nominal: 49.0),
        lsn("lsn50", [3, 4, 6, 3], isBottleneck: true, nominal: 28.8),
        lsn("lsn71-standard", [3, 4, 13, 3], isBottleneck: true, width: 1, nominal: 61.9),
        lsn("lsn101", [3, 4, 23, 3], isBottleneck: true, nominal: 50.1, settings: [.imagenet, .cifar10]),
        // Beyond the paper: how deep binary blocks train. 100, 200 and 500 basic blocks; the last name counts the
        // convolutions, of which there are 1,001.
        lsn("lsn202", [34, 33, 33], settings: [.cifar10]),
        lsn("lsn402", [67, 67, 66], settings: [.cifar10]),
        lsn("lsn1001", [167, 167, 166], settings: [.cifar10]),
    ]

    /// Spiking ResNets with tdBN (Zheng et al.); the one with 101 layers is the paper's, for its Fig. 7.
    private static let spikingResNets: [Architecture] = [
        spikingResNet("18", [2, 2, 2, 2]),
        spikingResNet("19", [3, 3, 2], timeSteps: 4, head: .fc256, nominal: 11.7, settings: [.cifar10, .cifar10DVS]),
        spikingResNet("34", [3, 4, 6, 3], nominal: 21.8),
        spikingResNet("34-large", [3, 4, 6, 3], width: 2, nominal: 87.2),
        spikingResNet("50", [3, 4, 6, 3], isBottleneck: true, nominal: 25.6),
        spikingResNet("101", [3, 4, 23, 3], isBottleneck: true, settings: [.cifar10, .imagenet]),
        // Laid out as lsn202, to be compared with it.
        spikingResNet("202", [34, 33, 33], timeSteps: 4, settings: [.cifar10]),
    ]

    /// SEW-ResNets (Fang et al.).
    private static let sewResNets: [Architecture] = [
        sewResNet(18, [2, 2, 2, 2], nominal: 11.7),
        sewResNet(34, [3, 4, 6, 3], nominal: 21.8),
        sewResNet(50, [3, 4, 6, 3], isBottleneck: true, nominal: 25.6),
        sewResNet(101, [3, 4, 23, 3], isBottleneck: true, nominal: 44.6),
        sewResNet(152, [3, 8, 36, 3], isBottleneck: true, nominal: 60.2),
        // Laid out as lsn19 and lsn202, to be compared with them.
        sewResNet(19, [3, 3, 2], head: .fc256, settings: [.cifar10]),
        sewResNet(202, [34, 33, 33], settings: [.cifar10]),
    ]

    /// Networks for the residual orders of Table 1.
    private static let residuals: [Architecture] = [
        residual(18, [2, 2, 2, 2]),
        residual(34, [3, 4, 6, 3]),
        residual(50, [3, 4, 6, 3], isBottleneck: true),
        residual(101, [3, 4, 23, 3], isBottleneck: true),
    ]

    /// DS-ResNets with multi-level firing (Feng et al.).
    private static let multiLevel: [Architecture] = [
        dsResNet("ds-resnet14", [2, 2, 2], timeSteps: 10, settings: [.cifar10DVS]),
        dsResNet("ds-resnet20", [3, 3, 3], timeSteps: 4, settings: [.cifar10]),
    ]

    private static func lsn(
        _ name: String,
        _ stages: [Int],
        isBottleneck: Bool = false,
        width: Double = 0.75,
        head: Head = .fc,
        nominal: Double? = nil,
        settings: [Setting] = [.imagenet]
    ) -> Architecture {
        Architecture(
            name: name,
            family: .lsn,
            isBottleneck: isBottleneck,
            stages: stages,
            width: width,
            timeSteps: 4,
            head: head,
            nominal: nominal,
            settings: settings
        )
    }

    private static func spikingResNet(
        _ depth: String,
        _ stages: [Int],
        isBottleneck: Bool = false,
        width: Double = 1,
        timeSteps: Int = 6,
        head: Head = .fc,
        nominal: Double? = nil,
        settings: [Setting] = [.imagenet]
    ) -> Architecture {
        Architecture(
            name: "spiking-resnet\(depth)",
            family: .spikingResNet,
            isBottleneck: isBottleneck,
            stages: stages,
            width: width,
            timeSteps: timeSteps,
            head: head,
            nominal: nominal,
            settings: settings
        )
    }

    private static func sewResNet(
        _ depth: Int,
        _ stages: [Int],
        isBottleneck: Bool = false,
        head: Head = .fc,
        nominal: Double? = nil,
        settings: [Setting] = [.imagenet]
    ) -> Architecture {
        Architecture(
            name: "sew-resnet\(depth)",
            family: .sewAdd,
            isBottleneck: isBottleneck,
            stages: stages,
            timeSteps: 4,
            head: head,
            nominal: nominal,
            settings: settings
        )
    }

    private static func residual(_ depth: Int, _ stages: [Int], isBottleneck: Bool = false) -> Architecture {
        Architecture(
            name: "residual\(depth)",
            family: .residual(.original),
            isBottleneck: isBottleneck,
            stages: stages,
            timeSteps: 4,
            settings: [.imagenet, .cifar10]
        )
    }

    private static func dsResNet(
        _ name: String,
        _ stages: [Int],
        timeSteps: Int,
        settings: [Setting]
    ) -> Architecture {
        Architecture(
            name: name,
            family: .dsResNet,
            isBottleneck: false,
            stages: stages,
            firstWidth: 64,
            timeSteps: timeSteps,
            settings: settings
        )
    }

    /// Widths double from stage to stage, and the stem is as wide as the first. Three stages start at 128 channels, four at
    /// 64, as in the ResNets that LSNs are laid out by.
    private init(
        name: String,
        family: BlockFamily,
        isBottleneck: Bool,
        stages: [Int],
        firstWidth: Int? = nil,
        width: Double = 1,
        timeSteps: Int,
        head: Head = .fc,
        nominal: Double? = nil,
        settings: [Setting]
    ) {
        let firstWidth = firstWidth ?? (stages.count == 3 ? 128 : 64)
        template = NetworkTemplate(
            name: name,
            family: family,
            stages: stages.enumerated().map { index, blocks in
                NetworkTemplate.Stage(blocks: blocks, width: firstWidth << index, isBottleneck: isBottleneck)
            },
            head: head
        )
        defaultWidth = width
        defaultTimeSteps = timeSteps
        nominalParameters = nominal
        self.settings = settings
    }
}
