import LSNNetworks

/// Under which names programs in PyTorch keep the tensors of residual networks.
package enum ResNetKeys: String, CaseIterable, Sendable {
    /// Whichever of the others the file has.
    case auto
    /// `conv1`, `layer1.0.bn2`, `layer2.0.downsample.0`, `fc`: torchvision's `resnet*`.
    case torchvision
    /// The same names: SpikingJelly's `spiking_resnet*` and `sew_resnet*`.
    case spikingjelly
    /// A convolution and its norm are items of a container, `layer1.0.conv2.module.0` and `.module.1`: the programs of SEW-ResNet's
    /// authors (Fang et al.).
    case sew
}

extension ResNetKeys {
    /// How a convolution and its norm are kept.
    enum Layout: CaseIterable {
        /// Side by side: `conv2`, `bn2`.
        case sideBySide
        /// In a container.
        case contained
    }

    var layouts: [Layout] {
        switch self {
        case .auto: Layout.allCases
        case .torchvision, .spikingjelly: [.sideBySide]
        case .sew: [.contained]
        }
    }
}

extension ResNetKeys.Layout {
    /// The names that a tensor of this program may have there.
    ///
    /// - Parameters:
    ///   - name: e.g. `stages.0.1.branch.1.conv.weight`.
    ///   - convolutions: of a branch.
    func names(of name: String, convolutions: Int) -> [String] {
        let parts = name.split(separator: ".").map(String.init)
        let value = parts.last ?? ""
        switch (parts.first, parts.dropLast().last) {
        case ("stem", "conv"): return ["conv1.\(value)"]
        case ("stem", "bn"): return ["bn1.\(value)"]
        case ("stem", "neuron"): return ["sn1.\(value)"]
        case ("head", _): return ["fc.\(value)"]
        case ("stages", let layer?):
            guard parts.count > 4, let stage = Int(parts[1]) else { return [] }
            let block = "layer\(stage + 1).\(parts[2])"
            let names: [String] =
                switch (parts[3], layer) {
                case ("shortcut", "conv"): shortcutConvolution
                case ("shortcut", "bn"): shortcutNorm
                case ("shortcut", _): ["downsample_sn", "downsample.1"]
                case ("neuron", _): ["sn\(convolutions)"]
                default: inBranch(layer, number: (Int(parts[4]) ?? 0) + 1)
                }
            return names.map { "\(block).\($0).\(value)" }
        default: return []
        }
    }

    private func inBranch(_ layer: String, number: Int) -> [String] {
        switch (layer, self) {
        case ("conv", .sideBySide): ["conv\(number)"]
        case ("conv", .contained): ["conv\(number).module.0"]
        case ("bn", .sideBySide): ["bn\(number)"]
        case ("bn", .contained): ["conv\(number).module.1"]
        default: ["sn\(number)"]
        }
    }

    private var shortcutConvolution: [String] {
        switch self {
        case .sideBySide: ["downsample.0"]
        case .contained: ["downsample.0.module.0", "downsample.module.0"]
        }
    }

    private var shortcutNorm: [String] {
        switch self {
        case .sideBySide: ["downsample.1"]
        case .contained: ["downsample.0.module.1", "downsample.module.1"]
        }
    }
}
