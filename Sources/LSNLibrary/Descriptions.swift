import Foundation
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNTensors
import LSNTraining

/// A network, as `lsn_network_describe` gives it.
struct NetworkText: Encodable {
    struct Layer: Encodable {
        let name: String
        let channels: Int
        let height: Int
        let width: Int
    }

    let model: String
    let timeSteps: Int
    let channels: Int
    let height: Int
    let width: Int
    let classes: Int
    let classNames: [String]
    let parameters: Int
    let rates: [String]
    let layers: [Layer]
    let dataset: String?

    init(_ library: LibraryNetwork) {
        let description = library.network.description
        model = description.name
        timeSteps = description.timeSteps
        (channels, height, width) = (description.inChannels, description.imageHeight, description.imageWidth)
        classes = description.classes
        classNames = library.metadata.classNames
        parameters = NetworkSize(description).parameters
        rates = FiringRates.layers(of: library.network)
        layers = description.neuronLayers.map {
            Layer(name: $0.name, channels: $0.channels, height: $0.height, width: $0.width)
        }
        dataset = library.dataset?.rawValue
    }
}

/// A device, as `lsn_device_describe` gives it.
struct DeviceText: Encodable {
    let device: String
    let name: String
    let driver: String

    init(_ machine: MachineRecord) {
        (device, name, driver) = (machine.device, machine.name, machine.driver)
    }
}

/// JSON on one line, keys in `snake_case`.
func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder.sorted(isIndented: false)
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
