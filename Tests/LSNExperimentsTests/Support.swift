import Foundation
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTraining

let backend = Backend(ReferenceBackend())

let machine = MachineRecord(device: "reference", name: "reference", driver: "none")

/// 20 pictures to train on and 10 to test with, 8×8, bright where their class says.
func tinyData() -> ImageDataset {
    func split(_ count: Int, index: Int) -> ImageSplit {
        var random = Philox(seed: 1, purpose: .conformance, index: index)
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        for _ in 0..<count {
            let label = random.integer(below: 10)
            labels.append(UInt8(label))
            for pixel in 0..<64 {
                pixels.append(UInt8(random.integer(below: pixel / 6 == label ? 256 : 64)))
            }
        }
        return ImageSplit(pixels: pixels, labels: labels, bytesPerImage: 64)
    }
    return ImageDataset(
        name: .digits,
        height: 8,
        width: 8,
        train: split(20, index: 0),
        test: split(10, index: 1),
        source: "tests"
    )
}

/// Two epochs of three steps.
func tinyOptions() -> OptionList {
    var options = OptionList()
    options["dataset"] = "digits"
    options["timesteps"] = "2"
    options["epochs"] = "2"
    options["batch-size"] = "8"
    options["shift"] = "1"
    return options
}
