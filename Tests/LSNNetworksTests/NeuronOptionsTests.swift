import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@Suite("Neurons, functions and orders by option")
struct NeuronOptionsTests {
    private func apply(_ options: NeuronOptions, to name: String) throws -> Neuron {
        try options.applied(to: try Architecture.named(name).standard.neuron)
    }

    @Test("Every row has its own neuron")
    func rows() throws {
        #expect(try Architecture.named("lsn19").standard.neuron == Neuron())
        #expect(try Architecture.named("spiking-resnet19").standard.neuron == Neuron(leak: 1))
        #expect(try Architecture.named("sew-resnet18").standard.neuron == Neuron(leak: 1))
        #expect(try Architecture.named("residual34").standard.neuron == Neuron())
        let levels = try Architecture.named("ds-resnet20").standard.neuron
        #expect(levels.thresholds == [0.6, 1.6, 2.6] && levels.leak == 0.25)
        #expect(levels.surrogate == .rectangle(width: 1))
        #expect(try Architecture.named("lsn101").standard.neuron.surrogate == .triangular(height: 0.7))
        #expect(try Architecture.named("spiking-resnet101").standard.neuron.surrogate == .triangular(height: 1))
        let models = try Architecture.all.map { NeuronModel(try $0.standard.neuron) }
        #expect(Set(models) == [.leaky, .integrateAndFire])
        #expect(try Architecture.named("ds-resnet20").standard.hasBinaryBlockOutputs == false)
        #expect(try Architecture.all.filter { try $0.standard.hasBinaryBlockOutputs }.count == 11 + 7 + 4)
    }

    @Test("Options replace what they name and nothing else")
    func options() throws {
        let row = try Architecture.named("spiking-resnet19").standard.neuron
        #expect(try apply(NeuronOptions(), to: "spiking-resnet19") == row)
        #expect(try apply(NeuronOptions(model: .leaky), to: "spiking-resnet19").leak == 0.5)
        #expect(try apply(NeuronOptions(model: .integrateAndFire), to: "lsn19").leak == 1)
        let learned = try apply(NeuronOptions(model: .parametric, leak: 0.25), to: "lsn19")
        #expect(learned.isLeakLearned && learned.leak == 0.25 && NeuronModel(learned) == .parametric)
        #expect(try NeuronOptions(model: .leaky).applied(to: learned) == Neuron())
        // A leaky row keeps its leak where a leaky neuron is asked for.
        #expect(try apply(NeuronOptions(model: .leaky), to: "ds-resnet20").leak == 0.25)
        #expect(try apply(NeuronOptions(threshold: 1), to: "ds-resnet20").thresholds == [1, 2, 3])
        let soft = try apply(NeuronOptions(reset: .soft, detachReset: true), to: "lsn19")
        #expect(soft.reset == .soft && soft.detachReset)
        #expect(throws: NetworkError.self) {
            try apply(NeuronOptions(model: .integrateAndFire, leak: 0.5), to: "lsn19")
        }
    }

    @Test("A surrogate comes with its number", arguments: Surrogate.Kind.allCases)
    func surrogates(kind: Surrogate.Kind) throws {
        let surrogate = try apply(NeuronOptions(surrogate: kind), to: "sew-resnet18").surrogate
        #expect(surrogate.kind == kind && surrogate.parameter == kind.standardParameter)
        let other = try apply(NeuronOptions(surrogate: kind, surrogateParameter: 5), to: "sew-resnet18").surrogate
        #expect(other == Surrogate(kind, parameter: 5) && other.parameter == 5)
        // A deep LSN keeps its height, unless another surrogate is asked for.
        let deep = try apply(NeuronOptions(surrogate: kind), to: "lsn50").surrogate
        #expect(deep.parameter == (kind == .triangular ? 0.7 : kind.standardParameter))
    }

    private func describe(
        _ name: String,
        size: Int = 32,
        stem: Stem? = nil,
        neuron: Neuron? = nil,
        scale: Float? = nil,
        sew: SEWFunction? = nil,
        residual: ResidualOrder? = nil
    ) throws -> NetworkDescription {
        try Architecture.named(name).describe(
            size: size,
            stem: stem,
            neuron: neuron,
            scale: scale,
            sew: sew,
            residual: residual
        )
    }

    @Test("Functions and orders belong to their models")
    func families() throws {
        #expect(try describe("sew-resnet18").families == [.sewAdd])
        for function in SEWFunction.allCases {
            #expect(try describe("sew-resnet18", sew: function).families == [.sew(function)])
        }
        for order in ResidualOrder.allCases {
            #expect(try describe("residual18", residual: order).families == [.residual(order)])
        }
        #expect(throws: NetworkError.self) { try describe("lsn19", sew: .and) }
        #expect(throws: NetworkError.self) { try describe("sew-resnet18", residual: .original) }
        #expect(throws: NetworkError.self) { try describe("spiking-resnet18", sew: .add) }
    }

    @Test("AND starts as an identity, the others as they are")
    func starts() throws {
        let gate = try describe("sew-resnet18", sew: .and)
        #expect(gate.stages.allSatisfy { $0.branchScale == 0 && $0.branchBias == 1 })
        for name in ["sew-resnet18", "spiking-resnet34", "residual50", "ds-resnet20"] {
            let description = try describe(name)
            #expect(description.stages.allSatisfy { $0.branchScale == 1 && $0.branchBias == 0 })
        }
    }

    @Test("What no network can have is refused")
    func refusals() throws {
        #expect(try describe("ds-resnet20", size: 128).stem == .cifar)
        #expect(try describe("sew-resnet18", size: 128).stem == .imagenet)
        #expect(throws: NetworkError.self) { try describe("ds-resnet20", stem: .imagenet) }
        let levels = Neuron(higherThresholds: [2])
        #expect(throws: NetworkError.self) { try describe("lsn19", neuron: levels) }
        #expect(throws: NetworkError.self) { try describe("sew-resnet18", neuron: levels, sew: .iand) }
        #expect(try describe("sew-resnet18", neuron: levels).hasBinaryBlockOutputs == false)
        #expect(throws: NetworkError.self) { try describe("lsn19", neuron: Neuron(higherThresholds: [-1])) }
        #expect(throws: NetworkError.self) { try describe("lsn19", neuron: Neuron(leak: 1, isLeakLearned: true)) }
        #expect(throws: NetworkError.self) { try describe("lsn19", neuron: Neuron(surrogate: .rectangle(width: 0))) }
        #expect(throws: NetworkError.self) { try describe("residual18", scale: 0.5, residual: .bnAfterAdd) }
        #expect(try describe("residual18", scale: 0.5, residual: .reluOnlyPreactivation).stages[0].branchScale == 0.5)
    }
}
