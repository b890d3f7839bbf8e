import LSNReferenceBackend
import LSNTensors
import Testing

/// X, E, I, X', ∂X'/∂X, ∂X'/∂E, ∂X'/∂I: the paper's truth table, its derivatives from eq. 8.
private let truthTable: [[Float]] = [
    [0, 0, 0, 0, 1, 1, 0],
    [0, 0, 1, 0, 0, 0, 0],
    [0, 1, 0, 1, 0, 1, -1],
    [0, 1, 1, 0, 1, 0, -1],
    [1, 0, 0, 1, 1, 0, -1],
    [1, 0, 1, 0, 0, 1, -1],
    [1, 1, 0, 1, 0, 0, 0],
    [1, 1, 1, 1, 1, 1, 0],
]

@Test func theGateFollowsItsTruthTable() throws {
    // The eight rows stand in 40 channels, so that they cross a word.
    let shape = ImageShape(images: 1, height: 1, width: 1, channels: 40)
    let rows = (0..<40).map { truthTable[$0 % 8] }
    func column(_ index: Int) -> [Float] { rows.map { $0[index] } }
    func spikes(_ index: Int) throws -> Spikes { try reference.spikeTensor(column(index), shape: shape) }

    let output = try reference.logicGate(input: spikes(0), excitatory: spikes(1), inhibitory: spikes(2))
    #expect(try reference.values(output) == column(3))
    #expect(try sparesAreZero(output))

    let g = (0..<40).map { Float($0) - 19.5 }
    let gradients = try reference.logicGateBackward(
        try reference.realTensor(g, shape: shape),
        input: spikes(0),
        excitatory: spikes(1),
        inhibitory: spikes(2)
    )
    #expect(try reference.values(gradients.input) == zip(g, column(4)).map { $0 * $1 })
    #expect(try reference.values(gradients.excitatory) == zip(g, column(5)).map { $0 * $1 })
    #expect(try reference.values(gradients.inhibitory) == zip(g, column(6)).map { $0 * $1 })
}

@Test func theTruthTableIsThatOfTheDifferentiatedForm() {
    for row in truthTable {
        let (x, e, i) = (row[0], row[1], row[2])
        func gate(_ x: Float, _ e: Float, _ i: Float) -> Float { (1 - (e + i - 2 * e * i)) * x + e - e * i }
        #expect(gate(x, e, i) == row[3])
        // Linear in each of the three.
        #expect(gate(1, e, i) - gate(0, e, i) == row[4])
        #expect(gate(x, 1, i) - gate(x, 0, i) == row[5])
        #expect(gate(x, e, 1) - gate(x, e, 0) == row[6])
    }
}

@Test(arguments: SpikeGate.allCases)
func spikeGatesFollowTheirFormulas(gate: SpikeGate) throws {
    let shape = ImageShape(images: 1, height: 1, width: 1, channels: 36)
    let x = (0..<36).map { Float($0 % 2) }
    let o = (0..<36).map { Float($0 / 2 % 2) }
    let g = (0..<36).map { Float($0) - 17.5 }
    let input = try reference.spikeTensor(x, shape: shape)
    let branch = try reference.spikeTensor(o, shape: shape)
    let output = try reference.spikeGate(gate, input: input, branch: branch)
    let gradients = try reference.spikeGateBackward(
        gate,
        gradient: try reference.realTensor(g, shape: shape),
        input: input,
        branch: branch
    )
    func f(_ x: Float, _ o: Float) -> Float { gate == .and ? x * o : x * (1 - o) }
    #expect(try reference.values(output) == zip(x, o).map(f))
    #expect(try sparesAreZero(output))
    // Linear in each of the two.
    #expect(try reference.values(gradients.input) == zip(o, g).map { (f(1, $0) - f(0, $0)) * $1 })
    #expect(try reference.values(gradients.branch) == zip(x, g).map { (f($0, 1) - f($0, 0)) * $1 })
    #expect(try sparesAreZero(gradients.input) && sparesAreZero(gradients.branch))
}
