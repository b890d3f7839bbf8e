import LSNTensors

/// An operation of Kernels/probe/arithmetic.cl, and the bits that IEEE 754 asks of it.
struct ArithmeticCase: Hashable, Sendable {
    /// As the kernel numbers them.
    enum Operation: Int, CaseIterable, Sendable {
        case sum, product, productPlus, minusProduct, fused, quotient, root, toFloat, toInteger, isGreater
    }

    let operation: Operation
    /// What is wrong where the result is another.
    let fault: DeviceArithmetic.Fault
    /// Operands, as bits.
    let a, b, c: UInt32
    private let expected: UInt32

    private init(
        _ operation: Operation,
        _ fault: DeviceArithmetic.Fault,
        _ a: Float,
        _ b: Float = 1,
        _ c: Float = 1
    ) {
        self.operation = operation
        self.fault = fault
        (self.a, self.b, self.c) = (a.bitPattern, b.bitPattern, c.bitPattern)
        expected =
            switch operation {
            case .sum: (a + b).bitPattern
            case .product: (a * b).bitPattern
            case .productPlus: (a * b + c).bitPattern
            case .minusProduct: (c - a * b).bitPattern
            case .fused: c.addingProduct(a, b).bitPattern
            case .quotient: (a / b).bitPattern
            case .root: a.squareRoot().bitPattern
            case .toFloat: Float(Int32(bitPattern: a.bitPattern)).bitPattern
            case .toInteger: UInt32(bitPattern: Int32(a.rounded(.toNearestOrEven)))
            case .isGreater: a > b ? 1 : 0
            }
    }

    /// Whether these bits are right.
    func accepts(_ word: UInt32) -> Bool { word == expected }

    /// Cases of one operation that are neighbours, at least.
    static let width = 16

    /// All cases, by operation, each filled up to a multiple of ``width`` by its last.
    static let all: [ArithmeticCase] = {
        let cases = rounded + products + quotients + roots + small + converted
        return Operation.allCases.flatMap { operation in
            let own = cases.filter { $0.operation == operation }
            let missing = roundUp(own.count, toMultipleOf: width) - own.count
            return own + (own.last.map { [ArithmeticCase](repeating: $0, count: missing) } ?? [])
        }
    }()

    /// Sums and products that lie between two floats: nearer to one, or in the middle.
    private static let rounded: [ArithmeticCase] = {
        let ulp = Float.ulpOfOne
        let sums: [(Float, Float)] = [
            (1, ulp / 2), (1 + ulp, ulp / 2), (-1, -ulp / 2), (-1 - ulp, -ulp / 2), (1, 0.75 * ulp), (1, 0.25 * ulp),
            (1, -0.25 * ulp), (1 + ulp, -0.375 * ulp), (3, -ulp), (0x1p24, 1), (0x1p24 + 2, 1),
            (.greatestFiniteMagnitude, 0x1p102),
        ]
        let factors: [(Float, Float)] = [
            (1 + ulp, 1.5), (1 + 3 * ulp, 1.5), (1 + ulp, 1 + ulp), (1 - ulp / 2, 1 - ulp / 2), (-1 - ulp, 1.5),
            (0x1.555556p0, 3), (0x1.99999ap-4, 10), (0x1.fffffep127, 1 + ulp),
        ]
        return sums.map { ArithmeticCase(.sum, .rounding, $0.0, $0.1) }
            + factors.map { ArithmeticCase(.product, .rounding, $0.0, $0.1) }
    }()

    /// a·b near −c: what is left is 0 where the product is rounded, and what rounding took where it is not.
    private static let products: [ArithmeticCase] = {
        var random = Philox(seed: 1, purpose: .conformance)
        return (0..<32).flatMap { index in
            let a = (1 + random.uniform()) * (index % 2 == 0 ? 1 : -1)
            let b = 1 + random.uniform()
            // Half of the sums are near 0, the others are rounded once more.
            let c = index % 4 < 2 ? -(a * b) : random.uniform()
            return [
                ArithmeticCase(.productPlus, .contraction, a, b, c),
                ArithmeticCase(.minusProduct, .contraction, a, b, -c),
                ArithmeticCase(.fused, .fma, a, b, c), ArithmeticCase(.fused, .fma, -a, b, -c),
            ]
        }
    }()

    private static let quotients: [ArithmeticCase] = {
        var random = Philox(seed: 2, purpose: .conformance)
        let others = (0..<72).map { _ in (1 + random.uniform(), 1 + random.uniform()) }
        let scaled =
            [(1, 3), (2, 3), (-1, 3), (1, -10), (0x1p100, 7), (7, 0x1.8p100), (1, 0x1.fffffep0)] as [(Float, Float)]
        let hard = hardQuotients.map { (Float(bitPattern: $0.0), Float(bitPattern: $0.1)) }
        return (hard + scaled + others).map { ArithmeticCase(.quotient, .division, $0.0, $0.1) }
    }()

    private static let roots: [ArithmeticCase] = {
        var random = Philox(seed: 3, purpose: .conformance)
        let others = (0..<66).map { _ in 1 + 3 * random.uniform() }
        let scaled: [Float] = [2, 3, 10, 0x1p101, 0x1.8p-99, 0.1]
        return (hardRoots.map(Float.init(bitPattern:)) + scaled + others).map { ArithmeticCase(.root, .squareRoot, $0) }
    }()

    /// Numbers below the smallest normal one, coming in and going out.
    private static let small: [ArithmeticCase] = {
        let denormals: [Float] = [0x1p-149, 0x1p-127, -0x1p-130, 0x1.8p-140]
        let tiny: [Float] = [0x1p-126, -0x1.5p-126]
        let incoming = denormals.flatMap { x in
            [
                ArithmeticCase(.product, .denormals, x, 0x1p40),
                ArithmeticCase(.fused, .denormals, x, 0x1p40, 0x1p-120),
                ArithmeticCase(.quotient, .denormals, x, 0x1p-60), ArithmeticCase(.isGreater, .denormals, x, 0),
                ArithmeticCase(.isGreater, .denormals, 0, x), ArithmeticCase(.sum, .denormals, x, 0x1p-126),
                ArithmeticCase(.root, .denormals, abs(x)),
            ]
        }
        let outgoing = tiny.flatMap { x in
            [
                ArithmeticCase(.product, .denormals, x, 0.375), ArithmeticCase(.fused, .denormals, x, 0.5, 0x1p-148),
                ArithmeticCase(.quotient, .denormals, x, 12), ArithmeticCase(.sum, .denormals, x, -0x1.4p-126),
                ArithmeticCase(.productPlus, .denormals, x, 0.25, 0),
                ArithmeticCase(.minusProduct, .denormals, x, 0.25, 0),
            ]
        }
        return incoming + outgoing
    }()

    private static let converted: [ArithmeticCase] = {
        let integers: [Int32] = [
            1 << 24 + 1, 1 << 24 + 3, -(1 << 24) - 1, -(1 << 24) - 3, 1 << 25 + 2, 1 << 25 + 6, .max, .min,
            1 << 30 + 33,
            1 << 30 - 33, 0, -1, 12_345_678, 987_654_321,
        ]
        let floats: [Float] = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 0x1p22 + 0.5, 0x1p22 + 1.5, -7.75, 100.25]
        return integers.map { ArithmeticCase(.toFloat, .conversion, Float(bitPattern: UInt32(bitPattern: $0))) }
            + floats.map { ArithmeticCase(.toInteger, .conversion, $0) }
    }()

    /// Of some divisors the dividends whose quotients lie nearest to the middle between two floats.
    private static let hardQuotients: [(UInt32, UInt32)] = [
        (0x3fc2b6a8, 0x3fd5dc73), (0x3fbaa762, 0x3fe70a55), (0x3fb048ee, 0x3f82e64d), (0x3fda1e72, 0x3fe76a9b),
        (0x3fa6dd01, 0x3fbc0357), (0x3fae1fe3, 0x3fc1f631), (0x3fee33dc, 0x3fd0ab83), (0x3f9f5b16, 0x3fa49523),
        (0x3fb3e504, 0x3ffd6109), (0x3fc88d30, 0x3f86e733), (0x3fc9003c, 0x3fa39301), (0x3f9d0009, 0x3fb1123b),
        (0x3fe9fea0, 0x3fc91c91), (0x3fbcef62, 0x3fb448d9), (0x3f8be145, 0x3f90c69b), (0x3f8d2240, 0x3f85cb93),
        (0x3fa1852a, 0x3f802145), (0x3fc41348, 0x3f863db1), (0x3f806cc5, 0x3f930c5d), (0x3f9362f3, 0x3fffe501),
        (0x3f878092, 0x3f98721b), (0x3fc739d3, 0x3fd380d5), (0x3fa52452, 0x3fe0087b), (0x3f92dc91, 0x3f9e046f),
    ]

    /// Those of all floats between 1 and 4 whose roots lie nearest to the middle between two floats.
    private static let hardRoots: [UInt32] = [
        0x3f800001, 0x3ffc114a, 0x3f800003, 0x3f925859, 0x3fb0c6c3, 0x3fa97bef, 0x3ff028ab, 0x3f800005, 0x3fcb41e9,
        0x3fcdaeb2, 0x3fb8cc66, 0x3ff0d9ce, 0x407fffff, 0x407ffffd, 0x406e9372, 0x40551dbf, 0x405ae03b, 0x407ffffb,
        0x4041bc4e, 0x402a177f, 0x407ffff9, 0x403b8bcc, 0x404d142a, 0x403b8e2a,
    ]
}
