import Foundation
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTraining
import Testing

@testable import LSNExperiments

@Suite struct TableTests {
    /// X, E, I; X', the three partial derivatives, the total one: worked out by hand from eqs. 8 to 13.
    @Test func theGatesTableIsTheOneWorkedOutByHand() throws {
        let table = try GateTable(on: backend)
        let found = table.rows.map { row in
            "\(row.input)\(row.excitatory)\(row.inhibitory) \(row.output) \(row.transmission) "
                + "\(row.inputDerivative) \(row.excitatoryDerivative) \(row.inhibitoryDerivative) \(row.total)"
        }
        #expect(
            found == [
                "000 0 0 1 1 0 1 + E'", "001 0 1 0 0 0 0", "010 1 1 0 1 -1 E' - I'", "011 0 0 1 0 -1 1 - I'",
                "100 1 0 1 0 -1 1 - I'", "101 0 1 0 1 -1 E' - I'", "110 1 1 0 0 0 0", "111 1 0 1 1 0 1 + E'",
            ]
        )
        let misprinted = table.rows.filter {
            $0.misprintedExcitatoryDerivative != nil || $0.misprintedInhibitoryDerivative != nil
        }
        #expect(misprinted.map { $0.input * 4 + $0.excitatory * 2 + $0.inhibitory } == [2, 3, 4, 5])
        #expect(table.rows[4].misprintedExcitatoryDerivative == 1)
        #expect(table.rows[5].misprintedExcitatoryDerivative == 0)
        #expect(table.rows[3].misprintedInhibitoryDerivative == 1)
        let report = String(decoding: table.report(command: "the command"), as: UTF8.self)
        #expect(report.contains("\n```\nthe command\n```\n"))
        #expect(report.contains("| 1 | 0 | 0 | 1 | 0 | 1 | 0 (printed: 1) | −1 (printed: 1) | 1 − I' |"))
    }

    @Test func surrogatesAreTheirFormulas() throws {
        let curves = try SurrogateCurves(on: backend, count: 401)
        func curve(_ name: String) throws -> SurrogateCurves.Curve {
            try #require(curves.curves.first { $0.name == name })
        }
        let middle = 200
        #expect(curves.places[middle] == 0)
        #expect(try curve("relu").values[middle - 1] == 0)
        #expect(try curve("relu").values[middle + 1] == 1)
        #expect(try curve("triangular 1.0").values[middle] == 1)
        #expect(try abs(curve("triangular 0.7").values[middle + 50] - 0.35) < 1e-5)
        #expect(try abs(curve("sigmoid 1.0").peak - 0.25) < 1e-6)
        #expect(try abs(curve("arctan 2.0").values[middle] - 1) < 1e-6)
        for name in ["triangular 1.0", "rectangle 1.0", "dspike 3.0"] {
            #expect(try abs(curve(name).area - 1) < 0.02)
        }
        let csv = String(decoding: curves.csv, as: UTF8.self).split(separator: "\n")
        #expect(csv.count == 402)
        #expect(csv[0].hasPrefix("distance,relu,triangular 1.0"))
        let report = String(decoding: curves.report(command: "the command"), as: UTF8.self)
        #expect(report.contains("\n```\nthe command\n```\n"))
    }

    @Test func growthIsReckonedBetweenTheEnds() throws {
        let growth = try #require(GradientGrowth([8, 3, nil, 1]))
        #expect(growth.ratio == 8)
        #expect(try abs(#require(growth.perBlock) - 2) < 1e-12)
        let vanished = try #require(GradientGrowth([0, 1]))
        #expect(vanished.ratio == 0 && vanished.perBlock == 0)
        #expect(try #require(GradientGrowth([1, 0])).ratio == nil)
        #expect(try #require(GradientGrowth([1])).perBlock == nil)
        #expect(GradientGrowth([nil, 1]) == nil)
        #expect(GradientGrowth([1, .infinity]) == nil)
        #expect(GradientGrowth([]) == nil)
    }

    private let shape = ImageShape(images: 1, height: 1, width: 2, channels: 4)

    /// The gate's spikes with one of them wrong.
    @Test func theGateIsComparedWithItsRealValuedForm() throws {
        func spikes(_ values: [Float]) throws -> SpikeTensor {
            try backend.spikeTensor(values, shape: shape)
        }
        let check = GateCheck(backend: backend)
        for output: [Float] in [[0, 0, 1, 0, 1, 0, 1, 1], [0, 0, 1, 0, 1, 0, 1, 0]] {
            try check.didRun(
                BlockObservation(
                    name: "stages.0.0",
                    input: .spikes(spikes([0, 0, 0, 0, 1, 1, 1, 1])),
                    excitatory: spikes([0, 0, 1, 1, 0, 0, 1, 1]),
                    inhibitory: spikes([0, 1, 0, 1, 0, 1, 0, 1]),
                    output: .spikes(spikes(output))
                )
            )
        }
        let found = try #require(check.checks["stages.0.0"])
        #expect(found.values == 16 && found.notBinary == 0 && found.mismatches == 1)
    }

    @Test func realOutputsAreCountedValueByValue() throws {
        let check = GateCheck(backend: backend)
        let values = try backend.realTensor([0, 1, 2, 1, 0.5, -1, 0, 3], shape: shape)
        try check.didRun(BlockObservation(name: "stages.0.0", input: .real(values), output: .real(values)))
        let found = try #require(check.checks["stages.0.0"])
        #expect(found.values == 8 && found.notBinary == 4 && found.notIntegers == 1 && found.mismatches == 0)
    }

    @Test(
        arguments: [
            ("1:0", NormStart(scale: 1, bias: 0)), ("0.1:0.2", NormStart(scale: 0.1, bias: 0.2)), ("1", nil),
            ("a:0", nil),
            ("1:0:0", nil), ("nan:0", nil), (":", nil),
        ] as [(String, NormStart?)]
    )
    func startsAreReadFromText(text: String, start: NormStart?) {
        #expect(NormStart(text) == start)
    }
}
