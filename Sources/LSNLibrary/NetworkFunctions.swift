import ArgumentParser
public import LSNCLibrary
import LSNConfiguration
import LSNDatasets
import LSNNetworks
import LSNTensors
import LSNTraining

/// Options of a network that is made.
private struct NewNetworkOptions: ParsableArguments {
    @OptionGroup var network: NetworkOptions
    @OptionGroup var run: SeedOption
}

/// See lsn.h.
@c @implementation
public func lsn_network_load(
    _ device: lsn_device,
    _ checkpoint: UnsafePointer<CChar>?,
    _ network: UnsafeMutablePointer<lsn_network>?
) -> lsn_status {
    call { warnings in
        let target = try unsafe result(network, "network")
        let device = try LibraryDevice.all.value(device)
        let loaded = try LibraryNetwork(try unsafe text(checkpoint, "checkpoint"), on: device, warnings)
        unsafe target.pointee = LibraryNetwork.all.insert(loaded)
    }
}

/// See lsn.h.
@c @implementation
public func lsn_network_create(
    _ device: lsn_device,
    _ options: UnsafePointer<CChar>?,
    _ channels: Int,
    _ height: Int,
    _ width: Int,
    _ classes: Int,
    _ network: UnsafeMutablePointer<lsn_network>?
) -> lsn_status {
    call { warnings in
        let target = try unsafe result(network, "network")
        let device = try LibraryDevice.all.value(device)
        for (name, value) in [("channels", channels), ("height", height), ("width", width), ("classes", classes)]
        where !(1...NetworkTemplate.largestCount ~= value) {
            throw LibraryError.badArgument(
                "\(name) is \(UInt(bitPattern: value)), and must be from 1 to \(NetworkTemplate.largestCount)"
            )
        }
        let own = try unsafe OptionText(options, refusing: [:]).parse(NewNetworkOptions.self)
        var all = try TrainingOptions.parsed()
        all.network = own.network
        let configuration = try all.configuration()
        let description = try configuration.network.described(
            input: NetworkTemplate.Input(channels: channels, height: height, width: width),
            classes: classes
        )
        let made = try LibraryNetwork(
            description,
            width: configuration.width,
            seed: own.run.seed ?? 0,
            on: device,
            warnings
        )
        unsafe target.pointee = LibraryNetwork.all.insert(made)
    }
}

/// See lsn.h.
@c @implementation
public func lsn_network_describe(
    _ network: lsn_network,
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int,
    _ length: UnsafeMutablePointer<Int>?
) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        try unsafe give(json(NetworkText(library)), to: buffer, capacity, length)
    }
}

/// See lsn.h.
@c @implementation
public func lsn_network_save(_ network: lsn_network, _ path: UnsafePointer<CChar>?) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        let path = try unsafe text(path, "path")
        try library.use { _ in try library.save(to: path) }
    }
}

/// See lsn.h.
@c @implementation
public func lsn_network_free(_ network: lsn_network) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        try library.use { state in
            try LibraryNetwork.all.remove(network)
            state = LibraryNetwork.State()
        }
    }
}

/// See lsn.h.
@c @implementation
public func lsn_network_logits(
    _ network: lsn_network,
    _ x: UnsafePointer<Float>?,
    _ shape: UnsafePointer<Int>?,
    _ rank: Int,
    _ logits: UnsafeMutablePointer<Float>?,
    _ count: Int
) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        let description = library.network.description
        let argument = unsafe SamplesArgument(x: x, shape: shape, rank: rank, prefix: "")
        let target = try unsafe result(logits, "logits")
        let samples = try argument.checkedShape(description).count
        try requireRoom(count, for: [description.timeSteps, samples, description.classes], "logits")
        try library.use { state in
            let given = try argument.samples(for: description)
            unsafe give(try library.inference(&state).logits(given), to: target)
        }
    }
}

/// See lsn.h.
@c @implementation
public func lsn_network_rates(
    _ network: lsn_network,
    _ x: UnsafePointer<Float>?,
    _ shape: UnsafePointer<Int>?,
    _ rank: Int,
    _ rates: UnsafeMutablePointer<Double>?,
    _ count: Int
) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        let argument = unsafe SamplesArgument(x: x, shape: shape, rank: rank, prefix: "")
        let target = try unsafe result(rates, "rates")
        try requireRoom(count, for: [FiringRates.layers(of: library.network).count], "rates")
        try library.use { state in
            let given = try argument.samples(for: library.network.description)
            unsafe give(try library.inference(&state).rates(given), to: target)
        }
    }
}

/// See lsn.h.
@c @implementation
public func lsn_network_potentials(
    _ network: lsn_network,
    _ x: UnsafePointer<Float>?,
    _ shape: UnsafePointer<Int>?,
    _ rank: Int,
    _ layer: UnsafePointer<CChar>?,
    _ potentials: UnsafeMutablePointer<Float>?,
    _ count: Int
) -> lsn_status {
    call { _ in
        let library = try LibraryNetwork.all.value(network)
        let description = library.network.description
        let argument = unsafe SamplesArgument(x: x, shape: shape, rank: rank, prefix: "")
        let target = try unsafe result(potentials, "potentials")
        let layer = try neuronLayer(try unsafe text(layer, "layer"), of: description)
        let samples = try argument.checkedShape(description).count
        try requireRoom(count, for: [description.timeSteps, samples, layer.count], "potentials")
        try library.use { state in
            let given = try argument.samples(for: description)
            unsafe give(try library.inference(&state).potentials(of: layer, given), to: target)
        }
    }
}

/// The layer of this name, which has potentials.
private func neuronLayer(_ name: String, of description: NetworkDescription) throws(LibraryError) -> NeuronLayerShape {
    guard !description.neuron.isReLU else {
        throw .badArgument("the network has ReLUs, which have no membrane potentials")
    }
    let layers = description.neuronLayers
    if let found = layers.first(where: { $0.name == name }) { return found }
    let names = layers.map(\.name)
    let hint = NearestName.find(name, among: names).map { "; did you mean '\($0)'?" } ?? ""
    throw .badArgument(
        "there is no layer of neurons called '\(name)'\(hint). There are \(names.joined(separator: ", "))"
    )
}
