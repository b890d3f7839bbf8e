import Foundation
import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

@testable import LSNInterchange

/// Networks that PyTorch, torchvision and SpikingJelly made: ResNets/make.py.
@Suite struct ResNetImportTests {
    struct Case: CustomTestStringConvertible {
        var file: String
        var family: BlockFamily
        var neuron: NeuronOptions = NeuronOptions(model: .integrateAndFire)
        var isBottleneck = false
        var timeSteps = 3
        var decaysInput = false
        var keys = ResNetKeys.auto

        var testDescription: String { file }

        var request: ResNetImport.Request {
            let blocks = isBottleneck ? [1, 1, 2, 1] : [1, 2, 1, 1]
            let stages = blocks.enumerated().map { index, count in
                NetworkTemplate.Stage(blocks: count, width: 64, stride: index == 0 ? 1 : 2, isBottleneck: isBottleneck)
            }
            var overrides = NetworkOverrides(timeSteps: timeSteps)
            overrides.neuron = neuron
            return ResNetImport.Request(
                template: NetworkTemplate(name: "small", family: family, stages: stages),
                overrides: overrides,
                keys: keys,
                decaysInput: decaysInput,
                imageSize: (20, 18)
            )
        }
    }

    static let cases = [
        Case(file: "spikingjelly-sew-add", family: .sewAdd, keys: .spikingjelly),
        Case(file: "authors-sew-add", family: .sewAdd, keys: .sew),
        Case(file: "spikingjelly-sew-iand", family: .sew(.iand)),
        Case(file: "spikingjelly-sew-bottleneck-iand-branch", family: .sew(.iandBranch), isBottleneck: true),
        Case(file: "spikingjelly-spiking", family: .spikingResNet),
        Case(
            file: "spikingjelly-spiking-decay-input",
            family: .spikingResNet,
            neuron: NeuronOptions(model: .leaky, leak: 0.75),
            decaysInput: true
        ),
        Case(
            file: "torchvision-relu",
            family: .residual(.original),
            neuron: NeuronOptions(model: .relu),
            isBottleneck: true,
            timeSteps: 1,
            keys: .torchvision
        ),
    ]

    private static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ResNets/\(name)").path
    }

    private static func array(_ name: String) throws -> (shape: [Int], values: [Float]) {
        let array = try NPY.parse(FileSystem.read(path(name)), path: path(name))
        return (array.shape, array.values)
    }

    private func network(_ item: Case, path: String) throws -> Network {
        let found = try ResNetImport(SafetensorsFile(path), item.request)
        let network = try Network(found.description, backend: Backend(ReferenceBackend()))
        try found.restore(to: network)
        return network
    }

    @Test(arguments: cases) func logitsAreTheOtherPrograms(item: Case) throws {
        let network = try network(item, path: Self.path("\(item.file).safetensors"))
        let pictures = try Self.array("input.npy")
        let input = try network.backend.realTensor(
            pictures.values,
            shape: ImageShape(images: 3, height: 20, width: 18, channels: 3)
        )
        let pass = try network.forward(input, isStatic: true, training: false)
        let expected = try Self.array("\(item.file).npy")
        #expect(expected.shape == [item.timeSteps, 3, 5])
        let logits = try network.backend.values(pass.logits)
        let largest = try #require(expected.values.map(abs).max())
        for (value, wanted) in zip(logits, expected.values) { #expect(abs(value - wanted) <= 1e-4 * largest) }
        #expect(logits.count == expected.values.count)
    }

    /// What the options leave to be told decides the logits: with another family, neuron or order they are not the other program's.
    @Test func whatIsToldCounts() throws {
        let expected = try Self.array("spikingjelly-sew-iand.npy").values
        let pictures = try Self.array("input.npy")
        for family in [BlockFamily.sew(.iandBranch), .sew(.and), .spikingResNet] {
            let network = try network(
                Case(file: "", family: family),
                path: Self.path("spikingjelly-sew-iand.safetensors")
            )
            let shape = ImageShape(images: 3, height: 20, width: 18, channels: 3)
            let input = try network.backend.realTensor(pictures.values, shape: shape)
            let logits = try network.backend.values(
                network.forward(input, isStatic: true, training: false).logits
            )
            #expect(zip(logits, expected).contains { abs($0 - $1) > 0.01 }, "\(family)")
        }
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let item = Self.cases[0]
        let place = try TemporaryFolder()
        let file = try SafetensorsFile(Self.path("\(item.file).safetensors"))
        /// The error of the file with other tensors.
        func problem(
            _ request: ResNetImport.Request = item.request,
            _ change: (inout [(name: String, shape: [Int], values: [Float])]) -> Void
        ) throws -> String {
            var tensors = try file.entries.map { entry in
                var values: [Float] = []
                try file.forEachPiece(of: entry) { values += $0.values }
                return (name: entry.name, shape: entry.shape, values: values)
            }
            change(&tensors)
            let path = place.file("changed.safetensors")
            let entries = tensors.map { Safetensors.Entry(name: $0.name, type: .float32, shape: $0.shape) }
            try Safetensors.write(to: path, metadata: [:], entries: entries) { index, file in
                try file.write(Safetensors.bytes(of: tensors[index].values.map(\.bitPattern)))
            }
            let error = #expect(throws: InterchangeError.self) {
                let found = try ResNetImport(SafetensorsFile(path), request)
                try found.restore(to: Network(found.description, backend: Backend(ReferenceBackend())))
            }
            return error?.description ?? ""
        }
        #expect(
            try problem { $0.removeAll { $0.name == "layer2.1.bn2.bias" } }.contains("layer2.1.bn2.bias is missing")
        )
        #expect(try problem { $0.removeAll { $0.name == "conv1.weight" } }.contains("has no tensor conv1.weight"))
        #expect(try problem { $0.removeAll { $0.name == "fc.weight" } }.contains("has no tensor fc.weight"))
        let extra = try problem { $0.append((name: "layer1.0.conv1.bias", shape: [4], values: [0, 0, 0, 0])) }
        #expect(extra.contains("layer1.0.conv1.bias has no place in small"))
        let shape = try problem { tensors in
            guard let index = tensors.firstIndex(where: { $0.name == "layer1.0.conv2.weight" }) else { return }
            tensors[index].shape = [16, 9]
        }
        #expect(shape.contains("layer1.0.conv2.weight has the shape [16, 9], and [4, 4, 3, 3] is wanted"))
        let value = try problem { tensors in
            guard let index = tensors.firstIndex(where: { $0.name == "bn1.running_var" }) else { return }
            tensors[index].values[2] = -1
        }
        #expect(value.contains("value 2 of bn1.running_var") && value.contains("no variance is negative"))
        // The network of such a width would take terabytes.
        let wide = try problem { tensors in
            guard let index = tensors.firstIndex(where: { $0.name == "layer4.0.conv1.weight" }) else { return }
            tensors[index] = (tensors[index].name, [900_000, 1, 1, 1], [Float](repeating: 0, count: 900_000))
        }
        #expect(wide.contains("parameters: it is damaged, or holds a part of a network"))
        #expect(try problem { $0 = [(name: "weight", shape: [1], values: [1])] }.contains("but weight"))
        var deeper = item.request
        deeper.template.stages[0].blocks = 2
        #expect(try problem(deeper) { _ in }.contains("has 1,2,1,1 basic blocks, and small 2,2,1,1 basic"))
        var integrate = item.request
        integrate.decaysInput = true
        #expect(try problem(integrate) { _ in }.contains("--decay-input"))
    }
}
