import Foundation
import LSNTensors
import Testing

/// Every so many of all floats.
private let floats = stride(from: UInt32(0), through: .max - 4099, by: 4099).map(Float.init(bitPattern:))

/// How many units in the last place of `truth`, as a float, lie between the two.
private func error(_ value: Float, _ truth: Double) -> Double {
    abs(Double(value) - truth) / Double(Float(truth).ulp)
}

/// The same of doubles.
private func error(_ value: Double, _ truth: Double) -> Double { abs(value - truth) / truth.ulp }

struct PortableMathTests {
    @Test func expIsWithinAUnitInTheLastPlace() {
        var worst = 0.0
        var count = 0
        for x in floats where abs(x) < 200 {
            let truth = Foundation.exp(Double(x))
            switch truth {
            case ..<Double(Float.leastNormalMagnitude): #expect(PortableMath.exp(x) == 0)
            case Double(Float.greatestFiniteMagnitude)...: #expect(PortableMath.exp(x) == .infinity)
            default:
                worst = max(worst, error(PortableMath.exp(x), truth))
                count += 1
            }
        }
        #expect(worst < 1 && worst > 0.5 && count > 100_000)
    }

    @Test(
        arguments: [
            (0, 1), (-0.0, 1), (.infinity, .infinity), (-.infinity, 0), (.greatestFiniteMagnitude, .infinity),
            (-.greatestFiniteMagnitude, 0), (.leastNonzeroMagnitude, 1), (0x1.62e43p+6, .infinity),
            (0x1.62e42ep+6, 0x1.ffff08p+127), (-0x1.5d589ep+6, 0x1.00004cp-126), (-0x1.5d58ap+6, 0),
        ] as [(Float, Float)]
    )
    func endsOfExp(x: Float, power: Float) {
        #expect(PortableMath.exp(x).bitPattern == power.bitPattern)
    }

    @Test func logIsWithinAUnitInTheLastPlace() {
        var worst = 0.0
        var count = 0
        for x in floats where x > 0 && x < .infinity {
            worst = max(worst, error(PortableMath.log(x), Foundation.log(Double(x))))
            count += 1
        }
        #expect(worst < 1 && worst > 0.5 && count > 100_000)
        #expect(PortableMath.log(Float(1)).bitPattern == 0)
        #expect(abs(PortableMath.log(Float.leastNonzeroMagnitude) + 103.27893) < 1e-5)
    }

    @Test func whatHasNoLogarithm() {
        #expect(PortableMath.log(Float(0)) == -.infinity && PortableMath.log(Float(-0.0)) == -.infinity)
        #expect(PortableMath.log(Float.infinity) == .infinity)
        for x in [-1, -.infinity, .nan, -.leastNonzeroMagnitude] as [Float] { #expect(PortableMath.log(x).isNaN) }
        #expect(PortableMath.log(0.0) == -.infinity && PortableMath.log(Double.infinity) == .infinity)
        #expect(PortableMath.log(-1.0).isNaN && PortableMath.log(Double.nan).isNaN)
    }

    @Test func notANumberStaysOne() {
        #expect(PortableMath.exp(Float.nan).isNaN && PortableMath.exp(Double.nan).isNaN)
        #expect(PortableMath.sin(.nan).isNaN && PortableMath.cos(.infinity).isNaN && PortableMath.sin(1e6).isNaN)
        #expect(PortableMath.tanh(.nan).isNaN)
    }

    /// What becomes a float after some operations is the same float: weights and learning rates keep their values.
    @Test func doublesAreNearEnoughToGiveTheSameFloats() {
        var random = Philox(seed: 4, purpose: .conformance)
        var worst = [String: Double]()
        func compare(_ name: String, _ value: Double, _ truth: Double) {
            worst[name] = max(worst[name] ?? 0, error(value, truth))
            #expect(Float(value) == Float(truth), "\(name)")
        }
        for _ in 0..<300_000 {
            let share = Double(random.uniform())
            compare("log", PortableMath.log(1 - share), Foundation.log(1 - share))
            let angle = 2 * Double.pi * share
            compare("sin", PortableMath.sin(angle), Foundation.sin(angle))
            compare("cos", PortableMath.cos(angle), Foundation.cos(angle))
            compare("far sin", PortableMath.sin(1e4 * (share - 0.5)), Foundation.sin(1e4 * (share - 0.5)))
            compare("exp", PortableMath.exp(1400 * (share - 0.5)), Foundation.exp(1400 * (share - 0.5)))
            compare("tanh", PortableMath.tanh(8 * (share - 0.5)), Foundation.tanh(8 * (share - 0.5)))
        }
        #expect(worst.count == 6 && worst.values.allSatisfy { $0 <= 3 && $0 > 0 }, "\(worst)")
        for quarter in 0...8 {
            let angle = Double.pi / 2 * Double(quarter)
            compare("sin", PortableMath.sin(angle), Foundation.sin(angle))
            compare("cos", PortableMath.cos(angle), Foundation.cos(angle))
        }
        #expect(PortableMath.exp(710.0) == .infinity && PortableMath.exp(-746.0) == 0)
        #expect(PortableMath.exp(-745.0) == .leastNonzeroMagnitude)
        #expect(PortableMath.tanh(1000) == 1 && PortableMath.tanh(-1000) == -1 && PortableMath.tanh(0) == 0)
    }

    @Test(arguments: [0.9, 0.999, 0.95, 0.5, 1, 0] as [Float])
    func powersOfMomentsAreRoundedOnce(base: Float) {
        for n in [0, 1, 2, 3, 10, 1000, 12_345, 1_000_000, .max] {
            let (value, truth) = (PortableMath.pow(Double(base), n), Foundation.pow(Double(base), Double(n)))
            #expect(abs(value - truth) <= truth.ulp, "\(base)^\(n)")
            #expect(Float((1 - value).squareRoot()) == Float((1 - truth).squareRoot()))
        }
    }

    /// The leaks that layers start from.
    @Test(arguments: [0.5, 0.25, 0.9, 0.1, 0.75, 0.99, 0.001] as [Float])
    func leaksHaveWeights(leak: Float) {
        let weight = LearnedLeak.weight(of: leak)
        #expect(abs(LearnedLeak.leak(of: weight) - leak) <= 2 * leak.ulp)
    }
}
