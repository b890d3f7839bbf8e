import Foundation
import LSNFileFormats
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNConformance

private let reference = Backend(ReferenceBackend())

/// The gate's truth table as a golden case, changed by `change`.
private func gate(
    operation: String = "logic_gate",
    tolerance: [String: Double] = ["output.y": 0, "gradient": 1e-6],
    change: (inout CaseData, inout [NamedTensor]) -> Void = { _, _ in }
) throws -> CheckReport.Entry {
    let original = try #require(try ConformanceCatalogue.knownValues(filter: "gate-0").first)
    var data = try original.data()
    var expected = try #require(original.expected)
    change(&data, &expected)
    let item = ConformanceCase(
        name: "changed",
        operation: operation,
        tolerance: Tolerance(tolerance, reason: "as the original"),
        data: data,
        expected: expected
    )
    let report = ConformanceCheck.golden([item], on: reference, source: "a test")
    #expect(report.passed == report.entries.allSatisfy(\.passed))
    return try #require(report.entries.first)
}

private func index(_ name: String, _ tensors: [NamedTensor]) -> Int {
    tensors.firstIndex { $0.name == name } ?? 0
}

@Test func theUnchangedCasePasses() throws {
    let entry = try gate()
    #expect(entry.passed && entry.failure == nil && entry.worst != nil)
}

@Test func whatACaseAsksForAndTheProgramDoesNotKnowFails() throws {
    let operation = try gate(operation: "quantum_gate")
    #expect(!operation.passed)
    #expect(operation.failure == "unknown operation \"quantum_gate\"")

    let attribute = try gate { data, _ in data.attributes["phase"] = .number(1) }
    #expect(!attribute.passed)
    #expect(attribute.failure?.contains("unknown attribute phase") == true)

    let tensor = try gate { data, _ in
        data.tensors.append(NamedTensor(name: "input.z", shape: [1], values: [1]))
    }
    #expect(!tensor.passed)
    #expect(tensor.failure?.contains("input.z") == true)
}

@Test func wrongMissingAndUselessValuesFail() throws {
    let wrong = try gate { _, expected in expected[index("output.y", expected)].values[0] = 1 }
    #expect(!wrong.passed && wrong.worst?.tensor == "output.y" && wrong.worst?.error == 1)

    let slight = try gate { _, expected in expected[index("gradient.x", expected)].values[0] += 1e-4 }
    #expect(!slight.passed && slight.worst?.tensor == "gradient.x")

    let missing = try gate { _, expected in
        expected.append(NamedTensor(name: "gradient.w", shape: [1], values: [1]))
    }
    #expect(missing.failure?.contains("gradient.w was not computed") == true)

    let shape = try gate { _, expected in expected[index("output.y", expected)].shape = [8] }
    #expect(shape.failure?.contains("shape") == true)

    let zero = try gate { _, expected in expected[index("output.y", expected)].values = [Float](repeating: 0, count: 8)
    }
    #expect(zero.failure?.contains("all zero") == true)

    let notFinite = try gate { _, expected in expected[index("gradient.x", expected)].values[3] = .nan }
    #expect(notFinite.failure?.contains("not finite") == true)

    let limitless = try gate(tolerance: ["output.y": 0])
    #expect(limitless.failure?.contains("no tolerance") == true)

    let nothing = try gate { _, expected in expected = [] }
    #expect(!nothing.passed)
}

@Test func inputsThatDoNotFitFail() throws {
    let missing = try gate { data, _ in data.tensors.removeAll { $0.name == "input.inhibitory" } }
    #expect(missing.failure?.contains("input.inhibitory") == true)
    let grey = try gate { data, _ in data.tensors[index("input.x", data.tensors)].values[0] = 0.5 }
    #expect(grey.failure?.contains("neither 0 nor 1") == true)
    let short = try gate { data, _ in data.tensors[index("input.x", data.tensors)].values.removeLast() }
    #expect(!short.passed)
    let flat = try gate { data, _ in
        for place in data.tensors.indices { data.tensors[place].shape = [8] }
    }
    #expect(!flat.passed)
}

@Test(arguments: [
    ("convolution", "stride", AttributeValue.number(0)), ("convolution", "input", .text("complex")),
    ("convolution", "padding", .text("same")), ("batch_norm", "epsilon", .number(1e-3)),
    ("lif", "surrogate", .text("gaussian")), ("lif", "reset", .text("none")), ("lif", "time_steps", .number(1.5)),
    ("lif", "detach_reset", .number(1)), ("loss", "loss", .text("hinge")), ("optimizer", "optimizer", .text("lion")),
    ("block", "family", .text("residual")), ("network", "stem", .text("patches")),
    ("network", "stages", .list([.number(0)])), ("optimizer", "betas", .list([.number(0.9)])),
    ("schedule", "schedule", .text("linear")),
])
func attributesWithValuesThatTheProgramDoesNotKnowFail(operation: String, name: String, value: AttributeValue) throws {
    let original = try #require(try ConformanceCatalogue.knownValues().first { $0.operation == operation })
    var data = try original.data()
    data.attributes[name] = value
    let item = ConformanceCase(
        name: original.name,
        operation: operation,
        tolerance: original.tolerance,
        data: data,
        expected: original.expected ?? []
    )
    let entry = try #require(ConformanceCheck.golden([item], on: reference, source: "a test").entries.first)
    #expect(!entry.passed)
    #expect(entry.failure?.contains(name) == true, "\(entry.failure ?? "")")
}

@Test func anEmptyFolderAndAFilterThatMatchesNothingAreErrors() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("golden-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: ConformanceError.self) { try GoldenFolder.load(folder.path) }
    #expect(throws: ConformanceError.self) { try GoldenFolder.load(folder.path + "/absent") }

    try Data("no header".utf8).write(to: folder.appendingPathComponent("broken.safetensors"))
    #expect(throws: FileFormatError.self) { try GoldenFolder.load(folder.path) }

    var file = Safetensors()
    file.append("output.y", Safetensors.Tensor(floats: [1], shape: [1]))
    try file.write(to: folder.appendingPathComponent("broken.safetensors").path)
    let error = #expect(throws: FileFormatError.self) { try GoldenFolder.load(folder.path) }
    #expect("\(error, default: "")".contains("operation"))

    #expect(throws: ConformanceError.self) { try GoldenFolder.load(goldenFolder, filter: "nothing like this") }
    #expect(throws: ConformanceError.self) { try ConformanceCatalogue.cases(filter: "nothing like this") }
    #expect(throws: ConformanceError.self) { try ConformanceCheck.reference(reference, filter: "nothing like this") }
    #expect(!CheckReport(device: "d", against: "r", entries: []).passed)
}

@Test func filtersSelectByNameAndOperation() throws {
    #expect(try GoldenFolder.load(goldenFolder, filter: "gate-0").map(\.name) == ["gate-0"])
    #expect(try GoldenFolder.load(goldenFolder, filter: "schedule").count == 2)
    #expect(try GoldenFolder.load(goldenFolder + "/gate-1.safetensors").map(\.name) == ["gate-1"])
    #expect(try ConformanceCatalogue.cases(filter: "logic_gate/large").count == 3)
}

@Test func paddingThatIsNotZeroIsReported() throws {
    let shape = ImageShape(images: 1, height: 1, width: 1, channels: 3)
    var results = CaseResults(reference)
    try results.add("output.clean", try reference.realTensor([1, 2, 3], shape: shape))
    #expect(results.outcome.problems.isEmpty)
    let dirty = RealTensor(shape: shape, storage: try reference.upload([1, 2, 3, 0, 0, 0.5, 0, 0]))
    try results.add("output.dirty", dirty)
    let spikes = SpikeTensor(shape: shape, storage: try reference.upload([0b1001] as [UInt32]))
    try results.add("output.spikes", spikes)
    let vector = ChannelVector(
        channels: 1,
        storage: try reference.upload([1, .nan, 0, 0, 0, 0, 0, 0])
    )
    try results.add("output.vector", vector)
    #expect(results.outcome.problems.count == 3)
    #expect(results.outcome.tensors.map(\.values) == [[1, 2, 3], [1, 2, 3], [1, 0, 0], [1]])
}

@Test func aCaseWhosePotentialsComeTooNearIsNoGood() throws {
    let item = ConformanceCase(name: "lif/small/near", operation: "lif", requiredMargin: 1e-3) { numbers in
        var attributes = Neuron().attributes
        attributes["time_steps"] = .number(1)
        return CaseData(
            attributes: attributes,
            tensors: [numbers.tensor("input.x", [1, 1, 1, 1, 1], in: 0.9995...1.0005)]
        )
    }
    let report = ConformanceCheck.catalogue([item], backend: reference, against: reference)
    #expect(!report.passed)
    #expect(report.entries.first?.failure?.contains("away from the threshold") == true)
}

@Test func finiteDifferencesFindAWrongGradient() throws {
    // ∂L/∂x with the filter's taps taken from another case of the same shapes: smooth, plausible, wrong.
    let item = try #require(
        ConformanceCatalogue.smoothCases.first { $0.operation == "convolution" && $0.name.contains("3to5") }
    )
    let wrong = ConformanceCase(name: item.name, operation: "convolution", isSmooth: true) { _ in
        var data = try item.data()
        // The accumulator is added to the gradient, but not to the output.
        let x = data.tensors[index("input.x", data.tensors)]
        data.tensors.append(NamedTensor(name: "input.accumulator", shape: x.shape, values: x.values.map { $0 * 0.1 }))
        return data
    }
    #expect(ConformanceCheck.finiteDifferences([item], on: reference).passed)
    #expect(!ConformanceCheck.finiteDifferences([wrong], on: reference).passed)
}

@Test func reportsSurviveJSON() throws {
    let report = try ConformanceCheck.reference(reference, filter: "lif-0")
    let decoded = try JSONDecoder().decode(CheckReport.self, from: JSONEncoder().encode(report))
    #expect(decoded == report)
    #expect(decoded.passed)
}
